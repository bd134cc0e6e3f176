"""
What the salon's people do with a visit, and what the client hears of it.

Staff may cancel and move at any time.  The client is told in the channel that
is open, after the quiet hours; where none is, the salon is asked to call.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from beautybot.booking import appointments, availability, catalogue as catalogues
from beautybot.booking.appointments import Appointment, SlotTaken
from beautybot.booking.availability import Wish
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.businesses.salons import Business
from beautybot.notifications import telling


class NotThen(SlotTaken):
    """The visit cannot be at that time: taken, closed, past or off the grid."""


def cancel(
    conn: Connection,
    business: Business,
    appointment_id: int,
    *,
    now: datetime,
    by: str,
    why: str = "",
) -> Appointment:
    """Cancel a visit and tell the client; doing it twice tells once.  NotFound, NotPossible."""
    before = appointments.get(conn, business.id, appointment_id)
    gone = appointments.cancel(
        conn, business, appointment_id, now=now, by=by, why=why, enforce_policy=False
    )
    booked = before.status is appointments.Status.BOOKED
    if booked and not telling.cancelled(conn, business, gone, now):
        _tell_salon(conn, business, gone, now)
    return gone


def move(
    conn: Connection,
    business: Business,
    appointment_id: int,
    start: datetime,
    *,
    now: datetime,
    by: str,
    why: str = "",
) -> Appointment:
    """Move a visit and tell the client; NotThen names what is wrong, and nothing has changed."""
    before = appointments.get(conn, business.id, appointment_id)
    catalogue = catalogues.load(conn, business.id)
    people = {part.specialist_id for part in before.parts}
    wish = Wish(
        services=tuple(part.service_id for part in before.parts),
        specialist_id=people.pop() if len(people) == 1 else None,
    )
    slot = availability.fits(conn, business, catalogue, wish, start, now, ignoring=before.id)
    if slot is None:
        raise NotThen("that time is taken, closed, past or not on the salon's grid")
    moved = appointments.move(
        conn, business, before.id, slot=slot, now=now, by=by, why=why, enforce_policy=False
    )
    if before.start != moved.start and not telling.moved(conn, business, moved, now):
        _tell_salon(conn, business, moved, now)
    return moved


def _tell_salon(conn: Connection, business: Business, visit: Appointment, now: datetime) -> None:
    local = visit.start.astimezone(business.zone)
    who = " ".join(filter(None, (visit.client_name, visit.client_phone))) or "без имени"
    put_notice(
        conn,
        business_id=business.id,
        kind=NoticeKind.NOT_DELIVERED,
        key=f"told:{visit.id}:{visit.status}:{visit.start.isoformat()}",
        text=f"Запись {visit.number} на {local:%d.%m %H:%M} изменена, но написать клиенту "
        f"({who}) некуда: позвоните сами.",
        now=now,
        details={"appointment_id": visit.id},
    )
