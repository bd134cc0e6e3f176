"""The dashboard of a busy salon, and webhooks beside fifty live inboxes; see README.md."""

from __future__ import annotations

import argparse
import asyncio
import html
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import aiohttp
import uvloop

from beautybot.kit import clock, migrate
from beautybot.kit.db import connect
from benchmarks.accept.__main__ import delivery
from benchmarks.load import post
from benchmarks.web.salon import EMAIL, PASSWORD, furnish

PAGES = (
    *("", "/conversations", "/conversations?only=unread", "/conversations/7", "/calendar"),
    *("/calendar?view=week&specialist=1", "/calendar/new?service=1", "/calendar/9"),
    *("/services", "/services/1", "/specialists", "/specialists/1", "/clients", "/clients/7"),
    *("/clients?q=Клиент", "/reports?days=90", "/journal", "/settings", "/people", "/me"),
)
TARGET_MS, TARGET_RATIO = 50, 1.5
USERS, CONNECTIONS, CAPACITY, TURNS = 50, 32, 20_000, 4


async def measure(url: str, rounds: int, seconds: float, rate: float | None) -> None:
    """Start the product's web, look at every page, then load it with and without inboxes."""
    command = [sys.executable, "-m", "benchmarks.web.server", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            jar = aiohttp.CookieJar(unsafe=True)
            async with aiohttp.ClientSession(
                f"http://127.0.0.1:{port}", cookie_jar=jar, connector=aiohttp.TCPConnector(limit=0)
            ) as http:
                await http.post("/login", data={"email": EMAIL, "password": PASSWORD})
                await _pages(http, rounds)
                await _beside(http, port, seconds, rate)
        finally:
            server.terminate()


async def _pages(http: aiohttp.ClientSession, rounds: int) -> None:
    worst = 0.0
    for page in PAGES:
        took = []
        size = 0
        for _ in range(rounds + 2):
            began = time.perf_counter()
            async with http.get(f"/dashboard{page}") as answer:
                size = len(await answer.read())
                assert answer.status == 200, page
            took.append((time.perf_counter() - began) * 1000)
        middle = median(took[2:])
        worst = max(worst, middle)
        print(
            f"{page or '/':40} {middle:6.1f} ms  max {max(took[2:]):6.1f} ms  {size / 1024:5.0f} KB"
        )
    print(f"slowest page: {worst:.1f} ms of {TARGET_MS}")


async def _beside(
    http: aiohttp.ClientSession, port: int, seconds: float, given: float | None
) -> None:
    full = await post(port, [delivery(f"full-{n}") for n in range(CAPACITY)], CONNECTIONS)
    rate = given or full.rate / 2
    print(f"accept, as many as it takes: {full}")
    alone: list[float] = []
    beside: list[float] = []
    seen = Seen()
    for turn in range(TURNS):  # in turns, so that a busy machine is busy for both
        alone += await _paced(port, f"alone-{turn}", rate, seconds)
        users = [asyncio.create_task(_user(http, n, seen)) for n in range(USERS)]
        await asyncio.sleep(7)  # they have opened their pages
        beside += await _paced(port, f"beside-{turn}", rate, seconds)
        for user in users:
            user.cancel()
        await asyncio.gather(*users, return_exceptions=True)
    print(f"{rate:.0f}/s, nobody looks: {_told(alone)}")
    print(f"the same beside {USERS} live inboxes:  {_told(beside)}")
    print(f"they were told of news {seen.told} times and fetched {seen.fetched} parts")
    print(f"p99 ratio: {_at(beside, 0.99) / _at(alone, 0.99):.2f} of {TARGET_RATIO}")


@dataclass(slots=True)
class Seen:
    """What the people with inboxes were told and fetched: were there none, nothing was measured."""

    told: int = 0
    fetched: int = 0


async def _user(http: aiohttp.ClientSession, number: int, seen: Seen) -> None:
    """Every second one has the list open, every second one a conversation; as house.js does."""
    talk = number * 7 + 1 if number % 2 else 0
    page = f"/dashboard/conversations/{talk}" if talk else "/dashboard/conversations"
    async with http.get(page) as answer:
        source = re.search(r'data-live="([^"]+)"', await answer.text())
    assert source is not None
    async with http.get(html.unescape(source[1]), timeout=None) as stream:
        assert stream.status == 200
        async for line in stream.content:
            if not line.startswith(b"data:"):
                continue
            seen.told += 1
            news = json.loads(line.removeprefix(b"data:"))
            if talk in news["talks"]:
                await asyncio.sleep(random.uniform(0, 0.3))
                async with http.get(page, headers={"x-part": "1"}) as answer:
                    await answer.read()
                seen.fetched += 1


async def _paced(port: int, name: str, rate: float, seconds: float) -> list[float]:
    """Send so many a second whatever the answers take; milliseconds from when each was due."""
    todo = iter([(n, delivery(f"{name}-{n}")) for n in range(int(rate * seconds))])
    began = time.perf_counter()
    took: list[float] = []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number, data in todo:
            due = began + number / rate
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            writer.write(data)
            await reader.readuntil(b"\r\n\r\n")
            took.append((time.perf_counter() - due) * 1000)
        writer.close()

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return took


def _at(took: list[float], share: float) -> float:
    return sorted(took)[int(len(took) * share)]


def _told(took: list[float]) -> str:
    return f"p50 {_at(took, 0.5):.1f} ms  p99 {_at(took, 0.99):.1f} ms  max {max(took):.1f} ms"


async def prepared(url: str, said: int, visits: int) -> None:
    """The database of that salon."""
    await migrate.upgrade(url)
    db = connect(url)
    try:
        await furnish(db, clock.now(), said=said, visits=visits)
    finally:
        await db.close()


def main() -> None:
    """One run; ratios and milliseconds of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--visits", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument(
        "--rate", type=float, help="deliveries a second instead of half of capacity"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder)}/web.db"
        asyncio.run(prepared(url, given.messages, given.visits))
        uvloop.run(measure(url, given.rounds, given.seconds, given.rate))


if __name__ == "__main__":
    main()
