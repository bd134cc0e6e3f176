"""A bell between whoever stores work and whoever does it, in one process or over PostgreSQL."""

from __future__ import annotations

import asyncio


class Wakeup:
    """
    Rings are never lost: take a ticket, look for work, then wait with the ticket.

    A ring between the ticket and the wait makes the wait return at once.
    """

    def __init__(self) -> None:
        self._rings = 0
        self._bell = asyncio.Event()

    def ticket(self) -> int:
        """How often it has rung so far."""
        return self._rings

    def ring(self) -> None:
        """There is work."""
        self._rings += 1
        self._bell.set()

    async def wait(self, ticket: int, timeout_s: float) -> None:
        """Return when it has rung since the ticket was taken, or after the time."""
        if self._rings != ticket:
            return
        self._bell.clear()
        try:
            async with asyncio.timeout(timeout_s):
                await self._bell.wait()
        except TimeoutError:
            return
