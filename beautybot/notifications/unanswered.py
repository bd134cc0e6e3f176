"""Reminders that nobody has answered: the salon may want to call."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, exists, select

from beautybot.booking import visits
from beautybot.booking.models import appointment_changes, appointments
from beautybot.booking.visits import Appointment, Status
from beautybot.notifications.models import reminders

ANSWERS = ("will_come", "moved", "cancelled")


def listing(conn: Connection, business_id: int, now: datetime) -> list[Appointment]:
    """
    Booked visits to come whose client was reminded and has not answered, the soonest first.

    A button, a word, a move or a cancel is an answer; a visit that was moved
    since is reminded of anew.
    """
    answered = exists().where(
        appointment_changes.c.business_id == business_id,
        appointment_changes.c.appointment_id == appointments.c.id,
        appointment_changes.c.kind.in_(ANSWERS),
        appointment_changes.c.at >= reminders.c.at,
    )
    ids = (
        conn.execute(
            select(appointments.c.id)
            .join(
                reminders,
                (reminders.c.appointment_id == appointments.c.id)
                & (reminders.c.starts_at == appointments.c.starts_at),
            )
            .where(
                appointments.c.business_id == business_id,
                reminders.c.business_id == business_id,
                reminders.c.outcome == "sent",
                appointments.c.status == Status.BOOKED,
                appointments.c.starts_at > now,
                ~answered,
            )
            .order_by(appointments.c.starts_at, appointments.c.id)
        )
        .scalars()
        .all()
    )
    return [visits.get(conn, business_id, visit_id) for visit_id in dict.fromkeys(ids)]
