"""One statement at a time on PostgreSQL, said as the driver takes it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class Direct:
    """
    A connection of the pool's that is kept for statements that are transactions by themselves.

    Between the door and the driver SQLAlchemy would cost as much as the driver
    does.  Errors are asyncpg's own; after one the next statement has another
    connection.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._kept: tuple[AsyncConnection, Any] | None = None
        self._turn = asyncio.Lock()

    async def say(self, text: str, values: Sequence[Any]) -> None:
        """Carry a statement out; when this returns it is committed."""
        async with self._turn:
            conn, raw = self._kept or await self._opened()
            if raw.is_closed():  # the server went away while nobody said anything
                await self._dropped(conn)
                conn, raw = await self._opened()
            async with AsyncExitStack() as unless_done:
                unless_done.push_async_callback(self._dropped, conn)
                await raw.execute(text, *values)
                unless_done.pop_all()

    async def close(self) -> None:
        """Give the connection back."""
        async with self._turn:
            if self._kept is not None:
                await self._kept[0].close()
                self._kept = None

    async def _opened(self) -> tuple[AsyncConnection, Any]:
        conn = await self._engine.connect()
        raw = (await conn.get_raw_connection()).driver_connection
        self._kept = conn, raw
        return self._kept

    async def _dropped(self, conn: AsyncConnection) -> None:
        self._kept = None
        await conn.invalidate()
        await conn.close()
