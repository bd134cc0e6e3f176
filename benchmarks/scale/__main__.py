"""Throughput by the number of processes, the way from web to worker, restarts; see README.md."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import uvloop

from beautybot.demo.fakes import server
from beautybot.demo.fakes.graph import FakeGraph
from benchmarks.load import post
from benchmarks.postgres import bounced_postgres, create
from benchmarks.scale.processes import CARELESS, DEAF, Processes, processes
from benchmarks.turn.__main__ import LINES, Watched, delivery
from benchmarks.turn.salon import PHONE_IDS, SECRET, TOKEN, WABA, furnish

QUIET_S = 60
COUNT = """
SELECT (SELECT count(*) FROM inbound_events WHERE due_at IS NOT NULL) AS unread,
       (SELECT count(*) FROM conversations WHERE due_at IS NOT NULL) AS untaken,
       (SELECT count(*) FROM outbox) AS unsent
"""


class House:
    """One database with eight salons, and the double of Graph they write to."""

    def __init__(self, folder: Path, admin: str) -> None:
        self.folder, self.admin = folder, admin
        self.graph = FakeGraph()
        for phone_id in PHONE_IDS:
            self.graph.add_number(phone_id, token=TOKEN, app_secret=SECRET, waba_id=WABA)
        self.watched = Watched(self.graph)
        self.settings: dict[str, str] = {}
        self.url = ""
        self._next = 0

    async def furnish(self, graph_url: str, name: str) -> None:
        """A fresh database of that name."""
        await create(self.admin, name)
        self.url = f"{self.admin}/{name}"
        self.settings = {
            "DATABASE_URL": self.url,
            "ENCRYPTION_KEYS": await furnish(self.url, graph_url),
            "GRAPH_API_BASE": f"{graph_url}/v26.0",
            "WHATSAPP_APP_SECRET": SECRET,
            "WHATSAPP_VERIFY_TOKEN": "benchmark",
            "BURST_WAIT_S": "0",
            "LOG_LEVEL": "ERROR",
        }

    def deliveries(self, count: int) -> list[bytes]:
        """What Meta would send when so many new clients ask, one question each."""
        first, self._next = self._next, self._next + count
        return [delivery(self.graph, first + n, LINES[n % len(LINES)]) for n in range(count)]


async def table(house: House, graph_url: str, clients: int, sizes: Sequence[int]) -> None:
    """Turns a second with N webs and N workers, and the CPU they and the database took."""
    print(f"{clients} clients at once; CPU is milliseconds a turn")
    print("webs  workers  turns/s  ours ms  postgres ms  KB kept  idle reply: median ms")
    for size in sizes:
        await house.furnish(graph_url, f"scale_{size}")
        async with processes(house.settings, house.folder, size, size) as running:
            await _crowd(house, running, 64)  # what is compiled once is compiled
            ours, theirs = running.cpu_s(), await _postgres_cpu(house)
            before = await _size(house)
            took = await _crowd(house, running, clients)
            kept = (await _size(house) - before) / clients / 1024
            ours, theirs = running.cpu_s() - ours, await _postgres_cpu(house) - theirs
            idle = await _one_by_one(house, running, 30)
        print(
            f"{size:4}  {size:7}  {clients / took:7.0f}  {1000 * ours / clients:7.1f}"
            f"  {1000 * theirs / clients:11.1f}  {kept:7.1f}  {1000 * idle:6.0f}",
            flush=True,
        )


async def bell(house: House, graph_url: str) -> None:
    """The way from a web to a reply by a worker, with the bell and without."""
    for name, patch in (("with the bell", ""), ("control: without", DEAF)):
        await house.furnish(graph_url, "bell" if not patch else "deaf")
        async with processes(house.settings, house.folder, 1, 1, patch) as running:
            await _crowd(house, running, 16)
            idle = await _one_by_one(house, running, 40)
        print(f"{name}: a reply {1000 * idle:.0f} ms after the delivery, median", flush=True)


async def chaos(
    house: House,
    graph_url: str,
    bounce: Callable[[], None],
    *,
    turns: int,
    seed: int,
    patch: str = "",
) -> None:
    """The server dies every two to eight seconds while so many clients are answered."""
    chance = random.Random(seed)
    await house.furnish(graph_url, "careless" if patch else "chaos")
    replies: Counter[str] = Counter()
    house.watched.replies = _Counted(replies)  # type: ignore[assignment]
    first = house._next
    async with processes(house.settings, house.folder, 2, 2, patch) as running:
        house.graph.callback_url = f"http://127.0.0.1:{running.ports[0]}/api/webhooks/whatsapp"
        killing = asyncio.create_task(_bouncing(bounce, chance))
        started = time.perf_counter()
        refused = await _as_meta(house.deliveries(turns), running.ports, pace_s=1 / 60)
        bounced = await _stopped(killing)
        await _quiet(house, len_of=lambda: len(replies), wanted=turns)
        took = time.perf_counter() - started
    clients = [f"7916{first + n:07d}" for n in range(turns)]
    lost = sum(1 for client in clients if replies[client] == 0)
    doubled = sum(replies[client] - 1 for client in clients if replies[client] > 1)
    control = " (control: the 200 before the commit)" if patch else ""
    print(
        f"{turns} turns{control}, seed {seed}: server died {bounced} times in {took:.0f} s, "
        f"deliveries refused and repeated {refused}; "
        f"never answered {lost}, answered twice {doubled}",
        flush=True,
    )


class _Counted(dict[str, float]):
    """A dictionary that also counts how often each key was set."""

    def __init__(self, counter: Counter[str]) -> None:
        super().__init__()
        self._counter = counter

    def __setitem__(self, key: str, value: float) -> None:
        self._counter[key] += 1
        super().__setitem__(key, value)


async def _crowd(house: House, running: Processes, clients: int) -> float:
    made = house.deliveries(clients)
    house.watched.replies.clear()
    started = time.perf_counter()
    ports = running.ports
    await asyncio.gather(
        *(post(port, made[n :: len(ports)], 32 // len(ports)) for n, port in enumerate(ports))
    )
    await house.watched.until(clients)
    return time.perf_counter() - started


async def _one_by_one(house: House, running: Processes, count: int) -> float:
    seconds = []
    for n in range(count):
        made = house.deliveries(1)
        house.watched.replies.clear()
        started = time.perf_counter()
        await post(running.ports[n % len(running.ports)], made, 1)
        await house.watched.until(1)
        seconds.append(time.perf_counter() - started)
        await asyncio.sleep(random.uniform(0.02, 0.2))
    return median(seconds)


async def _as_meta(made: list[bytes], ports: list[int], pace_s: float) -> int:
    """Deliver each until it is taken, as Meta does; how often that failed."""
    refused = 0

    async def one(data: bytes, port: int) -> None:
        nonlocal refused
        while not await _taken(data, port):
            refused += 1
            await asyncio.sleep(random.uniform(0.2, 0.6))

    under_way = []
    for n, data in enumerate(made):
        under_way.append(asyncio.create_task(one(data, ports[n % len(ports)])))
        await asyncio.sleep(pace_s)
    await asyncio.gather(*under_way)
    return refused


async def _taken(data: bytes, port: int) -> bool:
    try:
        async with asyncio.timeout(10):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(data)
            head = await reader.readuntil(b"\r\n\r\n")
            writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return False
    return head.startswith(b"HTTP/1.1 200")


async def _bouncing(bounce: Callable[[], None], chance: random.Random) -> int:
    done = 0
    try:
        while True:
            await asyncio.sleep(chance.uniform(2, 8))
            bounce()
            done += 1
    except asyncio.CancelledError:
        return done


async def _stopped(task: asyncio.Task[int]) -> int:
    task.cancel()
    return await task


async def _quiet(house: House, len_of: Callable[[], int], wanted: int) -> None:
    """Return when nothing waits any more, or nothing changes for a minute."""
    until = time.perf_counter() + QUIET_S
    before = -1
    while time.perf_counter() < until:
        await asyncio.sleep(0.5)
        waiting = await _waiting(house.url)
        if waiting == 0 and len_of() >= wanted:
            return
        if len_of() != before:
            before, until = len_of(), time.perf_counter() + QUIET_S


async def _waiting(url: str) -> int:
    try:
        conn = await asyncpg.connect(url)
        row: Mapping[str, Any] = await conn.fetchrow(COUNT)
        await conn.close()
    except (OSError, asyncpg.PostgresError):
        return -1
    return int(row["unread"] + row["untaken"] + row["unsent"])


async def _size(house: House) -> int:
    conn = await asyncpg.connect(house.url)
    size = await conn.fetchval("SELECT pg_database_size(current_database())")
    await conn.close()
    return int(size)


async def _postgres_cpu(house: House) -> float:
    """CPU seconds of the whole server: its first process, and all children, the dead included."""
    conn = await asyncpg.connect(house.url)
    backend = await conn.fetchval("SELECT pg_backend_pid()")
    keeper = int(_stat(backend)[1])
    ticks = sum(int(each) for each in _stat(keeper)[11:15])
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((fields := _stat(int(place.name)))[1]) == keeper:
                ticks += int(fields[11]) + int(fields[12])
    await conn.close()
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """What /proc says of a process, from its state on: its parent is the second."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


async def run(asked: argparse.Namespace, admin: str, bounce: Callable[[], None]) -> None:
    """The parts that were asked for."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), admin)
        async with server.serving(house.watched) as graph_url:
            if asked.sizes:
                await table(house, graph_url, asked.clients, asked.sizes)
            if asked.bell:
                await bell(house, graph_url)
            if asked.turns:
                for patch in ("", CARELESS) if asked.control else ("",):
                    turns = asked.turns if not patch else min(asked.turns, 600)
                    await chaos(house, graph_url, bounce, turns=turns, seed=asked.seed, patch=patch)


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1, 2, 4])
    parser.add_argument("--clients", type=int, default=400)
    parser.add_argument("--bell", action="store_true", help="the bell against its control")
    parser.add_argument("--turns", type=int, default=0, help="so many turns under restarts")
    parser.add_argument("--control", action="store_true", help="the control arm of the restarts")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with bounced_postgres() as (url, bounce):
        uvloop.run(run(asked, url.rpartition("/")[0], bounce))


if __name__ == "__main__":
    main()
