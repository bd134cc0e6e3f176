"""Virtual time: an event loop in which waiting costs nothing."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from beautybot.kit import clock

T = TypeVar("T")


class Standstill(RuntimeError):
    """Everybody waits for somebody else, and no hour will come that changes it."""


class _Leap(selectors.DefaultSelector):
    """A selector that never looks at the world: it lets the loop's time pass."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise Standstill("nothing is left to happen")
        self.seconds += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Sleeps take no time; there are no sockets and no threads in it."""

    def __init__(self) -> None:
        self._leap = _Leap()
        super().__init__(self._leap)

    def time(self) -> float:
        """Virtual seconds since the start."""
        return self._leap.seconds


@dataclass(slots=True)
class Hands:
    """The wall clock of the simulated world; it may jump, as clocks do."""

    start: datetime
    loop: VirtualLoop
    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        """Now, as everybody in it sees it."""
        return self.start + timedelta(seconds=self.loop.time()) + self.ahead


def run(loop: VirtualLoop, life: Coroutine[Any, Any, T]) -> T:
    """Live it to the end in virtual time; what dead processes leave behind is not told."""
    loop.set_exception_handler(lambda _loop, _context: None)
    try:
        with clock.ticking(loop.time):
            return loop.run_until_complete(life)
    finally:
        loop.close()
