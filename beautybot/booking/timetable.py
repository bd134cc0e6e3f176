"""The schedule of a salon, read in a handful of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, Connection, Select, bindparam, select

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
from beautybot.booking.slots import Columns, Span, columns, minute
from beautybot.booking.visits import Status
from beautybot.kit.db.minutes import minutes_listed

MARGIN = timedelta(days=1)  # a visit that starts in the window may reach beyond it
LONGEST = timedelta(days=3)  # no busy span is longer: a day of work, a day of buffer on each side
Units = dict[int, list[list[Span]]]

# Statements are made once: to put one together takes longer than to run it.
_mine: BindParameter[int] = bindparam("mine")
_since: BindParameter[datetime] = bindparam("since")
_until: BindParameter[datetime] = bindparam("until")
_LAPSED = select(appointments.c.id).where(
    appointments.c.business_id == _mine,
    appointments.c.hold_until <= bindparam("now"),
    appointments.c.status == Status.HELD,
)
_RESOURCES = select(resources.c.id, resources.c.quantity).where(resources.c.business_id == _mine)
_WEEKLY = (
    select(
        working_hours.c.specialist_id,
        working_hours.c.weekday,
        working_hours.c.from_min,
        working_hours.c.to_min,
    )
    .where(working_hours.c.business_id == _mine)
    .order_by(working_hours.c.from_min)
)
_OVERRIDES = select(
    day_overrides.c.specialist_id, day_overrides.c.day, day_overrides.c.spans
).where(
    day_overrides.c.business_id == _mine,
    day_overrides.c.day.between(bindparam("first"), bindparam("last")),
)
_PATTERNS = select(
    shift_patterns.c.specialist_id, shift_patterns.c.anchor, shift_patterns.c.cycle
).where(shift_patterns.c.business_id == _mine)
_AWAY = select(time_off.c.specialist_id, time_off.c.starts_at, time_off.c.ends_at).where(
    time_off.c.business_id == _mine, time_off.c.starts_at < _until, time_off.c.ends_at > _since
)


def _spans_of(*whose: Any) -> Select[Any]:
    """Rows of (whose …, starts, ends): a salon's busy time as lists of minutes."""
    return (
        select(*whose, minutes_listed(busy_spans.c.starts_at), minutes_listed(busy_spans.c.ends_at))
        .where(
            busy_spans.c.business_id == _mine,
            whose[0].in_(bindparam("those", expanding=True)),
            busy_spans.c.starts_at < _until,
            busy_spans.c.starts_at > bindparam("oldest"),  # years of past visits are not scanned
            busy_spans.c.ends_at > _since,
        )
        .group_by(*whose)
    )


def _but_for_some(query: Select[Any]) -> Select[Any]:
    return query.where(busy_spans.c.appointment_id.not_in(bindparam("nobody", expanding=True)))


_OF_PEOPLE = _spans_of(busy_spans.c.specialist_id)
_OF_UNITS = _spans_of(busy_spans.c.resource_id, busy_spans.c.unit)
_OF_PEOPLE_BUT, _OF_UNITS_BUT = map(_but_for_some, (_OF_PEOPLE, _OF_UNITS))


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
    mine = {"mine": business_id}
    nobody = list(conn.execute(_LAPSED, {**mine, "now": now}).scalars())
    if ignoring is not None:
        nobody.append(ignoring)
    window = {**mine, "since": start, "until": end}
    spans = {**window, "oldest": start - LONGEST} | ({"nobody": nobody} if nobody else {})
    units, surplus = _units(conn, spans)
    return Schedule(
        zone=zone,
        days=days,
        hours=_hours(conn, {**mine, "first": days[0], "last": days[-1]}),
        away=_away(conn, window),
        busy=_busy(conn, {**spans, "those": list(people)}),
        units=units,
        surplus=surplus,
    )


def _busy(conn: Connection, asked: dict[str, Any]) -> dict[int, Columns]:
    query = _OF_PEOPLE_BUT if "nobody" in asked else _OF_PEOPLE
    return {person: columns(begins, ends) for person, begins, ends in conn.execute(query, asked)}


def _units(conn: Connection, asked: dict[str, Any]) -> tuple[Units, Units]:
    rows = conn.execute(_RESOURCES, {"mine": asked["mine"]})
    units: Units = {row.id: [[] for _ in range(row.quantity)] for row in rows}
    surplus: Units = {}
    if not units:
        return units, surplus
    query = _OF_UNITS_BUT if "nobody" in asked else _OF_UNITS
    for resource, unit, starts, ends in conn.execute(query, {**asked, "those": list(units)}):
        spans = units[resource]
        if unit >= len(spans):
            spans = surplus.setdefault(resource, [])
            unit -= len(units[resource])
            spans += [[] for _ in range(unit + 1 - len(spans))]
        spans[unit] = sorted(zip(starts, ends, strict=True))
    return units, surplus


def _hours(conn: Connection, asked: dict[str, Any]) -> Hours:
    mine = {"mine": asked["mine"]}
    weekly: dict[int | None, dict[int, list[Span]]] = {}
    for specialist, weekday, begins, ends in conn.execute(_WEEKLY, mine):
        weekly.setdefault(specialist, {}).setdefault(weekday, []).append((begins, ends))
    return Hours(
        overrides={
            (specialist, day): _spans(spans)
            for specialist, day, spans in conn.execute(_OVERRIDES, asked)
        },
        patterns={
            specialist: (anchor, [_spans(day) for day in cycle])
            for specialist, anchor, cycle in conn.execute(_PATTERNS, mine)
        },
        weekly=weekly,
    )


def _away(conn: Connection, window: dict[str, Any]) -> dict[int | None, list[Span]]:
    away: dict[int | None, list[Span]] = {}
    for specialist, starts_at, ends_at in conn.execute(_AWAY, window):
        away.setdefault(specialist, []).append((minute(starts_at), minute(ends_at)))
    return away


def _spans(stored: Iterable[Any]) -> list[Span]:
    return [(a, b) for a, b in stored]
