"""
A load of HTTP POSTs over kept-alive loopback connections, cheap enough to leave the server a core.

Only to 127.0.0.1; bounded by the number of requests.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


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
    started = time.perf_counter()
    await asyncio.gather(*(_one(port, todo, seconds, refused) for _ in range(connections)))
    took = time.perf_counter() - started
    seconds.sort()
    return Figures(
        rate=len(seconds) / took,
        p50=seconds[len(seconds) // 2] * 1000,
        p99=seconds[int(len(seconds) * 0.99)] * 1000,
        worst=seconds[-1] * 1000,
        refused=refused[0],
    )


async def _one(port: int, todo: Iterator[bytes], seconds: list[float], refused: list[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for data in todo:
            sent = time.perf_counter()
            writer.write(data)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            if length:
                await reader.readexactly(length)
            seconds.append(time.perf_counter() - sent)
            if not head.startswith(b"HTTP/1.1 200"):
                refused[0] += 1
    finally:
        writer.close()
