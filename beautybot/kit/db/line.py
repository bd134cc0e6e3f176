"""Who waits for the one thread that writes: first come, first served, save who must not wait."""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

Item = TypeVar("Item")

MOST = 256


class Line(Generic[Item]):
    """
    A line before one thread that takes many at a time.

    Any thread may join; one thread takes.  What was taken and not served goes
    back to the head of the line.
    """

    def __init__(self) -> None:
        self._first: deque[Item] = deque()
        self._usual: deque[Item] = deque()
        self._news: queue.SimpleQueue[bool] = queue.SimpleQueue()  # False: nobody comes any more
        self._closed = False

    def join(self, item: Item, *, first: bool = False) -> None:
        """Wait to be served; `first`, before all who do not say so."""
        (self._first if first else self._usual).append(item)
        self._news.put(True)

    def close(self) -> None:
        """Nobody joins any more."""
        self._news.put(False)

    def is_open(self) -> bool:
        """Sleep until somebody waits: True; False once it is closed and everybody was served."""
        while not self._first and not self._usual:
            if self._closed:
                return False
            self._closed = not self._news.get()
        return True

    def someone_is_first(self) -> bool:
        """Whether somebody waits who is to be served before all others."""
        return bool(self._first)

    def take(self, alone: Callable[[], bool] = lambda: False) -> tuple[list[Item], int]:
        """Who waits by now, at most MOST, and how many are first; `alone`: then nobody else."""
        self._read_news()
        taken = [self._first.popleft() for _ in range(min(len(self._first), MOST))]
        rest = min(len(self._usual), MOST - len(taken)) if not taken or not alone() else 0
        return taken + [self._usual.popleft() for _ in range(rest)], len(taken)

    def give_back(self, items: list[Item]) -> None:
        """They were not served: they are next, in their order."""
        self._usual.extendleft(reversed(items))

    def _read_news(self) -> None:
        """Forget what is known: each who joined has put a word there."""
        try:
            while True:
                self._closed = not self._news.get_nowait() or self._closed
        except queue.Empty:
            return
