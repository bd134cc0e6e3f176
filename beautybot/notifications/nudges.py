"""
Invitations to come again: advertising, so only to those who agreed to it by itself.

One a visit, some days after the client's last one, where nothing is booked
already and a channel is open.  A "стоп" ends them, in any channel.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from beautybot.booking import visits
from beautybot.booking.models import appointments
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import salons
from beautybot.businesses.salons import Business
from beautybot.channels.base import Button, Template
from beautybot.conversations import clients, consents, outbox, routes
from beautybot.conversations.consents import Purpose
from beautybot.conversations.envelope import Weight
from beautybot.conversations.openings import Opening
from beautybot.kit.db import add_once, change
from beautybot.kit.text import counted
from beautybot.notifications import quiet
from beautybot.notifications.models import nudges
from beautybot.russian import dates

LATE = timedelta(days=14)
AT_ONCE = 50


def inviting(conn: Connection) -> list[int]:
    """The salons that invite."""
    return [s.id for s in salons.listing(conn) if s.settings.nudge_after_days > 0]


def invite(conn: Connection, business_id: int, now: datetime) -> int:
    """Invite those whose last visit was long enough ago; how many were."""
    business = salons.get(conn, business_id)
    days = business.settings.nudge_after_days
    if days <= 0 or quiet.is_quiet(business, now):
        return 0
    return sum(_invite(conn, business, visit, now) for visit in _due(conn, business, days, now))


def _due(conn: Connection, business: Business, days: int, now: datetime) -> list[Appointment]:
    done = select(nudges.c.appointment_id).where(nudges.c.business_id == business.id)
    since = now - timedelta(days=days)
    rows = conn.execute(
        select(appointments.c.id)
        .where(
            appointments.c.business_id == business.id,
            appointments.c.status.in_([Status.BOOKED, Status.COMPLETED]),
            appointments.c.client_id.is_not(None),
            appointments.c.ends_at <= since,
            appointments.c.ends_at > since - LATE,
            appointments.c.id.not_in(done),
        )
        .order_by(appointments.c.ends_at)
        .limit(AT_ONCE)
    )
    return [visits.get(conn, business.id, row.id) for row in rows]


def _invite(conn: Connection, business: Business, visit: Appointment, now: datetime) -> bool:
    """Write once about this visit, or never: who may not be written to now is not asked later."""
    assert visit.client_id is not None
    me = clients.everything_of(conn, business.id, visit.client_id)
    values: dict[str, Any] = {
        "business_id": business.id,
        "appointment_id": visit.id,
        "client_id": me[0],
        "at": now,
    }
    noted = add_once(conn, nudges, values)
    if noted is None or not consents.has(conn, business.id, me[0], Purpose.ADVERTISING):
        return False
    if any(visits.of_client(conn, business.id, one, now) for one in me):
        return False
    last = visits.last_visit(conn, business.id, me, now)
    route = routes.open_for(conn, business.id, me[0], now, opening=Opening.NUDGE)
    if route is None or last is None or last.id != visit.id:
        return False
    message_id = outbox.put(
        conn,
        business_id=business.id,
        conversation_id=route.conversation_id,
        account_id=route.account_id,
        draft=_draft(business, visit, route, now),
        now=now,
    )
    change(conn, nudges, {"business_id": business.id, "id": noted}, {"message_id": message_id})
    return True


def _draft(
    business: Business, visit: Appointment, route: routes.Route, now: datetime
) -> outbox.Draft:
    ago = counted((now - visit.end).days, "день", "дня", "дней")
    services, people = dates.listed(visit.service_names), dates.listed(visit.specialist_names)
    text = (
        f"С последнего визита прошло: {ago}. Тогда было: {services}, мастер {people}. "
        f"Записать вас снова?\n\n{business.name}. Приглашение пришло с вашего согласия; "
        "больше не присылать — ответьте «стоп»."
    )
    template = None
    if route.needs_template and route.template is not None:
        template = Template(route.template, "ru", (services, people, business.name))
    return outbox.Draft(
        text,
        buttons=(
            Button("m:again", "Как в прошлый раз"),
            Button("a:no", "Не присылать"),
        ),
        weight=Weight.TALK,
        author="system",
        template=template,
    )
