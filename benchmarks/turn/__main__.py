"""Turns a second and idle latency; see README.md beside this file."""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import uvloop
from starlette.types import Message, Receive, Scope, Send

from beautybot.demo.fakes import server
from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.graph_events import Event, WaClient, envelope
from beautybot.demo.fakes.graph_webhooks import signature
from benchmarks.load import post, request
from benchmarks.turn.salon import PHONE_IDS, SECRET, TOKEN, WABA, prepare, serving

PATH = "/api/webhooks/whatsapp"
LINES = ("сколько стоит маникюр?", "хочу на маникюр завтра", "до скольки вы работаете?")


class Watched:
    """The double of Graph, and when each reply came to it."""

    def __init__(self, graph: FakeGraph) -> None:
        self.graph = graph
        self.replies: dict[str, float] = {}
        self.news = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note whom a message is for, then let the double answer."""
        if scope["type"] != "http" or not scope["path"].endswith("/messages"):
            await self.graph(scope, receive, send)
            return
        message: Message = await receive()
        body = message.get("body", b"")
        while message.get("more_body"):
            message = await receive()
            body += message.get("body", b"")
        sent: dict[str, Any] = json.loads(body)
        if "status" not in sent:
            self.replies[sent["to"]] = time.perf_counter()
            self.news.set()

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        await self.graph(scope, again, send)

    async def until(self, wanted: int) -> None:
        """Return when so many clients have their reply."""
        async with asyncio.timeout(120):
            while len(self.replies) < wanted:
                self.news.clear()
                await self.news.wait()


def delivery(graph: FakeGraph, number: int, text: str) -> bytes:
    """What Meta would send when that client writes."""
    client = WaClient(f"7916{number:07d}", name="Ольга")
    return delivery_of(graph, PHONE_IDS[number % len(PHONE_IDS)], client, text)


def delivery_of(graph: FakeGraph, phone_id: str, client: WaClient, text: str) -> bytes:
    """The same, of a client to a number."""
    event: Event = graph.event(phone_id, client, text)
    body = envelope([event])
    head = {"content-type": "application/json", "x-hub-signature-256": signature(SECRET, body)}
    return request(PATH, body, head)


async def measure(clients: int, rounds: int) -> None:
    """Rounds of everybody at once, then one at a time."""
    graph = FakeGraph()
    for phone_id in PHONE_IDS:
        graph.add_number(phone_id, token=TOKEN, app_secret=SECRET, waba_id=WABA)
    watched = Watched(graph)
    with tempfile.TemporaryDirectory() as folder:
        async with server.serving(watched) as graph_url:
            url, key = await prepare(Path(folder), graph_url)
            async with serving(url, key, graph_url) as (port, pid):
                rates = []
                for turn in range(rounds):
                    rates.append(await _all_at_once(watched, port, clients, turn))
                print(f"idle memory after it: {_memory_mb(pid):.0f} MB")
                await _one_by_one(watched, port)
    print(f"turns a second, median of {rounds}: {median(rates):.0f}")


async def _all_at_once(watched: Watched, port: int, clients: int, turn: int) -> float:
    first = turn * clients
    made = [delivery(watched.graph, first + n, LINES[n % len(LINES)]) for n in range(clients)]
    watched.replies.clear()
    started = time.perf_counter()
    await post(port, made, 32)
    await watched.until(clients)
    took = time.perf_counter() - started
    print(
        f"{clients} clients: {clients / took:.0f} turns/s, all answered in {took:.1f} s", flush=True
    )
    return clients / took


async def _one_by_one(watched: Watched, port: int) -> None:
    seconds = []
    for n in range(100):
        number = 5_000_000 + n
        data = delivery(watched.graph, number, LINES[n % len(LINES)])
        watched.replies.clear()
        started = time.perf_counter()
        await post(port, [data], 1)
        await watched.until(1)
        seconds.append(watched.replies[f"7916{number:07d}"] - started)
        await asyncio.sleep(0.02)
    seconds.sort()
    print(f"idle reply: median {seconds[50] * 1000:.0f} ms, p95 {seconds[95] * 1000:.0f} ms")


def _memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    uvloop.run(measure(given.clients, given.rounds))


if __name__ == "__main__":
    main()
