"""
An appointment at another time: the old one is freed and the new one taken in one transaction.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, update

from beautybot.booking import borrowing, freed, holds, records
from beautybot.booking.models import appointment_parts, busy_spans
from beautybot.booking.occupancy import SlotTaken, occupy, still_occupies, vacate
from beautybot.booking.policy import NotPossible, check_changeable, own
from beautybot.booking.times import Slot
from beautybot.booking.visits import Appointment, Status, get
from beautybot.businesses.salons import Business


def move(
    conn: Connection,
    business: Business,
    appointment_id: int,
    *,
    now: datetime,
    by: str,
    to_hold: int | None = None,
    slot: Slot | None = None,
    why: str = "",
    client_id: int | None = None,
    enforce_policy: bool = True,
) -> Appointment:
    """
    The same appointment at another time: a held one, or a slot.

    The old time is freed and the new one taken in this transaction; SlotTaken
    leaves the appointment where it was (the caller's transaction is undone).
    """
    if slot is not None:
        holds.free_expired(conn, business.id, now)  # first: it may be this very one
    records.lock(conn, business.id, appointment_id)
    visit = own(conn, business, appointment_id, client_id)
    check_changeable(business, visit, now, enforce_policy)
    freed.tell(conn, business.id, [appointment_id], now)
    vacate(conn, business.id, appointment_id)
    if to_hold is not None:
        _take_over(conn, business, appointment_id, to_hold)
    elif slot is not None:
        _rewrite(conn, business, appointment_id, slot)
    else:
        raise NotPossible("a move needs a new time")
    borrowing.inherit(conn, business.id, appointment_id)
    records.note(conn, business.id, appointment_id, "moved", by, now, why, visit.start)
    return get(conn, business.id, appointment_id)


def _take_over(conn: Connection, business: Business, appointment_id: int, held: int) -> None:
    """Give a hold's time to a booked appointment; the hold is gone."""
    records.lock(conn, business.id, held)
    borrowed = borrowing.take(conn, business.id, held)
    if not borrowed and not still_occupies(conn, business.id, held):
        raise SlotTaken("the new time was given to somebody else")
    new = get(conn, business.id, held)
    if new.status is not Status.HELD:
        raise NotPossible("only a held time can be moved to")
    mine = appointment_parts.c.business_id == business.id
    conn.execute(
        delete(appointment_parts).where(mine, appointment_parts.c.appointment_id == appointment_id)
    )
    conn.execute(
        update(appointment_parts)
        .where(mine, appointment_parts.c.appointment_id == held)
        .values(appointment_id=appointment_id)
    )
    conn.execute(
        update(busy_spans)
        .where(busy_spans.c.business_id == business.id, busy_spans.c.appointment_id == held)
        .values(appointment_id=appointment_id)
    )
    records.change(
        conn,
        business.id,
        appointment_id,
        starts_at=new.start,
        ends_at=new.end,
        local_start=new.start.astimezone(business.zone).isoformat(timespec="minutes"),
        price_minor=new.price.minor,
        price_max_minor=new.price.upto_minor,
        price_from=new.price.is_from,
    )
    records.forget(conn, business.id, [held])


def _rewrite(conn: Connection, business: Business, appointment_id: int, slot: Slot) -> None:
    conn.execute(
        delete(appointment_parts).where(
            appointment_parts.c.business_id == business.id,
            appointment_parts.c.appointment_id == appointment_id,
        )
    )
    records.change(conn, business.id, appointment_id, **records.when_and_price(business, slot))
    records.write_parts(conn, business.id, appointment_id, slot)
    occupy(conn, business.id, appointment_id, slot)
