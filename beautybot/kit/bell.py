"""
Rings from process to process: PostgreSQL's LISTEN/NOTIFY, on a connection of its own.

A `web` tells that it has stored something, and every worker looks at once
instead of at its next round.  A ring is a hint and never the only way: while
the connection is away, and for whatever a ring got lost, a worker looks twice
a second as it always did.

The ring follows the commit on another connection, and many become one: a
NOTIFY inside the commit would make all commits of the server wait for each
other (https://www.postgresql.org/docs/current/sql-notify.html).
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import Any

import asyncpg

from beautybot.kit import log
from beautybot.kit.wakeup import ToDo, Wakeup

logger = log.get(__name__)

CHANNEL = "beautybot"
PAUSE_S = 0.01
"""Between two rings of one process: so late may the second be, and so many a second there are."""
CHECK_S = 5.0
FIRST_PAUSE_S, MOST_PAUSE_S = 0.1, 5.0
_NOTIFY = "SELECT pg_notify($1, unnest($2::text[]))"
LOST = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a server that goes away in the middle of an answer
)


class Bell:
    """One process's end: `hears` others (it has a worker), or tells them (it has none)."""

    def __init__(self, url: str, wakeup: Wakeup, *, hears: bool) -> None:
        self.connected = asyncio.Event()
        self._url = url
        self._wakeup = wakeup
        self._hears = hears
        self._untold: set[ToDo] = set()
        self._rung = asyncio.Event()
        if not hears:
            wakeup.beyond = self._tell_soon

    async def stay(self) -> None:
        """Hear or tell until cancelled, and connect again whenever the server goes away."""
        pause = FIRST_PAUSE_S
        while True:
            try:
                conn = await asyncpg.connect(self._url, timeout=5)
            except LOST as error:
                logger.info("no bell now: workers look by themselves", error=repr(error))
            else:
                pause = FIRST_PAUSE_S
                try:
                    await (self._hear(conn) if self._hears else self._tell(conn))
                except LOST as error:
                    logger.warning("the bell was lost", error=repr(error))
                finally:
                    self.connected.clear()
                    conn.terminate()
            await asyncio.sleep(random.uniform(pause / 2, pause))  # all workers lost it at once
            pause = min(pause * 2, MOST_PAUSE_S)

    def _tell_soon(self, todo: ToDo) -> None:
        self._untold.add(todo)
        self._rung.set()

    async def _tell(self, conn: asyncpg.Connection) -> None:
        conn.add_termination_listener(lambda _conn: self._rung.set())
        self.connected.set()
        self._rung.set()  # what the last connection died with goes at once
        while True:
            await _until(self._rung)
            self._rung.clear()
            told, self._untold = self._untold, set()
            try:  # with nothing to tell it is the question whether the server is there
                await conn.execute(_NOTIFY, CHANNEL, sorted(told), timeout=CHECK_S)
            except LOST:
                self._untold |= told
                raise
            await asyncio.sleep(PAUSE_S)

    async def _hear(self, conn: asyncpg.Connection) -> None:
        ended = asyncio.Event()
        conn.add_termination_listener(lambda _conn: ended.set())
        await conn.add_listener(CHANNEL, self._heard)
        self.connected.set()
        self._wakeup.ring(*ToDo)  # whatever was told while nobody listened
        while True:
            await _until(ended)
            await conn.execute("SELECT 1", timeout=CHECK_S)  # a half-open connection is silent too

    def _heard(self, _conn: Any, _pid: int, _channel: str, todo: str) -> None:
        if todo in set(ToDo):  # a newer process may know more lists
            self._wakeup.ring(ToDo(todo))


async def _until(event: asyncio.Event) -> None:
    """Return when it happens, or when it is time to ask whether the server is still there."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CHECK_S):
            await event.wait()
