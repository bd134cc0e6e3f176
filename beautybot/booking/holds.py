"""
Times kept until the client has said yes, or until they expire.

A hold is an appointment that is not booked yet: it takes the time just as a
booking does, and leaves nothing behind when it goes.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select, update

from beautybot.booking import borrowing, freed, records
from beautybot.booking.models import appointments
from beautybot.booking.occupancy import occupy
from beautybot.booking.times import Slot
from beautybot.booking.visits import Appointment, Status, get
from beautybot.businesses.salons import Business
from beautybot.kit.db import across_salons
from beautybot.kit.errors import NotFound


def hold(
    conn: Connection,
    business: Business,
    slot: Slot,
    *,
    client_id: int | None,
    source: str,
    now: datetime,
    until: datetime,
    idempotency_key: str | None = None,
    replacing: int | None = None,
) -> Appointment:
    """
    Keep a time until the client has said yes; SlotTaken if it is gone.

    A second call with the same key gives the first hold again.  `replacing` is
    a visit that would move to it: what both need is the visit's until then.
    NotFound if that is a hold itself: it has no time of its own to lend.
    """
    if idempotency_key is not None:
        again = _by_key(conn, business.id, idempotency_key)
        if again is not None:
            return get(conn, business.id, again)
    free_expired(conn, business.id, now)
    if replacing is not None:
        records.lock(conn, business.id, replacing)
        if get(conn, business.id, replacing).status is Status.HELD:
            raise NotFound("there is no such appointment")
    made = records.create(
        conn,
        business,
        slot,
        client_id=client_id,
        status=Status.HELD,
        source=source,
        hold_until=until,
        idempotency_key=idempotency_key,
        created_at=now,
        replaces=replacing,
    )
    _occupy(conn, business.id, made, slot, replacing)
    records.note(conn, business.id, made, "held", source, now)
    return get(conn, business.id, made)


def _occupy(
    conn: Connection, business_id: int, hold_id: int, slot: Slot, replacing: int | None
) -> None:
    if replacing is None:
        occupy(conn, business_id, hold_id, slot)
        return
    own = borrowing.own(conn, business_id, replacing)
    cut = partial(borrowing.shared, kept=own)
    rest = occupy(conn, business_id, hold_id, slot, beside=cut, ignoring=replacing)
    borrowing.note(conn, business_id, hold_id, rest)


def extend(conn: Connection, business_id: int, appointment_id: int, *, until: datetime) -> None:
    """Keep a held time for longer; what is not held any more stays as it is."""
    conn.execute(
        update(appointments)
        .where(
            appointments.c.business_id == business_id,
            appointments.c.id == appointment_id,
            appointments.c.status == Status.HELD,
        )
        .values(hold_until=until)
    )


def adopt(conn: Connection, business_id: int, appointment_id: int, client_id: int) -> None:
    """The client who confirms a hold made for nobody known is the one it is for."""
    records.change(conn, business_id, appointment_id, client_id=client_id)


def release(conn: Connection, business_id: int, appointment_id: int, *, now: datetime) -> None:
    """Give a held time back; what is booked already stays."""
    freed.tell(conn, business_id, [appointment_id], now)
    records.forget(conn, business_id, [appointment_id])


def expire_holds(conn: Connection, now: datetime, limit: int = 500) -> int:
    """Drop the holds of every salon whose time is over; how many there were."""
    rows = conn.execute(
        across_salons(
            select(appointments.c.id, appointments.c.business_id)
            .where(appointments.c.status == Status.HELD, appointments.c.hold_until <= now)
            .limit(limit)
        )
    ).all()
    for row in rows:
        freed.tell(conn, row.business_id, [row.id], now)
        records.forget(conn, row.business_id, [row.id])
    return len(rows)


def free_expired(conn: Connection, business_id: int, now: datetime) -> None:
    """
    Drop the salon's holds whose time is over, so that they do not stand in the way.

    One that another transaction has in hand is left to it.
    """
    expired = conn.execute(
        select(appointments.c.id)
        .where(
            appointments.c.business_id == business_id,
            appointments.c.status == Status.HELD,
            appointments.c.hold_until <= now,
        )
        .order_by(appointments.c.id)
        .with_for_update(skip_locked=True)
    )
    if ids := expired.scalars().all():
        freed.tell(conn, business_id, ids, now)
        records.forget(conn, business_id, ids)


def _by_key(conn: Connection, business_id: int, key: str) -> int | None:
    found: int | None = conn.execute(
        select(appointments.c.id).where(
            appointments.c.business_id == business_id, appointments.c.idempotency_key == key
        )
    ).scalar_one_or_none()
    return found
