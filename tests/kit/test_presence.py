"""Workers see who of them is dead, and judge nobody by their own absence."""

from __future__ import annotations

from datetime import datetime, timedelta

from world import MONDAY

from beautybot.kit import jobs, presence
from beautybot.kit.db import Database
from beautybot.kit.presence import SILENT, Presence


class Time:
    """The wall's and the process's clock, by hand."""

    def __init__(self) -> None:
        self.at = MONDAY

    def __call__(self) -> datetime:
        return self.at

    def ticks(self) -> float:
        return self.at.timestamp()

    def pass_(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def worker(db: Database, name: str, time: Time) -> Presence:
    return Presence(db, name, [jobs.jobs], time, ticks=time.ticks)


async def beats(one: Presence, time: Time, seconds: float) -> list[str]:
    """A worker lives on for so long; whom it found dead."""
    dead: list[str] = []
    for _ in range(int(seconds)):
        dead += await one.beat()
        time.pass_(1)
    return dead


async def test_what_a_dead_worker_held_is_due_again(db: Database) -> None:
    """Long before its lease ends, and its own late writes are void."""
    time = Time()
    gone, here = (worker(db, name, time) for name in ("gone", "here"))
    await db.write(jobs.put, "count", "1", {}, due_at=MONDAY, now=MONDAY)
    await gone.beat()
    (held,) = await db.write(jobs.take, time(), "gone", 10)

    early = await beats(here, time, SILENT.total_seconds())
    late = await beats(here, time, 3)

    (again,) = await db.write(jobs.take, time(), "here", 10)
    assert (early, late) == ([], ["gone"])
    assert again.lease > held.lease
    assert await db.read(presence.alive, time() - SILENT) == 1


async def test_who_was_away_judges_nobody(db: Database) -> None:
    """After an outage of the database everybody's word is old: first listen, then judge."""
    time = Time()
    first, second = (worker(db, name, time) for name in ("first", "second"))
    for one in (first, second) * 6:
        await beats(one, time, 1)
    time.pass_(60)

    at_once = await first.beat()
    time.pass_(1)
    await second.beat()

    assert at_once == []
    assert await beats(first, time, 3) == []
    assert await db.read(presence.alive, time() - SILENT) == 2
