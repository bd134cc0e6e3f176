"""Meta's side of the webhook: the handshake, the signature, the retries."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp

from beautybot.demo.fakes.graph_events import Event, envelope

RETRY_DELAYS_S = (5.0, 15.0, 45.0, 135.0, 405.0, 1215.0, *(3600.0,) * 168)
"""Meta retries with growing pauses for up to seven days; the exact steps are not published."""


def signature(app_secret: str, body: bytes) -> str:
    """The value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass(slots=True)
class Attempt:
    """One POST that was tried; status 0 when nobody answered."""

    url: str
    body: bytes
    status: int
    answer: bytes = b""


@dataclass(slots=True)
class MetaWebhooks:
    """
    Delivers signed bodies.

    `speed` divides every pause between retries: 60 turns a minute into a
    second.  Only 200 is success.
    """

    speed: float = 60.0
    attempts: deque[Attempt] = field(default_factory=lambda: deque(maxlen=20_000))
    undelivered: list[Event] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = None
    _retries: set[asyncio.Task[None]] = field(default_factory=set)

    async def handshake(self, url: str, verify_token: str) -> bool:
        """Does the callback answer the challenge?"""
        challenge = str(secrets.randbelow(10**10))
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": verify_token,
        }
        try:
            async with self._open().get(f"{url}?{urlencode(query)}") as response:
                return response.status == 200 and await response.text() == challenge
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def post(self, batch: Sequence[Event], times: int = 1) -> list[int]:
        """POST these events, grouped by callback and secret; the statuses of the first attempts."""
        groups: dict[tuple[str, str], list[Event]] = {}
        for event in batch:
            if event.callback_url:
                groups.setdefault((event.callback_url, event.app_secret), []).append(event)
            else:
                self.undelivered.append(event)
        return [
            await self.deliver(url, envelope(group), secret)
            for (url, secret), group in groups.items()
            for _ in range(times)
        ]

    async def deliver(self, url: str, body: bytes, app_secret: str) -> int:
        """Try once and give the status (0: no answer); go on retrying in the background."""
        status = await self._post(url, body, app_secret)
        if status != 200:
            task = asyncio.create_task(self._retry(url, body, app_secret))
            self._retries.add(task)
            task.add_done_callback(self._retries.discard)
        return status

    @property
    def retrying(self) -> int:
        """Deliveries that have not been taken yet."""
        return len(self._retries)

    async def idle(self) -> None:
        """Wait until every delivery was taken or given up."""
        while self._retries:
            await asyncio.gather(*self._retries, return_exceptions=True)

    async def close(self) -> None:
        """Stop retrying and close the connections."""
        for task in tuple(self._retries):
            task.cancel()
        await asyncio.gather(*self._retries, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _retry(self, url: str, body: bytes, app_secret: str) -> None:
        for delay in RETRY_DELAYS_S:
            await asyncio.sleep(delay / self.speed)
            if await self._post(url, body, app_secret) == 200:
                return

    async def _post(self, url: str, body: bytes, app_secret: str) -> int:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature": "sha1=" + hmac.new(app_secret.encode(), body, "sha1").hexdigest(),
            "X-Hub-Signature-256": signature(app_secret, body),
        }
        try:
            async with self._open().post(url, data=body, headers=headers) as response:
                answer, status = await response.content.read(4096), response.status
        except (aiohttp.ClientError, TimeoutError):
            answer, status = b"", 0
        self.attempts.append(Attempt(url, body, status, answer))
        return status

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=200),
                timeout=aiohttp.ClientTimeout(total=10.0),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session
