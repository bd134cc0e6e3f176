"""When people work and when they are busy, read in a handful of queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select

from beautybot.booking.models import (
    appointments,
    busy_spans,
    day_overrides,
    resources,
    shift_patterns,
    time_off,
    working_hours,
)
from beautybot.booking.slots import Span, local_spans, minus, minute, union


@dataclass(frozen=True, slots=True)
class Schedule:
    """Working time and busy time of a salon's people in one window."""

    zone: ZoneInfo
    weekly: dict[int | None, dict[int, list[Span]]]
    overrides: dict[tuple[int | None, date], list[Span]]
    patterns: dict[int, tuple[date, list[list[Span]]]]
    away: dict[int | None, list[Span]]
    busy: dict[int, list[Span]]
    units: dict[int, list[list[Span]]]

    def free(self, specialist_id: int, day: date) -> list[Span]:
        """When a specialist could be given to a client on that local day."""
        work = local_spans(day, self._hours(specialist_id, day), self.zone)
        if not work:
            return []
        taken = (
            *self.busy.get(specialist_id, ()),
            *self.away.get(specialist_id, ()),
            *self.away.get(None, ()),
        )
        near = [s for s in taken if s[1] > work[0][0] and s[0] < work[-1][1]]
        return minus(work, union(near))

    def resource_free(self, resource_id: int, start: int, end: int) -> bool:
        """True if at least one unit of the resource is free then."""
        return any(all(b <= start or a >= end for a, b in unit) for unit in self.units[resource_id])

    def load_of(self, specialist_id: int, day_start: int) -> int:
        """Busy minutes of a specialist on the day that starts then: for fairness."""
        end = day_start + 1440
        spans = self.busy.get(specialist_id, ())
        return sum(min(b, end) - max(a, day_start) for a, b in spans if a < end and b > day_start)

    def _hours(self, specialist_id: int, day: date) -> Sequence[Span]:
        for key in ((specialist_id, day), (None, day)):
            if key in self.overrides:
                return self.overrides[key]
        if specialist_id in self.patterns:
            anchor, cycle = self.patterns[specialist_id]
            return cycle[(day - anchor).days % len(cycle)]
        week = self.weekly.get(specialist_id) or self.weekly.get(None, {})
        return week.get(day.weekday(), ())


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
    weekly: dict[int | None, dict[int, list[Span]]] = {}
    for row in conn.execute(
        select(working_hours).where(working_hours.c.business_id == business_id)
    ):
        week = weekly.setdefault(row.specialist_id, {})
        week.setdefault(row.weekday, []).append((row.from_min, row.to_min))
    busy, units = _busy(conn, business_id, start, end, now=now, people=people, ignoring=ignoring)
    return Schedule(
        zone=zone,
        weekly=weekly,
        overrides=_overrides(conn, business_id, start, end),
        patterns=_patterns(conn, business_id),
        away=_away(conn, business_id, start, end),
        busy=busy,
        units=units,
    )


def _busy(
    conn: Connection,
    business_id: int,
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    people: Collection[int],
    ignoring: int | None,
) -> tuple[dict[int, list[Span]], dict[int, list[list[Span]]]]:
    quantity = {
        row.id: row.quantity
        for row in conn.execute(
            select(resources.c.id, resources.c.quantity).where(
                resources.c.business_id == business_id
            )
        )
    }
    units: dict[int, list[list[Span]]] = {r: [[] for _ in range(n)] for r, n in quantity.items()}
    busy: dict[int, list[Span]] = {}
    alive = or_(
        appointments.c.status != "held",
        appointments.c.hold_until.is_(None),
        appointments.c.hold_until > now,
    )
    query = (
        select(
            busy_spans.c.specialist_id,
            busy_spans.c.resource_id,
            busy_spans.c.unit,
            busy_spans.c.starts_at,
            busy_spans.c.ends_at,
        )
        .join(appointments, appointments.c.id == busy_spans.c.appointment_id)
        .where(
            busy_spans.c.business_id == business_id,
            appointments.c.business_id == business_id,
            busy_spans.c.starts_at < end,
            busy_spans.c.ends_at > start,
            or_(busy_spans.c.specialist_id.in_(people), busy_spans.c.specialist_id.is_(None)),
            alive,
        )
        .order_by(busy_spans.c.starts_at)
    )
    if ignoring is not None:
        query = query.where(busy_spans.c.appointment_id != ignoring)
    for row in conn.execute(query):
        span = (minute(row.starts_at), minute(row.ends_at))
        if row.specialist_id is not None:
            busy.setdefault(row.specialist_id, []).append(span)
        elif row.resource_id in units and row.unit < len(units[row.resource_id]):
            units[row.resource_id][row.unit].append(span)
    return busy, units


def _overrides(
    conn: Connection, business_id: int, start: datetime, end: datetime
) -> dict[tuple[int | None, date], list[Span]]:
    rows = conn.execute(
        select(day_overrides).where(
            day_overrides.c.business_id == business_id,
            day_overrides.c.day >= start.date() - timedelta(days=1),
            day_overrides.c.day <= end.date() + timedelta(days=1),
        )
    )
    return {(row.specialist_id, row.day): _spans(row.spans) for row in rows}


def _patterns(conn: Connection, business_id: int) -> dict[int, tuple[date, list[list[Span]]]]:
    rows = conn.execute(select(shift_patterns).where(shift_patterns.c.business_id == business_id))
    return {row.specialist_id: (row.anchor, [_spans(day) for day in row.cycle]) for row in rows}


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


def _spans(stored: Any) -> list[Span]:
    return [(a, b) for a, b in stored]
