"""
The streams of one account, shared by several worker processes through the database.

Inside a process the fair queue decides who is next; this decides which process.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select, update

from beautybot.kit import clock as clocks
from beautybot.kit.clock import Clock
from beautybot.kit.db import Database, insert
from beautybot.llm.models import model_streams

HELD_FOR = timedelta(seconds=30)
"""Longer than any call: a stream of a process that died is free again after this."""
LOOK_AGAIN_S = 0.1
PAST = datetime(2000, 1, 1, tzinfo=UTC)


def take(conn: Connection, account: str, streams: int, holder: str, now: datetime) -> int | None:
    """Hold a free stream; its number, or None if all are held."""
    free = conn.execute(
        select(model_streams.c.number)
        .where(
            model_streams.c.account == account,
            model_streams.c.number < streams,
            model_streams.c.until <= now,
        )
        .order_by(model_streams.c.number)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).scalar()
    if free is not None:
        _set(conn, account, int(free), holder, now + HELD_FOR)
    return None if free is None else int(free)


def give(conn: Connection, account: str, number: int, holder: str) -> None:
    """Give a stream back, unless it ran out and another holds it."""
    held = select(model_streams.c.holder).where(
        model_streams.c.account == account, model_streams.c.number == number
    )
    if conn.execute(held).scalar() == holder:
        _set(conn, account, number, "", PAST)


def provide(conn: Connection, account: str, streams: int) -> None:
    """See to it that there is a row for every stream."""
    rows = [{"account": account, "number": n, "until": PAST} for n in range(streams)]
    conn.execute(insert(conn, model_streams).values(rows).on_conflict_do_nothing())


def _set(conn: Connection, account: str, number: int, holder: str, until: datetime) -> None:
    conn.execute(
        update(model_streams)
        .where(model_streams.c.account == account, model_streams.c.number == number)
        .values(holder=holder, until=until)
    )


class SharedStreams:
    """The streams of one account as one process sees them."""

    def __init__(
        self, db: Database, client_id: str, streams: int, clock: Clock = clocks.now
    ) -> None:
        self._db = db
        self._account = hashlib.sha256(client_id.encode()).hexdigest()[:32]
        self._streams = streams
        self._clock = clock
        self._provided = False

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Wait for a stream, hold it for the length of the block."""
        holder = secrets.token_hex(16)
        number = await self._take(holder)
        try:
            yield
        finally:
            # Also when the caller gave up: the stream must not stay held for half a minute.
            given = self._db.write(give, self._account, number, holder)
            await asyncio.shield(asyncio.ensure_future(given))

    async def _take(self, holder: str) -> int:
        if not self._provided:
            await self._db.write(provide, self._account, self._streams)
            self._provided = True
        while True:
            number = await self._db.write(take, self._account, self._streams, holder, self._clock())
            if number is not None:
                return number
            await asyncio.sleep(LOOK_AGAIN_S * random.uniform(0.5, 1.5))
