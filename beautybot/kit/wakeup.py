"""A bell between whoever stores work and whoever does it; `bell.py` carries it to others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum


class ToDo(StrEnum):
    """The to-do lists that have a bell of their own."""

    INBOX = "inbox"
    TURNS = "turns"
    OUTBOX = "outbox"
    JOBS = "jobs"
    NOTICES = "notices"
    OWNERS = "owners"  # what salons' people wrote to the global bot


class Wakeup:
    """
    Rings are never lost: take a ticket, look for work, then wait with the ticket.

    A ring between the ticket and the wait makes the wait return at once.
    """

    def __init__(self) -> None:
        self._rings = dict.fromkeys(ToDo, 0)
        self._bells = {todo: asyncio.Event() for todo in ToDo}
        self.beyond: Callable[[ToDo], None] | None = None
        """Told of every ring too, where the work is done in another process."""

    def ticket(self, todo: ToDo) -> int:
        """How often it has rung for that list so far."""
        return self._rings[todo]

    def ring(self, *todos: ToDo) -> None:
        """There is work on these lists."""
        for todo in todos:
            self._rings[todo] += 1
            self._bells[todo].set()
            if self.beyond is not None:
                self.beyond(todo)

    def ring_after(self, seconds: float, todo: ToDo) -> None:
        """There will be work on this list then."""
        if seconds <= 0:
            self.ring(todo)
        else:
            asyncio.get_running_loop().call_later(seconds, self.ring, todo)

    async def wait(self, todo: ToDo, ticket: int, timeout_s: float) -> None:
        """Return when it has rung for the list since the ticket was taken, or after the time."""
        if self._rings[todo] != ticket:
            return
        bell = self._bells[todo]
        bell.clear()
        try:
            async with asyncio.timeout(timeout_s):
                await bell.wait()
        except TimeoutError:
            return
