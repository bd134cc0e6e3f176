"""The dashboard of a busy salon, and webhooks beside fifty live inboxes; see README.md."""

from __future__ import annotations

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
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
USERS, LOOK_EVERY_S, CONNECTIONS = 50, 2.0, 32


async def measure(url: str, rounds: int, seconds: float) -> None:
    """Start the product's web, look at every page, then load it with and without inboxes."""
    command = [sys.executable, "-m", "benchmarks.accept.server", url]
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
                await _beside(http, port, seconds)
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


async def _beside(http: aiohttp.ClientSession, port: int, seconds: float) -> None:
    full = await post(port, [delivery(f"full-{n}") for n in range(3_000)], 64)
    rate = full.rate / 2
    count = int(rate * seconds)
    print(f"accept, as many as it takes: {full}")
    alone = await _paced(port, [delivery(f"alone-{n}") for n in range(count)], rate)
    users = [asyncio.create_task(_user(http)) for _ in range(USERS)]
    await asyncio.sleep(1)
    beside = await _paced(port, [delivery(f"beside-{n}") for n in range(count)], rate)
    for user in users:
        user.cancel()
    await asyncio.gather(*users, return_exceptions=True)
    print(f"half of it, {rate:.0f}/s, nobody looks:  p50 {alone[0]:.1f} ms  p99 {alone[1]:.1f} ms")
    print(f"the same beside {USERS} live inboxes:   p50 {beside[0]:.1f} ms  p99 {beside[1]:.1f} ms")
    print(f"p99 ratio: {beside[1] / alone[1]:.2f} of {TARGET_RATIO}")


async def _user(http: aiohttp.ClientSession) -> None:
    """A live inbox: the stream is open, and the list is fetched as if there were always news."""
    async with http.get("/dashboard/conversations/events", timeout=None) as stream:
        assert stream.status == 200
        await asyncio.sleep(random.uniform(0, LOOK_EVERY_S))  # as house.js does
        while True:
            async with http.get("/dashboard/conversations") as answer:
                await answer.read()
            await asyncio.sleep(LOOK_EVERY_S)


async def _paced(port: int, requests: Sequence[bytes], rate: float) -> tuple[float, float]:
    """Send so many a second whatever the answers take; p50 and p99 from when each was due."""
    todo = iter(enumerate(requests))
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
    took.sort()
    return took[len(took) // 2], took[int(len(took) * 0.99)]


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
    parser.add_argument("--seconds", type=float, default=15)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder)}/web.db"
        asyncio.run(prepared(url, given.messages, given.visits))
        uvloop.run(measure(url, given.rounds, given.seconds))


if __name__ == "__main__":
    main()
