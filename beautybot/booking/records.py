"""
The rows of an appointment: what is written about it, and what stays of it.

Only `appointments.py` and `holds.py` call these.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from beautybot.booking.models import (
    appointment_changes,
    appointment_parts,
    appointments,
    busy_spans,
    services,
    specialists,
)
from beautybot.booking.times import Slot
from beautybot.booking.visits import Status
from beautybot.businesses.salons import Business
from beautybot.kit.errors import NotFound

# Digits that nobody mixes up on the phone.
_NUMBER_SIGNS = "23456789"


def create(conn: Connection, business: Business, slot: Slot, **more: Any) -> int:
    """A new row for the visit of a slot; its id.  The time is not taken yet."""
    made: int = conn.execute(
        insert(appointments)
        .values(
            business_id=business.id,
            number=_new_number(conn, business.id),
            timezone=business.timezone,
            currency=slot.price.currency,
            **when_and_price(business, slot),
            **more,
        )
        .returning(appointments.c.id)
    ).scalar_one()
    write_parts(conn, business.id, made, slot)
    return made


def when_and_price(business: Business, slot: Slot) -> dict[str, Any]:
    """The columns that say when a visit is and what it costs."""
    return {
        "starts_at": slot.start,
        "ends_at": slot.end,
        "local_start": slot.start.astimezone(business.zone).isoformat(timespec="minutes"),
        "price_minor": slot.price.minor,
        "price_max_minor": slot.price.upto_minor,
        "price_from": slot.price.is_from,
    }


def lock(conn: Connection, business_id: int, appointment_id: int) -> None:
    """
    Let nobody else change the appointment until this transaction ends.

    SQLite has one writer; on PostgreSQL a hold that expires must not be
    dropped between our look at it and our write.
    """
    conn.execute(
        select(appointments.c.id)
        .where(appointments.c.business_id == business_id, appointments.c.id == appointment_id)
        .with_for_update()
    )


def write_parts(conn: Connection, business_id: int, appointment_id: int, slot: Slot) -> None:
    """Record what is done in the visit, by whom, at what price; NotFound for another salon's."""
    _check_own(conn, business_id, services, {part.service_id for part in slot.parts})
    _check_own(conn, business_id, specialists, set(slot.specialist_ids))
    conn.execute(
        insert(appointment_parts),
        [
            {
                "business_id": business_id,
                "appointment_id": appointment_id,
                "position": position,
                "service_id": part.service_id,
                "specialist_id": part.specialist_id,
                "starts_at": part.start,
                "ends_at": part.end,
                "price_minor": part.price.minor,
                "price_max_minor": part.price.upto_minor,
                "price_from": part.price.is_from,
            }
            for position, part in enumerate(slot.parts)
        ],
    )


def _check_own(conn: Connection, business_id: int, table: Table, ids: Collection[int]) -> None:
    """The last look: whoever made the slot, a visit is of one salon's services and people."""
    mine = select(func.count()).where(table.c.business_id == business_id, table.c.id.in_(ids))
    if conn.execute(mine).scalar_one() != len(ids):
        raise NotFound(f"{table.name}: not of this salon")


def change(conn: Connection, business_id: int, appointment_id: int, **values: Any) -> None:
    """Change plain columns of an appointment."""
    conn.execute(
        update(appointments)
        .where(appointments.c.business_id == business_id, appointments.c.id == appointment_id)
        .values(**values)
    )


def note(
    conn: Connection,
    business_id: int,
    appointment_id: int,
    kind: str,
    by: str,
    now: datetime,
    why: str = "",
    was_start: datetime | None = None,
) -> None:
    """Keep who did what with an appointment, when, why, and from which time."""
    conn.execute(
        insert(appointment_changes).values(
            business_id=business_id,
            appointment_id=appointment_id,
            kind=kind,
            by=by,
            at=now,
            why=why,
            was_start=was_start,
        )
    )


def forget(conn: Connection, business_id: int, ids: Collection[int]) -> None:
    """
    Drop holds: they leave nothing behind, because they never were visits.

    What is booked by now stays as it is.
    """
    still = select(appointments.c.id).where(
        appointments.c.business_id == business_id,
        appointments.c.id.in_(ids),
        appointments.c.status == Status.HELD,
    )
    held = conn.execute(still.order_by(appointments.c.id).with_for_update()).scalars().all()
    for table in (busy_spans, appointment_parts, appointment_changes):
        mine = (table.c.business_id == business_id, table.c.appointment_id.in_(held))
        conn.execute(delete(table).where(*mine))
    conn.execute(
        delete(appointments).where(
            appointments.c.business_id == business_id, appointments.c.id.in_(held)
        )
    )


def _new_number(conn: Connection, business_id: int) -> str:
    """A number people can say: six digits that no other appointment of the salon has."""
    while True:
        number = "".join(secrets.choice(_NUMBER_SIGNS) for _ in range(6))
        taken = conn.execute(
            select(appointments.c.id).where(
                appointments.c.business_id == business_id, appointments.c.number == number
            )
        ).first()
        if taken is None:
            return number
