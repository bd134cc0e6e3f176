"""How visits end: by a person's word, or by the clock where the salon chose so."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from beautybot.booking import appointments as verbs
from beautybot.booking.models import appointments
from beautybot.booking.visits import Status
from beautybot.businesses import salons
from beautybot.kit.db import across_salons

BATCH = 200


def salons_with_open_past(conn: Connection, now: datetime) -> list[int]:
    """The salons that have booked visits in the past which nobody has marked."""
    past = select(appointments.c.business_id).where(
        appointments.c.status == Status.BOOKED, appointments.c.ends_at < now
    )
    return list(conn.execute(across_salons(past.distinct())).scalars())


def complete_passed(conn: Connection, business_id: int, now: datetime) -> int:
    """
    Mark visits as completed that ended `complete_after_h` ago; how many.

    Nothing where the salon has not chosen a number of hours.  A person may
    still say that the client did not come.
    """
    business = salons.get(conn, business_id)
    hours = business.settings.complete_after_h
    if hours <= 0:
        return 0
    rows = conn.execute(
        select(appointments.c.id)
        .where(
            appointments.c.business_id == business_id,
            appointments.c.status == Status.BOOKED,
            appointments.c.ends_at <= now - timedelta(hours=hours),
        )
        .order_by(appointments.c.starts_at)
        .limit(BATCH)
    )
    ids = rows.scalars().all()
    for appointment_id in ids:
        verbs.complete(conn, business, appointment_id, now=now, by="system")
    return len(ids)
