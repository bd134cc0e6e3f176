"""What may still be done with an appointment, and by whom."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from beautybot.booking.visits import Appointment, Status, get
from beautybot.businesses.salons import Business
from beautybot.kit.errors import BeautyBotError, NotFound


class TooLate(BeautyBotError):
    """So shortly before the visit only a person may change it."""


class NotPossible(BeautyBotError):
    """The appointment is not in a state in which this can be done."""


def own(
    conn: Connection, business: Business, appointment_id: int, client_id: int | None
) -> Appointment:
    """The appointment, if it is that client's (None: whoever asks may see all); NotFound."""
    visit = get(conn, business.id, appointment_id)
    if client_id is not None and visit.client_id != client_id:
        raise NotFound("there is no such appointment")
    return visit


def check_changeable(
    business: Business, visit: Appointment, now: datetime, enforce_policy: bool
) -> None:
    """NotPossible for what is over; TooLate inside the salon's window, if it is enforced."""
    if visit.status not in (Status.BOOKED, Status.HELD):
        raise NotPossible(f"the appointment is {visit.status} already")
    window = timedelta(hours=business.settings.cancel_window_h)
    if enforce_policy and now > visit.start - window:
        raise TooLate(f"less than {business.settings.cancel_window_h} h are left")
