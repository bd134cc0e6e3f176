"""
Every call that leaves the house by plain HTTP.

One aiohttp session a target, with a proxy of its own if set.  Nothing here
logs a URL, because a Telegram URL carries the bot's token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec

from beautybot.kit.errors import BeautyBotError

MAX_ANSWER = 2 * 1024 * 1024


class NoAnswer(BeautyBotError):
    """
    The other side did not answer.

    `sent` False: the request never left (refused, no such host), so nothing
    can have happened there.  True: it may have been carried out.
    """

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, lower-cased headers, and the body: decoded JSON, or None where it is not JSON."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a form, and the form's other fields."""

    part: str
    name: str
    data: bytes = field(repr=False)
    mime_type: str
    fields: Mapping[str, str]


class HttpCaller:
    """Calls one outside service; close it at the end."""

    def __init__(self, *, proxy: str | None = None, timeout_s: float = 20.0) -> None:
        self._proxy = proxy
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=5.0)
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        json: Any = None,
        upload: Upload | None = None,
        timeout_s: float | None = None,
        limit: int = MAX_ANSWER,
    ) -> Answer:
        """One request; NoAnswer when there is no answer.  Redirects are not followed."""
        session = self._open()
        data, kind = _sent(json, upload)
        head = dict(headers or {}) | kind
        timeout = (
            aiohttp.ClientTimeout(total=timeout_s, connect=5.0) if timeout_s else self._timeout
        )
        try:
            async with session.request(
                method,
                url,
                data=data,
                headers=head,
                proxy=self._proxy,
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                raw = await _whole(response.content, limit)
                lower = {k.lower(): v for k, v in response.headers.items()}
                return Answer(response.status, _decoded(raw), lower, raw)
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise NoAnswer(type(error).__name__, sent=False) from None
        except aiohttp.ConnectionTimeoutError:
            raise NoAnswer("connection timeout", sent=False) from None
        except TimeoutError:
            raise NoAnswer("timeout", sent=True) from None
        except aiohttp.ClientError as error:
            raise NoAnswer(type(error).__name__, sent=True) from None

    async def close(self) -> None:
        """Close the connections; the caller may not be used after."""
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=100, ttl_dns_cache=60),
                headers={"User-Agent": "BeautyBot"},
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


def _sent(json: Any, upload: Upload | None) -> tuple[Any, dict[str, str]]:
    """The body of a request, and what to say of its kind."""
    if upload is not None:
        return _form(upload), {}
    if json is None:
        return None, {}
    return msgspec.json.encode(json), {"Content-Type": "application/json"}


def _form(upload: Upload) -> aiohttp.FormData:
    form = aiohttp.FormData(dict(upload.fields))
    form.add_field(upload.part, upload.data, filename=upload.name, content_type=upload.mime_type)
    return form


async def _whole(stream: aiohttp.StreamReader, limit: int) -> bytes:
    """The body up to `limit` bytes: one read gives only what has arrived so far."""
    raw = bytearray()
    while len(raw) < limit and (piece := await stream.read(limit - len(raw))):
        raw += piece
    return bytes(raw)


def _decoded(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
