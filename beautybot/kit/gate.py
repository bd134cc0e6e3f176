"""A gate with few places, where those who wait take turns by whose they are."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager


class Gate:
    """
    At most so many are inside; a free place goes round those who have somebody waiting.

    Of one who brings hundreds only the next stands before each of the others.
    For one loop.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._waiting: OrderedDict[int, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def place(self, of: int) -> AsyncIterator[None]:
        """Be inside, when it is the turn of `of` (a salon)."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(of)
        try:
            yield
        finally:
            self._leave()

    async def _wait(self, of: int) -> None:
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(of, deque()).append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():  # the place was ours already
                self._leave()
            raise

    def _leave(self) -> None:
        while self._waiting:
            of, line = self._waiting.popitem(last=False)
            following = line.popleft()
            if line:
                self._waiting[of] = line
            if not following.done():
                following.set_result(None)
                return
        self._free += 1


class Underway:
    """How much of each salon's is under way just now."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    async def during(self, of: int, work: Awaitable[None]) -> None:
        """Count a piece of work as long as it lasts."""
        self._counts[of] += 1
        try:
            await work
        finally:
            self._counts[of] -= 1
            if not self._counts[of]:
                del self._counts[of]

    def over(self, most: int) -> list[int]:
        """The salons that have so much of it that the others come first."""
        return [of for of, count in self._counts.items() if count >= most]
