"""Calls that wait for the same commit share it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

from beautybot.kit.db import Database, Filled

Item = TypeVar("Item")


class Batcher(Generic[Item]):
    """
    Gathers the items of many callers into one INSERT; `fill` makes it.

    While one batch is being committed the next one gathers; nobody waits for
    a timer.  Of what waits it takes about half of all who are on the way, so
    that two batches of one size take turns, one being committed and one being
    answered; left alone they would become one of everybody and one of a
    straggler, and the answering and the committing would wait for each other.
    A caller returns after the commit that holds its item, or with
    the error that the whole batch met.  One batcher a process keeps the order
    of its items.

    With `gather_s` a batch waits so long for more, takes all that came, and
    stands in line with every other write: for those whom it is fair to keep
    waiting.
    """

    def __init__(
        self,
        db: Database,
        fill: Callable[[list[Item]], Filled],
        *,
        most: int = 256,
        gather_s: float = 0.0,
    ) -> None:
        self._db = db
        self._fill = fill
        self._gather_s = gather_s
        self._most = most
        self._waiting: list[tuple[Item, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None
        # Kept, because asking for the running loop is a system call (getpid) each time.
        self._loop: asyncio.AbstractEventLoop | None = None

    async def add(self, item: Item) -> None:
        """Return when the item is durable."""
        loop = self._loop = self._loop or asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._waiting.append((item, future))
        if self._task is None:
            self._task = loop.create_task(self._flush())
        await future

    async def _flush(self) -> None:
        last = 0
        try:
            while self._waiting:
                await asyncio.sleep(self._gather_s)  # let the requests that are ready join
                last = min((last + len(self._waiting) + 1) // 2 if last else self._most, self._most)
                last = self._most if self._gather_s else last
                batch = self._waiting[:last]
                last = len(batch)
                del self._waiting[:last]
                await self._commit(batch)
        finally:
            self._task = None

    async def _commit(self, batch: list[tuple[Item, asyncio.Future[None]]]) -> None:
        try:
            filled = self._fill([item for item, _ in batch])
            if self._gather_s:
                await self._db.write(filled.insert)
            else:
                await self._db.insert_first(filled)
        except Exception as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
        else:
            for _, future in batch:
                if not future.done():
                    future.set_result(None)
