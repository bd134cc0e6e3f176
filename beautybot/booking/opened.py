"""
Working time that is new: longer hours, a shift more, a day off that is not.

If anybody waits for time, whatever changes hours is done inside `telling`; what
people work more than before is offered just as time that a visit let go of.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection

from beautybot.booking import catalogue as catalogues, freed, timetable
from beautybot.booking.freed import Freed
from beautybot.booking.slots import Span, minus, moment
from beautybot.businesses import salons
from beautybot.businesses.salons import Business


@contextmanager
def telling(conn: Connection, business: Business, now: datetime) -> Iterator[None]:
    """What is done inside changes hours; who waits for time that is new gets to hear of it."""
    horizon = now + timedelta(days=business.settings.horizon_days)
    if not freed.is_awaited(conn, business.id, now, horizon):
        yield
        return
    before = _working(conn, business, now, horizon)
    yield
    after = _working(conn, salons.get(conn, business.id), now, horizon)
    for person, spans in after.items():
        for a, b in minus(spans, before.get(person, ())):
            start, end = max(moment(a), now), min(moment(b), horizon)
            if start < end and freed.is_awaited(conn, business.id, start, end):
                new = Freed(start, end, frozenset({person}), frozenset())
                freed.put(conn, business.id, f"hours:{person}", new, now)


def _working(
    conn: Connection, business: Business, start: datetime, end: datetime
) -> dict[int, list[Span]]:
    people = [person.id for person in catalogues.load(conn, business.id).specialists]
    times = timetable.load(conn, business.id, business.zone, start, end, now=start, people=people)
    return {person: times.working(person) for person in people}
