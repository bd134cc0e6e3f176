"""Whether what we are about to say first still holds: asked right before it leaves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from beautybot.booking import visits
from beautybot.booking.visits import Status
from beautybot.kit.errors import NotFound
from beautybot.notifications.freed_offers import Outcome
from beautybot.notifications.models import reminders, waitlist_offers


def still_true(conn: Connection, business_id: int, message_id: int, now: datetime) -> bool:
    """
    False for a reminder of a visit that was moved, cancelled or has begun, and for an
    offer whose time is not kept any more.
    """
    reminder = conn.execute(
        select(reminders).where(
            reminders.c.business_id == business_id, reminders.c.message_id == message_id
        )
    ).first()
    if reminder is not None:
        return _is_coming(conn, business_id, reminder.appointment_id, reminder.starts_at, now)
    offer = conn.execute(
        select(waitlist_offers).where(
            waitlist_offers.c.business_id == business_id,
            waitlist_offers.c.message_id == message_id,
        )
    ).first()
    return offer is None or (offer.outcome == Outcome.OPEN and offer.until > now)


def _is_coming(
    conn: Connection, business_id: int, appointment_id: int, start: datetime, now: datetime
) -> bool:
    try:
        visit = visits.get(conn, business_id, appointment_id)
    except NotFound:
        return False
    return visit.status is Status.BOOKED and visit.start == start and start > now
