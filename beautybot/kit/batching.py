"""Calls that wait for the same commit share it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import Connection

from beautybot.kit.db import Database

Item = TypeVar("Item")


class Batcher(Generic[Item]):
    """
    Gathers the items of many callers into one transaction.

    While one batch is being committed the next one gathers; nobody waits for
    a timer.  A caller returns after the commit that holds its item, or with
    the error that the whole batch met.  One batcher a process keeps the order
    of its items.
    """

    def __init__(
        self, db: Database, verb: Callable[[Connection, list[Item]], None], *, most: int = 256
    ) -> None:
        self._db = db
        self._verb = verb
        self._most = most
        self._waiting: list[tuple[Item, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> None:
        """Return when the item is durable."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None:
            self._task = asyncio.create_task(self._flush())
        await future

    async def _flush(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(0)  # let the requests that are ready join
                batch = self._waiting[: self._most]
                del self._waiting[: self._most]
                await self._commit(batch)
        finally:
            self._task = None

    async def _commit(self, batch: list[tuple[Item, asyncio.Future[None]]]) -> None:
        try:
            await self._db.write(self._verb, [item for item, _ in batch])
        except Exception as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
        else:
            for _, future in batch:
                if not future.done():
                    future.set_result(None)
