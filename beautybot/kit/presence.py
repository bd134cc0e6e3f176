"""
Which workers are alive, so that what a dead one held is not waited for until its lease ends.

Each worker writes down every second or two that it is there.  Another one that
sees it silent for `SILENT` takes its leases away; the fencing number makes
whatever the silent one still wants to write void, should it only have slept.
For several processes on PostgreSQL; one server of an SQLite file frees all at
its start.  The clocks of the machines must agree within a few seconds.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy import BigInteger, Column, Connection, Integer, String, Table, delete, select
from sqlalchemy.exc import SQLAlchemyError

from beautybot.kit import clock as clocks, log, seats
from beautybot.kit.clock import Clock
from beautybot.kit.db import Database, DatabaseUnavailable, Instant, insert, metadata
from beautybot.kit.leases import free_all

logger = log.get(__name__)

BEAT_S = 1.5
SILENT = timedelta(seconds=6)

workers = Table(
    "workers",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("seen_at", Instant, nullable=False),
)


def own_name() -> str:
    """A name no other worker has or had."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{token_hex(3)}"


@dataclass(slots=True)
class Presence:
    """One worker's word that it is there, and its eye on the others."""

    db: Database
    name: str
    held: Sequence[Table]
    """The to-do lists whose leases are freed when their holder is dead."""
    clock: Clock = clocks.now
    silent: timedelta = SILENT
    ticks: Callable[[], float] = clocks.monotonic
    _listening_since: float | None = None
    _last: float = 0.0

    async def stay(self) -> None:
        """Beat until cancelled, whatever becomes of the database meanwhile."""
        while True:
            try:
                for dead in await self.beat():
                    logger.warning("a worker is gone: what it held goes on", worker=dead)
            except (DatabaseUnavailable, SQLAlchemyError) as error:
                logger.warning("this worker could not say that it is there", error=repr(error))
            await asyncio.sleep(min(BEAT_S, self.silent.total_seconds() / 4))

    async def beat(self) -> list[str]:
        """Say that this worker is there; whom it found dead."""
        now, ticks = self.clock(), self.ticks()
        if self._listening_since is None or ticks - self._last > self.silent.total_seconds() / 2:
            self._listening_since = ticks  # we were away ourselves: the others may have been too
        self._last = ticks
        await self.db.write(say, self.name, now)
        if ticks - self._listening_since < self.silent.total_seconds():
            return []
        return await self.db.write(bury, self.held, now - self.silent)


def say(conn: Connection, name: str, now: datetime) -> None:
    """This worker is there."""
    there = insert(conn, workers).values(name=name, seen_at=now)
    conn.execute(
        there.on_conflict_do_update(
            index_elements=["name"], set_={"seen_at": there.excluded.seen_at}
        )
    )


def bury(conn: Connection, held: Sequence[Table], before: datetime) -> list[str]:
    """Free everything that workers hold who were not seen since; their names."""
    silent = select(workers.c.name).where(workers.c.seen_at < before)
    names = list(conn.execute(silent.with_for_update(skip_locked=True)).scalars())
    for name in names:
        for table in held:
            free_all(conn, table, before, of=name)
        seats.vacate(conn, of=name)
        conn.execute(delete(workers).where(workers.c.name == name))
    return names


def alive(conn: Connection, since: datetime) -> int:
    """How many workers were seen since then."""
    return len(conn.execute(select(workers.c.id).where(workers.c.seen_at >= since)).all())
