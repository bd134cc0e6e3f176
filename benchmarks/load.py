"""
A load of HTTP POSTs over kept-alive loopback connections, cheap enough to leave the server a core.

Only to 127.0.0.1; bounded by the number of requests.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run showed; latencies in milliseconds."""

    rate: float
    p50: float
    p99: float
    worst: float
    refused: int

    def __str__(self) -> str:
        return (
            f"{self.rate:7.0f}/s  p50 {self.p50:5.1f} ms  p99 {self.p99:6.1f} ms  "
            f"max {self.worst:6.1f} ms  not 200: {self.refused}"
        )


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The bytes of one POST."""
    lines = [f"POST {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def post(port: int, requests: Sequence[bytes], connections: int) -> Figures:
    """Send each request once over so many connections, one after the other on each."""
    todo = iter(requests)
    seconds: list[float] = []
    refused = [0]
    loop = asyncio.get_running_loop()
    clients = [_Client(todo, seconds, refused, loop.create_future()) for _ in range(connections)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", port)
    started = time.perf_counter()
    for client in clients:
        client.send()
    await asyncio.gather(*(client.done for client in clients))
    took = time.perf_counter() - started
    seconds.sort()
    return Figures(
        rate=len(seconds) / took,
        p50=seconds[len(seconds) // 2] * 1000,
        p99=seconds[int(len(seconds) * 0.99)] * 1000,
        worst=seconds[-1] * 1000,
        refused=refused[0],
    )


class _Client(asyncio.Protocol):
    """One connection: sends a request when the last one is answered."""

    def __init__(
        self,
        todo: Iterator[bytes],
        seconds: list[float],
        refused: list[int],
        done: asyncio.Future[None],
    ) -> None:
        self.done = done
        self._todo = todo
        self._seconds = seconds
        self._refused = refused
        self._sent = 0.0
        self._answer = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def send(self) -> None:
        """The next request, or the end."""
        data = next(self._todo, None)
        if data is None:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        if len(body) < length:
            return
        self._seconds.append(time.perf_counter() - self._sent)
        if not head.startswith(b"HTTP/1.1 200"):
            self._refused[0] += 1
        self._answer = b""
        self.send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed the connection"))
