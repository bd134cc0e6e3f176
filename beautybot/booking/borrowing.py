"""
A hold for a move may meet the very visit that is to move, and nothing else.

The time that both want stays with the visit: the hold keeps the rest, and a
note of what it borrows.  So the database never sees two rows that overlap,
and the rule that refuses them has no exception.  When the visit lets go of
its time, by the move itself or by a cancel, the hold takes what it borrowed,
in the same transaction; if somebody has that time, the database says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from beautybot.booking import records
from beautybot.booking.models import appointments, busy_spans
from beautybot.booking.occupancy import Row, SlotTaken, keep
from beautybot.booking.slots import minus, minute, moment, union

WHOSE = ("specialist_id", "resource_id", "unit")


def own(conn: Connection, business_id: int, visit_id: int) -> list[Row]:
    """What a visit keeps busy."""
    rows = conn.execute(
        select(busy_spans).where(
            busy_spans.c.business_id == business_id, busy_spans.c.appointment_id == visit_id
        )
    )
    return [dict(row) for row in rows.mappings()]


def shared(row: Row, kept: Iterable[Mapping[str, Any]]) -> tuple[list[Row], list[Row]]:
    """A wanted row, cut in what is outside of the kept rows and what is inside."""
    wanted = [(minute(row["starts_at"]), minute(row["ends_at"]))]
    whose = _whose(row)
    outside = minus(wanted, union(_span(k) for k in kept if _whose(k) == whose))
    inside = minus(wanted, outside)
    return (
        [{**row, "starts_at": moment(a), "ends_at": moment(b)} for a, b in outside],
        [{**row, "starts_at": moment(a), "ends_at": moment(b)} for a, b in inside],
    )


def note(conn: Connection, business_id: int, hold_id: int, rows: Iterable[Row]) -> None:
    """Write down what a hold borrows."""
    borrowed = [[*_whose(row), *_span(row)] for row in rows]
    records.change(conn, business_id, hold_id, borrowed=borrowed or None)


def take(conn: Connection, business_id: int, hold_id: int) -> bool:
    """A hold takes what it borrowed; SlotTaken if it is not free.  False if that was nothing."""
    rows = list(_borrowed(conn, business_id, hold_id))
    if not rows:
        return False
    keep(conn, business_id, hold_id, rows)
    records.change(conn, business_id, hold_id, borrowed=None)
    return True


def inherit(conn: Connection, business_id: int, visit_id: int) -> None:
    """A visit has let go of its time: the holds that borrow it take it, the oldest first."""
    holds = conn.execute(
        select(appointments.c.id)
        .where(
            appointments.c.business_id == business_id,
            appointments.c.hold_until.is_not(None),  # the few that are held: there is an index
            appointments.c.replaces == visit_id,
        )
        .order_by(appointments.c.id)
    ).scalars()
    for hold_id in holds.all():
        try:
            take(conn, business_id, hold_id)
        except SlotTaken:
            records.forget(conn, business_id, [hold_id])


def _borrowed(conn: Connection, business_id: int, hold_id: int) -> Iterator[Row]:
    noted = conn.execute(
        select(appointments.c.borrowed).where(
            appointments.c.business_id == business_id, appointments.c.id == hold_id
        )
    ).scalar_one_or_none()
    for *whose, a, b in noted or ():
        yield {
            **dict(zip(WHOSE, whose, strict=True)),
            "starts_at": moment(a),
            "ends_at": moment(b),
        }


def _whose(row: Mapping[str, Any]) -> tuple[Any, ...]:
    specialist, resource, unit = (row.get(name) for name in WHOSE)
    return specialist, resource, unit or 0


def _span(row: Mapping[str, Any]) -> tuple[int, int]:
    starts_at: datetime = row["starts_at"]
    ends_at: datetime = row["ends_at"]
    return minute(starts_at), minute(ends_at)
