"""A fair queue to a few streams: tenants take turns, however many calls each has."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class FairQueue:
    """At most `streams` calls at once; who waits is served round-robin by tenant."""

    def __init__(self, streams: int) -> None:
        self.streams = streams
        self._free = streams
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def crowded(self) -> bool:
        """True while somebody waits for a stream."""
        return any(not future.done() for queue in self._waiting.values() for future in queue)

    def ahead_of(self, tenant: str) -> int:
        """How many calls would be served before a new one of that tenant."""
        own = len(self._waiting.get(tenant, ()))
        others = (queue for name, queue in self._waiting.items() if name != tenant)
        return own + sum(min(len(queue), own + 1) for queue in others)

    @asynccontextmanager
    async def turn(self, tenant: str) -> AsyncIterator[None]:
        """Wait for a stream, hold it for the length of the block."""
        await self._take(tenant)
        try:
            yield
        finally:
            self._give()

    async def _take(self, tenant: str) -> None:
        if self._free > 0 and not self.crowded:
            self._free -= 1
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant, deque()).append(future)
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self._give()  # the stream came just when the caller gave up
            raise

    def _give(self) -> None:
        while self._waiting:
            tenant, queue = self._waiting.popitem(last=False)
            future = queue.popleft()
            if queue:
                self._waiting[tenant] = queue  # to the end of the line
            if not future.done():
                future.set_result(None)
                return
        self._free += 1
