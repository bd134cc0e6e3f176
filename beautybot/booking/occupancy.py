"""
What a visit keeps busy: the rows that the database allows once.

Only `appointments.py` and `holds.py` call these; nothing else writes busy time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import DBAPIError

from beautybot.booking.models import busy_spans, resources, service_resources
from beautybot.booking.overlap import is_overlap
from beautybot.booking.slots import Span, minute, moment, union
from beautybot.booking.times import Slot
from beautybot.kit.errors import BeautyBotError

Row = dict[str, Any]
Beside = Callable[[Row], tuple[list[Row], list[Row]]]


class SlotTaken(BeautyBotError):
    """Somebody else has this time already."""


def occupy(
    conn: Connection,
    business_id: int,
    appointment_id: int,
    slot: Slot,
    *,
    beside: Beside = lambda row: ([row], []),
    ignoring: int | None = None,
) -> list[Row]:
    """
    Take the time of people and resources; SlotTaken when the database refuses.

    `beside` cuts a row in what is taken and what is not; the latter is
    returned.  The units that `ignoring` has count as free.
    """
    left: list[Row] = []
    rows = chain(_of_people(slot), _of_resources(conn, business_id, slot, ignoring))
    with _guarded(conn):
        for row in rows:
            taken, rest = beside(row)
            left += rest
            for part in taken:
                _insert(conn, business_id, appointment_id, part)
    return left


def keep(conn: Connection, business_id: int, appointment_id: int, rows: Iterable[Row]) -> None:
    """Take the time of rows, all of it or nothing; SlotTaken when the database refuses."""
    with _guarded(conn):
        for row in rows:
            _insert(conn, business_id, appointment_id, row)


def _insert(conn: Connection, business_id: int, appointment_id: int, row: Row) -> None:
    whose = {"business_id": business_id, "appointment_id": appointment_id}
    conn.execute(insert(busy_spans).values(**whose, **row))


@contextmanager
def _guarded(conn: Connection) -> Iterator[None]:
    try:
        with conn.begin_nested():
            yield
    except DBAPIError as error:
        if is_overlap(error):
            raise SlotTaken("the time was just taken") from None
        raise


def _of_people(slot: Slot) -> Iterator[Row]:
    """Each specialist's time; the buffers between two services of one are kept once."""
    busy: dict[int, list[Span]] = {}
    for part in slot.parts:
        for start, end in part.busy or (part.whole,):
            busy.setdefault(part.specialist_id, []).append((minute(start), minute(end)))
    for specialist_id, spans in sorted(busy.items()):
        for a, b in union(spans):
            yield {"specialist_id": specialist_id, "starts_at": moment(a), "ends_at": moment(b)}


def _of_resources(
    conn: Connection, business_id: int, slot: Slot, ignoring: int | None
) -> Iterator[Row]:
    """A unit of all that the visit needs, from preparation to cleaning."""
    needs = _needs(conn, business_id, {part.service_id for part in slot.parts})
    needed: dict[int, list[Span]] = {}
    for part in slot.parts:
        whole = (minute(part.whole[0]), minute(part.whole[1]))
        for resource_id in needs.get(part.service_id, ()):
            needed.setdefault(resource_id, []).append(whole)
    for resource_id, spans in sorted(needed.items()):
        for start, end in ((moment(a), moment(b)) for a, b in union(spans)):
            unit = _free_unit(conn, business_id, resource_id, start, end, ignoring)
            yield {"resource_id": resource_id, "unit": unit, "starts_at": start, "ends_at": end}


def _needs(conn: Connection, business_id: int, services: Collection[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row in conn.execute(
        select(service_resources.c.service_id, service_resources.c.resource_id).where(
            service_resources.c.business_id == business_id,
            service_resources.c.service_id.in_(services),
        )
    ):
        found.setdefault(row.service_id, []).append(row.resource_id)
    return found


def _free_unit(
    conn: Connection,
    business_id: int,
    resource_id: int,
    start: datetime,
    end: datetime,
    ignoring: int | None,
) -> int:
    quantity: int = conn.execute(
        select(resources.c.quantity).where(
            resources.c.business_id == business_id, resources.c.id == resource_id
        )
    ).scalar_one()
    taken = set(
        conn.execute(
            select(busy_spans.c.unit).where(
                busy_spans.c.business_id == business_id,
                busy_spans.c.resource_id == resource_id,
                busy_spans.c.starts_at < end,
                busy_spans.c.ends_at > start,
                *([busy_spans.c.appointment_id != ignoring] if ignoring is not None else []),
            )
        ).scalars()
    )
    free = [unit for unit in range(quantity) if unit not in taken]
    given_up = sum(unit >= quantity for unit in taken)  # the salon has fewer than it had
    if len(free) <= given_up:
        raise SlotTaken("every unit of what the visit needs is taken")
    return free[0]


def still_occupies(conn: Connection, business_id: int, appointment_id: int) -> bool:
    """True while nobody has dropped the appointment's busy time."""
    return (
        conn.execute(
            select(busy_spans.c.id)
            .where(
                busy_spans.c.business_id == business_id,
                busy_spans.c.appointment_id == appointment_id,
            )
            .limit(1)
        ).first()
        is not None
    )


def vacate(conn: Connection, business_id: int, appointment_id: int) -> None:
    """Free all the time an appointment keeps."""
    conn.execute(
        delete(busy_spans).where(
            busy_spans.c.business_id == business_id, busy_spans.c.appointment_id == appointment_id
        )
    )
