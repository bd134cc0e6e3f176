"""
Live news of a salon: one look a second for everybody who watches it.

Fifty people with open inboxes cost as much as one: what changed is read and
drawn once and each of them is sent the same few lines.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")

LOOK_EVERY_S = 1.0
SPREAD = 0.3
"""Over what part of the time between two looks the watchers are told, one after another."""
GOLDEN = 0.618033988749895


@dataclass(frozen=True, slots=True)
class Look:
    """
    What a salon's inbox looked like at a moment.

    `pulse` is another one after every change; `rows` are the newest
    conversations in their order, drawn; `marks` change with the watched ones.
    """

    pulse: str
    rows: Mapping[int, str]
    marks: Mapping[int, str]
    waiting: int


@dataclass(frozen=True, slots=True)
class Page:
    """What a page knows when it begins to follow: its pulse, its open talk and that one's mark."""

    pulse: str
    talk: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """What leads from one pulse to the next, as the text that a page understands."""

    before: str
    pulse: str
    text: str


Sleep = Callable[[float], Awaitable[None]]
Draw = Callable[[Look | None, frozenset[int]], Awaitable[Look]]
"""Look at the salon again, knowing the last look and the conversations that are watched."""


class Newsroom:
    """The rooms of the salons that somebody watches; made with the first, gone with the last."""

    def __init__(self, look_every_s: float = LOOK_EVERY_S, sleep: Sleep = asyncio.sleep) -> None:
        self._look_every_s = look_every_s
        self._sleep = sleep
        self._rooms: dict[int, _Room] = {}

    async def follow(self, salon: int, draw: Draw, page: Page) -> AsyncGenerator[News | None, None]:
        """
        News of a salon since a page was read; None for each look without any.

        A page that has missed something is told how everything is now.  Many who
        watch are told one after another, so that a webhook that comes just then
        does not wait for all of them.
        """
        with self._watching(salon, page) as room:
            turn_s = _place(room.watchers - 1) * SPREAD * self._look_every_s
            seen = (await room.open(draw)).pulse
            missed = page.pulse != seen
            if not missed:
                room.known.setdefault(page.talk, page.mark)
            while True:
                news = await room.next(draw, self._look_every_s)
                if missed or (news is not None and news.before != seen):
                    news = room.everything(page)
                missed, seen = False, news.pulse if news else seen
                if news is not None and turn_s:
                    await self._sleep(turn_s)
                yield news

    def watched(self) -> int:
        """How many salons are being looked at."""
        return len(self._rooms)

    @contextmanager
    def _watching(self, salon: int, page: Page) -> Iterator[_Room]:
        room = self._rooms.setdefault(salon, _Room())
        room.watchers += 1
        room.talks[page.talk] += 1
        try:
            yield room
        finally:
            room.watchers -= 1
            room.talks[page.talk] -= 1
            if not room.watchers:
                self._rooms.pop(salon, None)


@dataclass(slots=True)
class _Room:
    look: Look | None = None
    watchers: int = 0
    talks: Counter[int] = field(default_factory=Counter)
    known: dict[int, str] = field(default_factory=dict)  # the marks that watchers have been told
    _opening: asyncio.Task[Look] | None = None
    _looking: asyncio.Task[News | None] | None = None

    async def open(self, draw: Draw) -> Look:
        """The look to begin with; whoever comes meanwhile waits for the same one."""
        if self.look is not None:
            return self.look
        if self._opening is None or self._opening.done():
            self._opening = _heard(asyncio.create_task(self._open(draw)))
        return await asyncio.shield(self._opening)

    async def next(self, draw: Draw, after_s: float) -> News | None:
        """What the next look shows, the same one for everybody; who leaves does not stop it."""
        if self._looking is None or self._looking.done():
            self._looking = _heard(asyncio.create_task(self._next(draw, after_s)))
        return await asyncio.shield(self._looking)

    def everything(self, page: Page) -> News:
        """All rows as they are, and that the page's conversation may have changed."""
        assert self.look is not None
        changed = {page.talk} if page.talk else set()
        return News(page.pulse, self.look.pulse, _told(self.look, self.look.rows, changed))

    async def _open(self, draw: Draw) -> Look:
        self.look = await draw(None, self._watched())
        return self.look

    async def _next(self, draw: Draw, after_s: float) -> News | None:
        await asyncio.sleep(after_s)
        before = self.look
        now = self.look = await draw(before, self._watched())
        if before is None or now.pulse == before.pulse:
            return None
        changed = {t for t, mark in now.marks.items() if self.known.get(t, mark) != mark}
        self.known = dict(now.marks)
        rows = {talk: row for talk, row in now.rows.items() if before.rows.get(talk) != row}
        return News(before.pulse, now.pulse, _told(now, rows, changed | set(rows)))

    def _watched(self) -> frozenset[int]:
        return frozenset(talk for talk, count in self.talks.items() if talk and count > 0)


def _place(number: int) -> float:
    """Where in [0, 1) a watcher stands: the first at once, however many even apart."""
    return number * GOLDEN % 1


def _told(look: Look, rows: Mapping[int, str], changed: Set[int]) -> str:
    told = {
        "talks": sorted(changed),
        "order": list(look.rows),
        "rows": rows,
        "waiting": look.waiting,
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _heard(task: asyncio.Task[T]) -> asyncio.Task[T]:
    """An error of a task that nobody waits for any more is nobody's."""
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task
