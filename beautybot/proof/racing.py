"""Several processes at all doors of one salon at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from beautybot.booking import catalogue as catalogues, importing, overlap
from beautybot.booking.salon_file import of_json
from beautybot.businesses import salons
from beautybot.conversations import clients
from beautybot.conversations.models import clients as client_rows
from beautybot.kit.db import Database, DatabaseUnavailable, add, connect
from beautybot.kit.db.throwaway import throwaway
from beautybot.kit.errors import BeautyBotError
from beautybot.proof.counting import Verdict, judge
from beautybot.proof.doors import DOORS, Hall, look, take
from beautybot.proof.salon import FILE, NOW, SLUG

AT_ONCE = 8
PER_ERRAND = 200
STALE = 0.4  # how many attempts only look, or book what was looked up a while ago


@dataclass(frozen=True, slots=True)
class Errand:
    """A share of the attempts, for one process."""

    url: str
    seed: str
    attempts: int
    first: int  # the clock goes on from errand to errand


@dataclass(frozen=True, slots=True)
class Raced:
    """How a race ended."""

    tally: Counter[str]
    verdict: Verdict

    @property
    def attempts(self) -> int:
        """How many there were."""
        return sum(self.tally.values())


async def race(
    url: str,
    attempts: int,
    seed: int,
    pool: Executor,
    *,
    guarded: bool = True,
    forward: Callable[[int], object] = lambda done: None,
) -> Raced:
    """
    Attempts by the processes of a pool on a throw-away database beside `url`.

    Without the guard the database's own refusal is taken away: the control arm.
    """
    async with throwaway(url) as place:
        await _open(place, guarded)
        tally: Counter[str] = Counter()
        loop = asyncio.get_running_loop()
        errands = [
            Errand(place, f"{seed}:{first}", min(PER_ERRAND, attempts - first), first)
            for first in range(0, attempts, PER_ERRAND)
        ]
        for done in asyncio.as_completed([loop.run_in_executor(pool, run, e) for e in errands]):
            found = await done
            tally += found
            forward(sum(found.values()))
        db = connect(place)
        try:
            salon = await db.read(salons.by_slug, SLUG)
            return Raced(tally, await db.read(judge, salon.id))
        finally:
            await db.close()


def run(errand: Errand) -> Counter[str]:
    """One errand, in a process of its own."""
    return asyncio.run(_run(errand))


async def _run(errand: Errand) -> Counter[str]:
    db = connect(errand.url)
    try:
        salon = await db.read(salons.by_slug, SLUG)
        catalogue = await db.read(catalogues.load, salon.id)
        client = await db.read(clients.get, salon.id, 1)
        tally: Counter[str] = Counter()
        waiting = iter(range(errand.attempts))

        async def visitor(number: int) -> None:
            hall = Hall(salon, catalogue, client, Random(f"{errand.seed}:{number}"))
            for turn in waiting:
                tally[await _attempt(db, hall, errand.first + turn)] += 1

        await asyncio.gather(*(visitor(n) for n in range(AT_ONCE)))
        return tally
    finally:
        await db.close()


async def _attempt(db: Database, hall: Hall, turn: int) -> str:
    now = NOW + timedelta(seconds=5 * turn)
    doors, weights = zip(*DOORS, strict=True)
    try:
        if hall.dice.random() < STALE:
            hall.offers.append(await db.read(look, hall, now))
        elif hall.offers and hall.dice.random() < STALE:
            await db.write(take, hall, now, hall.offers.pop(0))
        else:
            await db.write(hall.dice.choices(doors, weights)[0], hall, now)
    except DatabaseUnavailable:
        return "busy"
    except BeautyBotError:
        return "refused"
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in ("40001", "40P01"):
            raise
        return "busy"
    return "done"


async def _open(url: str, guarded: bool) -> None:
    db = connect(url)
    try:
        await db.write(_furnish)
        if not guarded:
            await db.write(_unguard)
    finally:
        await db.close()


def _furnish(conn: Connection) -> None:
    importing.apply(conn, of_json(FILE), now=NOW)
    salon = salons.by_slug(conn, SLUG)
    add(
        conn,
        client_rows,
        {"business_id": salon.id, "name": "Ольга", "phone": "+79161234567", "created_at": NOW},
    )


def _unguard(conn: Connection) -> None:
    for statement in overlap.lifting(conn.dialect.name):
        conn.exec_driver_sql(statement)
