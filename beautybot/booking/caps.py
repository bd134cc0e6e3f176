"""How much of a salon's time all those may hold whom nobody knows yet."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from beautybot.booking.models import appointment_parts, appointments, tickets
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses.salons import Business
from beautybot.kit.db import across_salons
from beautybot.kit.errors import BeautyBotError

DAY = timedelta(days=1)
OPEN_PER_SUBJECT, OPEN_PER_SALON, DAILY_PER_SALON = 2, 12, 60
OPEN_PER_PERSON_AND_DAY = 3
"""Twelve holds fill one specialist's whole day: strangers get no more than a part of it."""


class TooManyHolds(BeautyBotError):
    """This caller holds as much time as one may."""


class TooManyTogether(TooManyHolds):
    """All callers together hold as much of the salon's time, or of a day, as they may."""


def check(conn: Connection, business_id: int, subject: str, now: datetime) -> None:
    """TooManyHolds, TooManyTogether if one more hold of this caller would be too much."""
    asked = {"subject": subject, "business": business_id, "now": now, "day": now - DAY}
    all_caps = ((_MINE, OPEN_PER_SUBJECT), (_SALONS, OPEN_PER_SALON), (_TODAY, DAILY_PER_SALON))
    mine, *together = (conn.execute(held, asked).scalar_one() >= cap for held, cap in all_caps)
    if mine:
        raise TooManyHolds("too many times are held already: confirm or release one first")
    if any(together):
        raise TooManyTogether("too many times of this salon are held already: try again later")


def check_day(conn: Connection, business: Business, held: Appointment, now: datetime) -> None:
    """TooManyHolds if guests hold too much of a day of somebody of this visit, with it."""
    for part in held.parts:
        local = part.start.astimezone(business.zone)
        first = local.replace(hour=0, minute=0, second=0, microsecond=0)
        of_day = {
            "business": business.id,
            "visit": held.id,
            "person": part.specialist_id,
            "now": now,
            "first": first,
            "end": first + DAY,
        }
        if conn.execute(_OF_A_DAY, of_day).scalar_one() >= OPEN_PER_PERSON_AND_DAY:
            raise TooManyTogether("too much of that day is held already: choose another, or wait")


_HELD = tickets.join(appointments, appointments.c.id == tickets.c.appointment_id)
_OPEN = (appointments.c.status == Status.HELD, appointments.c.hold_until > bindparam("now"))
_THEIRS = (
    tickets.c.business_id == bindparam("business"),
    appointments.c.business_id == bindparam("business"),
)
_MINE = across_salons(
    select(func.count()).select_from(_HELD).where(*_OPEN, tickets.c.subject == bindparam("subject"))
)
_SALONS = select(func.count()).select_from(_HELD).where(*_OPEN, *_THEIRS)
_TODAY = select(func.count()).where(
    tickets.c.business_id == bindparam("business"), tickets.c.created_at > bindparam("day")
)
_OF_A_DAY = (
    select(func.count(func.distinct(appointments.c.id)))
    .select_from(
        _HELD.join(appointment_parts, appointment_parts.c.appointment_id == appointments.c.id)
    )
    .where(
        *_OPEN,
        *_THEIRS,
        appointment_parts.c.business_id == bindparam("business"),
        appointments.c.id != bindparam("visit"),
        appointment_parts.c.specialist_id == bindparam("person"),
        appointment_parts.c.starts_at >= bindparam("first"),
        appointment_parts.c.starts_at < bindparam("end"),
    )
)
