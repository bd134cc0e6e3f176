"""Kills at every stage, at random, and frozen workers, under load; see README.md beside this."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from beautybot.demo.fakes.graph_events import WaClient
from beautybot.kit import migrate
from beautybot.kit.failpoints import Stage
from benchmarks.postgres import private_postgres

sys.path[:0] = [str(Path(__file__).parents[2] / "tests" / part) for part in ("", "reliability")]

from mortal import Mortals  # noqa: E402 - found by the line above
from survivors import BOOKING, Survivors, survivors  # noqa: E402

PATIENCE_S = 240.0
SHORT_S = 5.0  # in the control arm, where answers are lost
PRICE = "сколько стоит педикюр?"
LEASE = timedelta(seconds=35)
BOTH, FROZEN = "both", "frozen"
DOUBTFUL = {Stage.SENDING, Stage.SENT, Stage.SETTLING, "serve", "worker", BOTH, FROZEN}
"""After these nobody knows whether the client has the message that was on its way."""


@dataclass(slots=True)
class Seen:
    """What a run showed."""

    bookings: int = 0
    stuck: int = 0
    doubts: int = 0
    given_up: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    first_ack: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    first_turn: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


class Town:
    """Clients who book for ever, one after the other, and somebody with a gun."""

    def __init__(self, here: Survivors, seed: int, shots: list[str], seen: Seen) -> None:
        self.here = here
        self.random = random.Random(seed)
        self.shots = shots
        self.seen = seen
        self.numbers = iter(range(10_000_000))
        self.people: list[WaClient] = []
        self.asking: list[WaClient] = []
        self.said: Counter[str] = Counter()
        self.answered = asyncio.Event()
        self.over = False
        self.patience_s = SHORT_S if here.product.careless else PATIENCE_S

    async def client(self) -> None:
        """One client after another books."""
        while not self.over:
            person = WaClient(f"7916{next(self.numbers):07d}", name="Ольга")
            self.people.append(person)
            for line in BOOKING:
                self.said[person.key] += 1
                try:
                    await self.here.says(person, line, timeout_s=self.patience_s)
                except TimeoutError:
                    self.seen.stuck += 1
                    break  # gone; somebody else comes
                self.answered.set()
                await asyncio.sleep(self.random.uniform(0.0, 0.1))

    async def gun(self) -> None:
        """Kill, see how long until it lives again, wait a little, kill again."""
        product = self.here.product
        for number, what in enumerate(self.shots, 1):
            await asyncio.sleep(self.random.uniform(0.0, 0.3))
            self.seen.doubts += what in DOUBTFUL
            died = await self._shoot(product, what)
            await product.ready()
            self.seen.first_ack[what].append(time.perf_counter() - died)
            self.answered.clear()
            asked = asyncio.create_task(self._ask(number))
            with suppress(TimeoutError):
                async with asyncio.timeout(self.patience_s):
                    await self.answered.wait()
            self.seen.first_turn[what].append(time.perf_counter() - died)
            await asked
            if number % 50 == 0:
                print(f"  {number} of {len(self.shots)}", file=sys.stderr, flush=True)
        self.over = True

    async def _ask(self, number: int) -> None:
        """Somebody new asks for a price: the others may all be waiting for a lost answer."""
        person = WaClient(f"7917{number:07d}", name="Ира")
        self.asking.append(person)
        self.said[person.key] += 1
        try:
            await self.here.says(person, PRICE, timeout_s=self.patience_s)
        except TimeoutError:
            self.seen.stuck += 1
        self.answered.set()

    async def _shoot(self, product: Mortals, what: str) -> float:
        deaths = product.deaths
        if what == FROZEN:
            return await self._freeze(product)
        if what == BOTH:
            for role in product.roles:
                product.kill(role)
        elif what in product.roles:
            product.kill(what)
        else:
            product.doom(Stage(what))
        died = time.perf_counter()
        while product.deaths == deaths:
            await asyncio.sleep(0.002)
            if product.trigger.exists():
                died = time.perf_counter()
        return died

    async def _freeze(self, product: Mortals) -> float:
        """A worker stops for longer than its lease, another goes on, the first wakes up late."""
        pid = product.alive["worker"].pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        frozen = time.perf_counter()
        product.hands.turn_on(LEASE)
        await asyncio.sleep(self.random.uniform(1.0, 3.0))
        os.kill(pid, signal.SIGCONT)
        return frozen

    async def check(self) -> None:
        """Look at every booking when all is quiet."""
        await self.here.quiet(timeout_s=180)
        for person in [*self.people, *self.asking]:
            left, heard = await self.here.left(person), await self.here.heard(person)
            self.seen.bookings += left.bookings
            self.seen.given_up += heard.given_up
            self.seen.wrong["messages lost"] += self.said[person.key] - heard.stored
            self.seen.wrong["messages unheard"] += heard.unheard
            self.seen.wrong["turns doubled"] += heard.twice
            self.seen.wrong["answers lost"] += max(0, left.turns - left.answers - heard.given_up)
            self.seen.wrong["answers doubled"] += max(0, left.answers - left.turns)
            self.seen.wrong["visits lost"] += left.confirmations > 0 and left.bookings == 0
            self.seen.wrong["visits doubled"] += max(0, left.bookings - 1)
            self.seen.wrong["confirmations lost"] += left.bookings > 0 and left.confirmations == 0


def shots_of(given: argparse.Namespace, *, sqlite: bool) -> list[str]:
    """Every stage so often, random kills of each role, frozen workers; in an order of the seed."""
    dice = random.Random(given.seed)
    roles = ("serve",) if sqlite else ("web", "worker", BOTH)
    shots = [str(stage) for stage in Stage for _ in range(given.each)]
    shots += [dice.choice(roles) for _ in range(given.random)]
    shots += [dice.choice([*map(str, Stage), *roles]) for _ in range(given.kills)]
    shots += [] if sqlite else [FROZEN] * given.frozen
    dice.shuffle(shots)
    return shots


async def measure(url: str, given: argparse.Namespace, shots: list[str]) -> Seen:
    """One run on a fresh database."""
    seen = Seen()
    await migrate.upgrade(url)
    spare = FROZEN in shots
    with tempfile.TemporaryDirectory() as folder:
        async with survivors(url, Path(folder), careless=given.careless, spare=spare) as here:
            town = Town(here, given.seed, shots, seen)
            clients = [asyncio.create_task(town.client()) for _ in range(given.clients)]
            await town.gun()
            await asyncio.gather(*clients)
            try:
                await town.check()
            except TimeoutError:
                seen.wrong["never came to rest"] += 1
    return seen


def report(name: str, seen: Seen, took: float) -> None:
    """The figures of a run, as a table."""
    kills = sum(map(len, seen.first_ack.values()))
    print(f"\n{name}: {kills} kills, {seen.bookings} bookings, {took:.0f} s")
    wrong = {what: n for what, n in seen.wrong.items() if n}
    print(f"clients who never got an answer: {seen.stuck}; wrong: {wrong or 'nothing'}")
    doubled = seen.wrong["answers doubled"]
    print(f"sends in doubt: {seen.doubts}, of them doubled {doubled}, given up {seen.given_up}\n")
    print("| killed | times | first ack p50 | p99 | max, s | first answer p50 | p99 | max, s |")
    print("|---|---|---|---|---|---|---|---|")
    for what in sorted(seen.first_ack):
        print(f"| {what} | {_row(seen.first_ack[what], seen.first_turn[what])} |")
    acks = [s for each in seen.first_ack.values() for s in each]
    turns = [s for what, each in seen.first_turn.items() if what != FROZEN for s in each]
    print(f"| all (answers: but frozen) | {_row(acks, turns)} |")


def _row(acks: list[float], turns: list[float]) -> str:
    return " | ".join([str(len(acks)), *_spread(acks), *_spread(turns)])


def _spread(seconds: list[float]) -> list[str]:
    if not seconds:
        return ["–"] * 3
    ordered = sorted(seconds)
    places = (len(ordered) // 2, int(len(ordered) * 0.99), len(ordered) - 1)
    return [f"{ordered[place]:.2f}" for place in places]


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--each", type=int, default=0, help="kills at each of the stages")
    parser.add_argument("--random", type=int, default=0, help="kills of processes at any moment")
    parser.add_argument("--frozen", type=int, default=0, help="workers stopped (PostgreSQL)")
    parser.add_argument("--kills", type=int, default=0, help="a mixture; 100 if nothing is given")
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--careless", action="store_true", help="the control arm")
    given = parser.parse_args()
    if not (given.each or given.random or given.frozen):
        given.kills = given.kills or 100
    bad = False
    for engine in ("sqlite", "postgres"):
        if given.database not in (engine, "both"):
            continue
        with tempfile.TemporaryDirectory() as folder:
            server = private_postgres() if engine == "postgres" else nullcontext()
            with server as address:
                started = time.perf_counter()
                url = address or f"sqlite:///{folder}/crash.db"
                shots = shots_of(given, sqlite=engine == "sqlite")
                seen = asyncio.run(measure(url, given, shots))
                report(engine, seen, time.perf_counter() - started)
                doubled = seen.wrong.pop("answers doubled", 0)
                bad |= bool(+seen.wrong) or seen.stuck > seen.given_up
                bad |= doubled + seen.given_up > seen.doubts
    if bad != given.careless:
        raise SystemExit("something was lost or doubled" if bad else "the control lost nothing")


if __name__ == "__main__":
    main()
