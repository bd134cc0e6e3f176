"""The pressing side, in a process of its own: `python -m benchmarks.pressure.crowd …`."""

from __future__ import annotations

import argparse
import asyncio
import json
import time

from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.graph_events import WaClient
from benchmarks.load import request
from benchmarks.turn.__main__ import PATH, delivery_of
from benchmarks.turn.salon import PHONE_IDS, SECRET, TOKEN, WABA

CONNECTIONS = 32
HOT = WaClient("79990000000", name="Жанна")


async def press(port: int, made: list[bytes], a_second: float, seconds: float) -> dict[str, int]:
    """Send what was made, over and over, at most so many a second; the statuses that came back."""
    counts: dict[str, int] = {}
    until, started, sent = time.monotonic() + seconds, time.monotonic(), 0

    async def one() -> None:
        nonlocal sent
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < until:
            ahead = sent / a_second - (time.monotonic() - started)
            if ahead > 0:
                await asyncio.sleep(ahead)
                continue
            data, sent = made[sent % len(made)], sent + 1
            writer.write(data)
            head = await reader.readuntil(b"\r\n\r\n")
            status = head.split()[1].decode()
            counts[status] = counts.get(status, 0) + 1
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return counts


async def hold(port: int, count: int, seconds: float) -> dict[str, int]:
    """So many connections on which half a request was said."""
    opened = []
    for n in range(count):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write((b"", b"POST / HTTP/1.1\r\n", b"GET /login HTTP/1.1\r\nHost: x\r\n")[n % 3])
        opened.append(writer)
    await asyncio.sleep(seconds)
    for writer in opened:
        writer.close()
    return {"held": len(opened)}


def forged() -> list[bytes]:
    """A delivery whose signature is wrong."""
    body = b'{"object":"whatsapp_business_account","entry":[]}' + b" " * 950
    return [request(PATH, body, {"x-hub-signature-256": "sha256=" + "0" * 64})]


def hot(count: int) -> list[bytes]:
    """So many messages of one client, in one chat."""
    graph = FakeGraph()
    graph.add_number(PHONE_IDS[0], token=TOKEN, app_secret=SECRET, waba_id=WABA)
    return [delivery_of(graph, PHONE_IDS[0], HOT, f"а сколько стоит? {n}") for n in range(count)]


def main() -> None:
    """Press as the words say; print what came back as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["forged", "hot", "sockets"])
    parser.add_argument("port", type=int)
    parser.add_argument("--rate", type=float, default=5000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--count", type=int, default=2000)
    asked = parser.parse_args()
    if asked.what == "sockets":
        done = asyncio.run(hold(asked.port, asked.count, asked.seconds))
    else:
        made = forged() if asked.what == "forged" else hot(asked.count)
        done = asyncio.run(press(asked.port, made, asked.rate, asked.seconds))
    print(json.dumps(done))


if __name__ == "__main__":
    main()
