"""The schedule of a salon, read in a handful of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, extract, select

from beautybot.booking.models import (
    appointments,
    busy_spans,
    day_overrides,
    resources,
    shift_patterns,
    time_off,
    working_hours,
)
from beautybot.booking.schedule import Hours, Schedule
from beautybot.booking.slots import Span, minute
from beautybot.booking.visits import Status

MARGIN = timedelta(days=1)  # a visit that starts in the window may reach beyond it
LONGEST = timedelta(days=3)  # no busy span is longer: a day of work, a day of buffer on each side
Units = dict[int, list[list[Span]]]


def load(
    conn: Connection,
    business_id: int,
    zone: ZoneInfo,
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    people: Collection[int],
    ignoring: int | None = None,
) -> Schedule:
    """
    The schedule between two times.  Expired holds count as free already.

    `ignoring` is an appointment whose own time counts as free: it may move.
    """
    start, end = start - MARGIN, end + MARGIN
    first, last = (at.astimezone(zone).date().toordinal() for at in (start, end))
    days = [date.fromordinal(n) for n in range(first, last + 1)]
    nobody = _not_counted(conn, business_id, now)
    if ignoring is not None:
        nobody.append(ignoring)
    units, surplus = _units(conn, business_id, start, end, nobody)
    return Schedule(
        zone=zone,
        days=days,
        hours=_hours(conn, business_id, days),
        away=_away(conn, business_id, start, end),
        busy=_busy(conn, business_id, start, end, people, nobody),
        units=units,
        surplus=surplus,
    )


def _not_counted(conn: Connection, business_id: int, now: datetime) -> list[int]:
    """Holds that are over, whether or not anybody has dropped them yet."""
    return list(
        conn.execute(
            select(appointments.c.id).where(
                appointments.c.business_id == business_id,
                appointments.c.status == Status.HELD,
                appointments.c.hold_until <= now,
            )
        ).scalars()
    )


def _busy(
    conn: Connection,
    business_id: int,
    start: datetime,
    end: datetime,
    people: Collection[int],
    nobody: list[int],
) -> dict[int, list[Span]]:
    whose = busy_spans.c.specialist_id
    query = _spans_of(whose, business_id, start, end, nobody).where(whose.in_(people))
    busy: dict[int, list[Span]] = {}
    for row in conn.execute(query):
        busy.setdefault(row[0], []).append((int(row[2]) // 60, int(row[3]) // 60))
    return busy


def _units(
    conn: Connection, business_id: int, start: datetime, end: datetime, nobody: list[int]
) -> tuple[Units, Units]:
    rows = conn.execute(
        select(resources.c.id, resources.c.quantity).where(resources.c.business_id == business_id)
    )
    units: Units = {row.id: [[] for _ in range(row.quantity)] for row in rows}
    surplus: Units = {}
    if not units:
        return units, surplus
    whose = busy_spans.c.resource_id
    query = _spans_of(whose, business_id, start, end, nobody).where(whose.is_not(None))
    for resource, unit, begins, ends in conn.execute(query):
        spans = units[resource]
        if unit >= len(spans):
            spans = surplus.setdefault(resource, [])
            unit -= len(units[resource])
            spans += [[] for _ in range(unit + 1 - len(spans))]
        spans[unit].append((int(begins) // 60, int(ends) // 60))
    return units, surplus


def _spans_of(
    whose: Any, business_id: int, start: datetime, end: datetime, nobody: list[int]
) -> Select[Any]:
    """Rows of (whose, unit, start, end); times as epoch seconds, which are read fastest."""
    times = (extract("epoch", busy_spans.c.starts_at), extract("epoch", busy_spans.c.ends_at))
    query = (
        select(whose, busy_spans.c.unit, *times)
        .where(
            busy_spans.c.business_id == business_id,
            busy_spans.c.starts_at < end,
            busy_spans.c.starts_at > start - LONGEST,  # keeps years of past visits out of the scan
            busy_spans.c.ends_at > start,
        )
        .order_by(busy_spans.c.starts_at)
    )
    return query.where(busy_spans.c.appointment_id.not_in(nobody)) if nobody else query


def _hours(conn: Connection, business_id: int, days: list[date]) -> Hours:
    weekly: dict[int | None, dict[int, list[Span]]] = {}
    for row in conn.execute(
        select(working_hours)
        .where(working_hours.c.business_id == business_id)
        .order_by(working_hours.c.from_min)
    ):
        week = weekly.setdefault(row.specialist_id, {})
        week.setdefault(row.weekday, []).append((row.from_min, row.to_min))
    overrides = conn.execute(
        select(day_overrides).where(
            day_overrides.c.business_id == business_id,
            day_overrides.c.day.between(days[0], days[-1]),
        )
    )
    patterns = conn.execute(
        select(shift_patterns).where(shift_patterns.c.business_id == business_id)
    )
    return Hours(
        overrides={(row.specialist_id, row.day): _spans(row.spans) for row in overrides},
        patterns={
            row.specialist_id: (row.anchor, [_spans(day) for day in row.cycle]) for row in patterns
        },
        weekly=weekly,
    )


def _away(
    conn: Connection, business_id: int, start: datetime, end: datetime
) -> dict[int | None, list[Span]]:
    away: dict[int | None, list[Span]] = {}
    for row in conn.execute(
        select(time_off).where(
            time_off.c.business_id == business_id,
            time_off.c.starts_at < end,
            time_off.c.ends_at > start,
        )
    ):
        away.setdefault(row.specialist_id, []).append((minute(row.starts_at), minute(row.ends_at)))
    return away


def _spans(stored: Iterable[Any]) -> list[Span]:
    return [(a, b) for a, b in stored]
