"""Random kills under load; see README.md beside this file."""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from beautybot.demo.fakes.graph_events import WaClient
from beautybot.kit import migrate
from beautybot.kit.failpoints import Stage
from benchmarks.postgres import private_postgres

sys.path[:0] = [str(Path(__file__).parents[2] / "tests" / part) for part in ("", "reliability")]

from mortal import Mortals  # noqa: E402 - found by the line above
from survivors import BOOKING, Survivors, survivors  # noqa: E402

PATIENCE_S = 90.0


@dataclass(slots=True)
class Seen:
    """What a run showed."""

    bookings: int = 0
    stuck: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    first_ack: list[float] = field(default_factory=list)
    first_turn: list[float] = field(default_factory=list)


class Town:
    """Clients who book for ever, one after the other, and somebody with a gun."""

    def __init__(self, here: Survivors, seed: int, kills: int, seen: Seen) -> None:
        self.here = here
        self.random = random.Random(seed)
        self.kills = kills
        self.seen = seen
        self.numbers = iter(range(10_000_000))
        self.people: list[WaClient] = []
        self.answered = asyncio.Event()
        self.over = False

    async def client(self) -> None:
        """One client after another books."""
        while not self.over:
            person = WaClient(f"7916{next(self.numbers):07d}", name="Ольга")
            self.people.append(person)
            for line in BOOKING:
                try:
                    await self.here.says(person, line, timeout_s=PATIENCE_S)
                except TimeoutError:
                    self.seen.stuck += 1
                    return
                self.answered.set()
                await asyncio.sleep(self.random.uniform(0.0, 0.1))

    async def gun(self) -> None:
        """Kill, see how long until it lives again, wait a little, kill again."""
        product = self.here.product
        for _ in range(self.kills):
            await asyncio.sleep(self.random.uniform(0.0, 1.0))
            what = self.random.choice([*Stage, *product.roles])
            self.seen.kills[what] += 1
            died = await self._shoot(product, what)
            await product.ready()
            self.seen.first_ack.append(time.perf_counter() - died)
            self.answered.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_S):
                    await self.answered.wait()
            self.seen.first_turn.append(time.perf_counter() - died)
        self.over = True

    async def _shoot(self, product: Mortals, what: str) -> float:
        deaths = product.deaths
        if what in product.roles:
            product.kill(what)
        else:
            product.doom(Stage(what))
        died = time.perf_counter()
        while product.deaths == deaths:
            await asyncio.sleep(0.002)
            if product.trigger.exists():
                died = time.perf_counter()
        return died

    async def check(self) -> None:
        """Look at every booking when all is quiet."""
        await self.here.quiet(timeout_s=180)
        for person in self.people:
            left = await self.here.left(person)
            self.seen.bookings += left.bookings
            self.seen.wrong["messages lost"] += max(0, len(BOOKING) - left.turns)
            self.seen.wrong["turns doubled"] += max(0, left.turns - len(BOOKING))
            self.seen.wrong["answers lost"] += max(0, left.turns - left.answers)
            self.seen.wrong["answers doubled"] += max(0, left.answers - left.turns)
            self.seen.wrong["visits lost"] += left.confirmations > 0 and left.bookings == 0
            self.seen.wrong["visits doubled"] += max(0, left.bookings - 1)
            self.seen.wrong["confirmations lost"] += left.bookings > 0 and left.confirmations == 0


async def measure(url: str, given: argparse.Namespace) -> Seen:
    """One run on a fresh database."""
    seen = Seen()
    await migrate.upgrade(url)
    with tempfile.TemporaryDirectory() as folder:
        async with survivors(url, Path(folder), careless=given.careless) as here:
            town = Town(here, given.seed, given.kills, seen)
            clients = [asyncio.create_task(town.client()) for _ in range(given.clients)]
            await town.gun()
            await asyncio.gather(*clients)
            with suppress(TimeoutError):
                await town.check()
    return seen


def report(name: str, seen: Seen, took: float) -> None:
    """The figures of a run."""
    print(f"{name}: {sum(seen.kills.values())} kills, {seen.bookings} bookings, {took:.0f} s")
    print("  killed:", ", ".join(f"{what} {n}" for what, n in sorted(seen.kills.items())))
    wrong = {what: n for what, n in seen.wrong.items() if n}
    print(f"  clients who never got an answer: {seen.stuck}; wrong: {wrong or 'nothing'}")
    for what, seconds in (("first ack", seen.first_ack), ("first answer", seen.first_turn)):
        seconds.sort()
        p50, p99 = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.99)]
        print(f"  {what} after a kill: p50 {p50:.2f} s, p99 {p99:.2f} s, max {seconds[-1]:.2f} s")


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--careless", action="store_true", help="the control arm")
    given = parser.parse_args()
    for engine in ("sqlite", "postgres"):
        if given.database not in (engine, "both"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            server = private_postgres() if engine == "postgres" else nullcontext()
            with server as address:
                started = time.perf_counter()
                url = address or f"sqlite:///{folder}/crash.db"
                seen = asyncio.run(measure(url, given))
                report(engine, seen, time.perf_counter() - started)


if __name__ == "__main__":
    main()
