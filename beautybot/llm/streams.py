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

from beautybot.kit import clock as clocks, seats
from beautybot.kit.clock import Clock
from beautybot.kit.db import Database

LOOK_AGAIN_S = 0.1


class SharedStreams:
    """The streams of one account as one process sees them; no call may outlast a seat's time."""

    def __init__(
        self, db: Database, client_id: str, streams: int, clock: Clock = clocks.now
    ) -> None:
        self._db = db
        self._what = "model:" + hashlib.sha256(client_id.encode()).hexdigest()[:32]
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
            given = self._db.write(seats.give, self._what, number, holder)
            await asyncio.shield(asyncio.ensure_future(given))

    async def _take(self, holder: str) -> int:
        if not self._provided:
            await self._db.write(seats.provide, self._what, self._streams)
            self._provided = True
        while True:
            number = await self._db.write(
                seats.take, self._what, self._streams, holder, self._clock()
            )
            if number is not None:
                return number
            await asyncio.sleep(LOOK_AGAIN_S * random.uniform(0.5, 1.5))
