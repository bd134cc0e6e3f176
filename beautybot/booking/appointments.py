"""
The life of an appointment; the only writer of visits and of busy time.

held → booked → completed or no_show; cancelled from either.  Every change
leaves a record of who, when and why.  `holds.py` and `moves.py` tell two parts
of that life; callers find all of it here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from beautybot.booking import borrowing, freed, records
from beautybot.booking.holds import adopt, expire_holds, extend, free_expired, hold, release
from beautybot.booking.moves import move
from beautybot.booking.occupancy import SlotTaken, still_occupies, vacate
from beautybot.booking.policy import NotPossible, TooLate, check_changeable, own
from beautybot.booking.visits import Appointment, Status, get, last_visit, listing, of_client
from beautybot.businesses.salons import Business


def confirm(
    conn: Connection,
    business: Business,
    appointment_id: int,
    *,
    now: datetime,
    by: str,
    name: str | None = None,
    phone: str | None = None,
) -> Appointment:
    """
    Turn a hold into a booking; doing it twice gives the same booking.

    An expired hold still counts while its time is free; else SlotTaken.
    """
    records.lock(conn, business.id, appointment_id)
    visit = get(conn, business.id, appointment_id)
    if visit.status is Status.BOOKED:
        return visit
    if visit.status is not Status.HELD:
        raise NotPossible("only a held time can be booked")
    borrowed = borrowing.take(conn, business.id, appointment_id)
    if not borrowed and not still_occupies(conn, business.id, appointment_id):
        raise SlotTaken("the time was given to somebody else after the hold had expired")
    records.change(
        conn,
        business.id,
        appointment_id,
        status=Status.BOOKED,
        hold_until=None,
        replaces=None,
        confirmed_at=now,
        client_name=name,
        client_phone=phone,
    )
    records.note(conn, business.id, appointment_id, "booked", by, now)
    return get(conn, business.id, appointment_id)


def note_confirmed(
    conn: Connection, business_id: int, appointment_id: int, *, now: datetime
) -> None:
    """The client answered a reminder: they will come."""
    records.note(conn, business_id, appointment_id, "will_come", "client", now)


def cancel(
    conn: Connection,
    business: Business,
    appointment_id: int,
    *,
    now: datetime,
    by: str,
    why: str = "",
    client_id: int | None = None,
    enforce_policy: bool = True,
) -> Appointment:
    """Cancel a booking and free its time; TooLate inside the salon's window."""
    records.lock(conn, business.id, appointment_id)
    visit = own(conn, business, appointment_id, client_id)
    if visit.status is Status.CANCELLED:
        return visit
    check_changeable(business, visit, now, enforce_policy)
    records.change(conn, business.id, appointment_id, status=Status.CANCELLED, hold_until=None)
    freed.tell(conn, business.id, [appointment_id], now)
    vacate(conn, business.id, appointment_id)
    borrowing.inherit(conn, business.id, appointment_id)
    records.note(conn, business.id, appointment_id, "cancelled", by, now, why, visit.start)
    return get(conn, business.id, appointment_id)


def complete(
    conn: Connection, business: Business, appointment_id: int, *, now: datetime, by: str
) -> Appointment:
    """The client came."""
    return _end(conn, business, appointment_id, Status.COMPLETED, now=now, by=by)


def no_show(
    conn: Connection, business: Business, appointment_id: int, *, now: datetime, by: str
) -> Appointment:
    """The client did not come."""
    return _end(conn, business, appointment_id, Status.NO_SHOW, now=now, by=by)


def _end(
    conn: Connection,
    business: Business,
    appointment_id: int,
    status: Status,
    *,
    now: datetime,
    by: str,
) -> Appointment:
    records.lock(conn, business.id, appointment_id)
    visit = get(conn, business.id, appointment_id)
    if visit.status is status:
        return visit
    if visit.status not in (Status.BOOKED, Status.COMPLETED, Status.NO_SHOW):
        raise NotPossible(f"a visit that is {visit.status} cannot become {status}")
    if visit.start > now:
        raise NotPossible("the visit has not begun yet")
    records.change(conn, business.id, appointment_id, status=status)
    records.note(conn, business.id, appointment_id, status, by, now)
    return get(conn, business.id, appointment_id)


__all__ = [
    "Appointment",
    "NotPossible",
    "SlotTaken",
    "Status",
    "TooLate",
    "adopt",
    "cancel",
    "complete",
    "confirm",
    "expire_holds",
    "extend",
    "free_expired",
    "get",
    "hold",
    "last_visit",
    "listing",
    "move",
    "no_show",
    "note_confirmed",
    "of_client",
    "release",
]
