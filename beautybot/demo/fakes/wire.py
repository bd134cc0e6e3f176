"""What a double reads and what it answers with: plain ASGI, because load tests pass here."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, unquote

import msgspec

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Fate(StrEnum):
    """What becomes of an answer on its way back."""

    ARRIVES = "arrives"
    HANGS = "hangs"  # nothing comes until the caller gives up
    RESETS = "resets"  # the connection closes before the body
    TRICKLES = "trickles"  # a few bytes at a time over `seconds`
    LATE = "late"  # whole, after `seconds`


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `fate` other than ARRIVES spoils its delivery, not its content."""

    status: int
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    fate: Fate = Fate.ARRIVES
    seconds: float = 0.0


def answer_json(status: int, value: Any, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer with a JSON body."""
    return Answer(status, msgspec.json.encode(value), headers=headers or {})


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    at: datetime
    status: int = 0

    def json(self) -> Any:
        """The decoded body, or None where it is not JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    @property
    def bearer(self) -> str:
        """The bearer token, or an empty string."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""


class Journal:
    """Every request a double has seen, oldest first; only the last `keep` stay."""

    def __init__(self, keep: int = 20_000) -> None:
        self._calls: deque[Call] = deque(maxlen=keep)
        self.total = 0

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def add(self, call: Call) -> None:
        """Keep one request."""
        self._calls.append(call)
        self.total += 1

    def to(self, ending: str, *, method: str | None = None) -> list[Call]:
        """The requests whose path ends so."""
        return [c for c in self._calls if c.path.endswith(ending) and method in (None, c.method)]

    def clear(self) -> None:
        """Forget everything."""
        self._calls.clear()
        self.total = 0


Handler = Callable[[Call], Awaitable[Answer]]


async def serve(
    scope: Scope, receive: Receive, send: Send, handler: Handler, *, journal: Journal, at: datetime
) -> None:
    """Read a request, let `handler` answer it, keep it in the journal, send the answer."""
    if scope["type"] != "http":
        return
    call = await _read(scope, receive, at)
    answer = await handler(call)
    journal.add(replace(call, status=answer.status))
    await _send(answer, receive, send)


async def _read(scope: Scope, receive: Receive, at: datetime) -> Call:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    query = scope.get("query_string", b"")
    return Call(
        method=scope["method"],
        path=unquote(scope["path"]),
        query=dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else {},
        headers={k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]},
        body=b"".join(parts),
        at=at,
    )


async def _send(answer: Answer, receive: Receive, send: Send) -> None:
    if answer.fate is Fate.HANGS:
        await _until_gone(receive, answer.seconds or 600.0)
    elif answer.fate is Fate.LATE:
        await asyncio.sleep(answer.seconds)
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [
                (b"content-type", answer.content_type.encode("latin-1")),
                (b"content-length", str(len(answer.body)).encode()),
                *((k.encode("latin-1"), v.encode("latin-1")) for k, v in answer.headers.items()),
            ],
        }
    )
    if answer.fate is Fate.RESETS:
        return  # the server closes a connection whose body was promised and never came
    if answer.fate is Fate.TRICKLES:
        await _trickle(answer, send)
        return
    await send({"type": "http.response.body", "body": answer.body})


async def _until_gone(receive: Receive, seconds: float) -> None:
    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        return


async def _trickle(answer: Answer, send: Send) -> None:
    steps = 20
    size = max(1, -(-len(answer.body) // steps))
    for start in range(0, len(answer.body), size):
        chunk = answer.body[start : start + size]
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await asyncio.sleep(answer.seconds / steps)
    await send({"type": "http.response.body", "body": b""})
