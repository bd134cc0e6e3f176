"""
A deadline for reading a request, nearly free for the requests that meet it.

`asyncio.timeout` costs more than the whole check of a signature, and almost
every body is there before we ask for it.  So a request only notes when it
began, and one sweep a second cancels those that began too long ago.
"""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any


class ReadDeadline:
    """`with` it around reading; TimeoutError from one to two seconds after `seconds` are over."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._sweep: asyncio.TimerHandle | None = None
        # Kept, because asking for the running loop is a system call (getpid) each time.
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> None:
        loop = self._loop = self._loop or asyncio.get_running_loop()
        task = asyncio.current_task(loop)
        assert task is not None
        self._since[task] = loop.time()
        if self._sweep is None:
            self._sweep = loop.call_later(1.0, self._look, loop)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        task = asyncio.current_task(self._loop)
        assert task is not None
        self._since.pop(task, None)
        if task in self._late:
            self._late.discard(task)
            task.uncancel()
            raise TimeoutError from None

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        before = loop.time() - self._seconds
        for task in [task for task, since in self._since.items() if since < before]:
            del self._since[task]
            self._late.add(task)
            task.cancel()
        self._sweep = loop.call_later(1.0, self._look, loop) if self._since else None
