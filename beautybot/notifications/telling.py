"""What a client reads when the salon changed a visit of theirs."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from beautybot.booking.visits import Appointment
from beautybot.businesses.salons import Business
from beautybot.conversations import outbox, routes
from beautybot.conversations.envelope import Weight
from beautybot.notifications import quiet
from beautybot.notifications.reminders import WEEKDAYS


def moved(conn: Connection, business: Business, visit: Appointment, now: datetime) -> bool:
    """The salon moved it.  False: the client cannot be written to, call them."""
    return _say(
        conn,
        business,
        visit,
        f"Салон перенёс ваш визит: теперь {when(visit, business)}.\n{_what(visit)}\n"
        "Если время не подходит, напишите здесь.",
        now,
    )


def cancelled(conn: Connection, business: Business, visit: Appointment, now: datetime) -> bool:
    """The salon cancelled it.  False as above."""
    return _say(
        conn,
        business,
        visit,
        f"К сожалению, салон отменил ваш визит {when(visit, business)}.\n{_what(visit)}\n"
        "Напишите, когда вам удобно, и подберём другое время.",
        now,
    )


def when(visit: Appointment, business: Business) -> str:
    """The day and hour of a visit."""
    local = visit.start.astimezone(business.zone)
    return f"{WEEKDAYS[local.weekday()]}, {local:%d.%m} в {local:%H:%M}"


def _what(visit: Appointment) -> str:
    return f"{', '.join(visit.service_names)}, мастер {', '.join(visit.specialist_names)}."


def _say(
    conn: Connection, business: Business, visit: Appointment, text: str, now: datetime
) -> bool:
    if visit.client_id is None:
        return False
    route = routes.open_for(conn, business.id, visit.client_id, now)
    if route is None or route.needs_template:
        return False
    outbox.put(
        conn,
        business_id=business.id,
        conversation_id=route.conversation_id,
        account_id=route.account_id,
        draft=outbox.Draft(text, weight=Weight.CONFIRMATION, author="system"),
        now=now,
        wait=_until_morning(business, visit, now),
    )
    return True


def _until_morning(business: Business, visit: Appointment, now: datetime) -> timedelta:
    """Nobody is woken by it, unless the visit itself is sooner."""
    wait = quiet.left(business, now)
    return wait if now + wait < visit.start else timedelta(0)
