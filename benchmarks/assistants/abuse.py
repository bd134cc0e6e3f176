"""Fifty callers try to fill a salon's diary, and an honest client books in chat; see README.md."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import uvloop
from sqlalchemy import Connection, func, select

from beautybot.booking.models import appointments
from beautybot.booking.visits import Status
from beautybot.businesses import salons
from beautybot.demo.fakes import server
from beautybot.demo.fakes.graph import FakeGraph
from beautybot.kit import clock
from beautybot.kit.db import connect
from benchmarks.assistants.server import CAPPED, FREE, PLAIN
from benchmarks.load import post, request
from benchmarks.turn.__main__ import Watched, delivery
from benchmarks.turn.salon import PHONE_IDS, SECRET, TOKEN, WABA, prepare

CALLERS, SERVICE = 50, "mani"
SALON = f"salon-{PHONE_IDS[0]}"
HONEST = ("классический маникюр завтра", "1", "да", "да")
KINDS = {
    PLAIN: "as it is",
    CAPPED: "without the quotas of addresses",
    FREE: "control: without the caps of holds too",
}


@dataclass(slots=True)
class Seen:
    """What the callers were answered, and what they hold at worst."""

    answers: Counter[int] = field(default_factory=Counter)
    worst: int = 0


async def run(kind: str, calls: int) -> None:
    """One storm against a fresh salon; a line of what it came to."""
    graph = FakeGraph()
    for phone_id in PHONE_IDS:
        graph.add_number(phone_id, token=TOKEN, app_secret=SECRET, waba_id=WABA)
    watched = Watched(graph)
    with tempfile.TemporaryDirectory() as folder:
        async with server.serving(watched) as graph_url:
            url, key = await prepare(Path(folder), graph_url)
            async with _product(kind, url, key, graph_url) as port:
                seen, began = Seen(), time.perf_counter()
                times = await _free(port)
                db = connect(url)
                storm = asyncio.create_task(_storm(port, times, calls, seen))
                while not storm.done():
                    await asyncio.wait({storm}, timeout=0.5)
                    seen.worst = max(seen.worst, await db.read(_held))
                await storm
                took = time.perf_counter() - began
                left = _first_day(await _free(port), times[0])
                await _honest(watched, port)
                booked = await db.read(_booked)
                await db.close()
    told = ", ".join(f"{status}: {many}" for status, many in sorted(seen.answers.items()))
    print(
        f"{KINDS[kind]}: {calls} calls from {CALLERS} callers in {took:.0f} s ({told}); "
        f"held at worst {seen.worst}; free of the first day's {_first_day(times, times[0])} times: "
        f"{left}; the honest client's visits: {booked}",
        flush=True,
    )


@asynccontextmanager
async def _product(kind: str, url: str, key: str, graph_url: str) -> AsyncIterator[int]:
    mine = {
        "ENCRYPTION_KEYS": key,
        "GRAPH_API_BASE": f"{graph_url}/v26.0",
        "WHATSAPP_APP_SECRET": SECRET,
        "BURST_WAIT_S": "0",
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "benchmarks.assistants.server", url, kind]
    db = connect(url)
    salon = await db.read(salons.by_slug, SALON)
    settings = salons.settings_json(salon.settings) | {"assistants": True}
    await db.write(salons.change, salon.id, settings=settings)
    await db.close()
    with subprocess.Popen(
        command,
        env=os.environ | mine,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield int(await asyncio.to_thread(process.stdout.readline))
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait, 20)


async def _free(port: int) -> list[str]:
    """Every free time of a fortnight, as any caller is told."""
    day = (clock.now() + timedelta(days=1)).date().isoformat()
    path = f"/api/chatgpt/salon/{SALON}/available-slots?serviceId={SERVICE}&date={day}&days=14"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n".encode())
    body = (await reader.read()).partition(b"\r\n\r\n")[2]
    writer.close()
    return [slot["start"] for slot in json.loads(body)["slots"]]


def _first_day(times: list[str], first: str) -> int:
    return sum(time.startswith(first[:10]) for time in times)


async def _storm(port: int, times: list[str], calls: int, seen: Seen) -> None:
    """Each caller has an address of its own on loopback."""
    numbers = iter(range(calls))
    await asyncio.gather(
        *(_caller(port, number, numbers, times, seen) for number in range(CALLERS))
    )


async def _caller(
    port: int, number: int, numbers: Iterator[int], times: list[str], seen: Seen
) -> None:
    place = (f"127.0.1.{number + 1}", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=place)
    for call in numbers:
        wish = {"salonId": SALON, "serviceId": SERVICE, "bookingTime": times[call % len(times)]}
        head = {"content-type": "application/json", "idempotency-key": f"call-{call}"}
        writer.write(request("/api/chatgpt/book", json.dumps(wish).encode(), head))
        answer = await reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        seen.answers[int(answer[9:12])] += 1
    writer.close()


async def _honest(watched: Watched, port: int) -> None:
    for line in HONEST:
        watched.replies.clear()
        await post(port, [delivery(watched.graph, 0, line)], 1)
        try:
            await asyncio.wait_for(watched.until(1), 20)
        except TimeoutError:
            return


def _held(conn: Connection) -> int:
    return _count(conn, Status.HELD)


def _booked(conn: Connection) -> int:
    return _count(conn, Status.BOOKED)


def _count(conn: Connection, status: Status) -> int:
    salon = salons.by_slug(conn, SALON)
    mine = appointments.c.business_id == salon.id
    return conn.execute(
        select(func.count()).where(mine, appointments.c.status == status)
    ).scalar_one()


async def main(calls: int) -> None:
    """The storm three times."""
    for kind in KINDS:
        await run(kind, calls)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    uvloop.run(main(parser.parse_args().calls))
