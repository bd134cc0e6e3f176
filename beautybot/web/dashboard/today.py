"""Сегодня: today's visits, who waits for a person, what broke, what the agent booked."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.booking import visits
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import access, notices
from beautybot.businesses.salons import Business
from beautybot.businesses.users import Role
from beautybot.conversations import history
from beautybot.kit.money import Money
from beautybot.kit.text import counted
from beautybot.web.dashboard.telling import clock, moment
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

BY_HAND = ("dashboard",)


async def show(asking: Asking) -> Response:
    """The first page; a specialist's is the calendar."""
    if asking.role is Role.SPECIALIST:
        return onward("/dashboard/calendar")
    now = asking.parts.clock()
    return asking.page(
        "dashboard/today.html", **await asking.parts.db.read(_today, asking.business, now)
    )


def _today(conn: Connection, business: Business, now: datetime) -> dict[str, object]:
    zone = business.zone
    local = now.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    today = visits.listing(conn, business.id, since=midnight, until=midnight + timedelta(days=1))
    today = [v for v in today if v.status in (Status.BOOKED, Status.COMPLETED)]
    talks = history.listing(conn, business.id, now, limit=200)
    return {
        "day": f"{local:%d.%m}",
        "visits": [_row(v, business) for v in today],
        "visits_word": counted(len(today), "запись", "записи", "записей").split(" ", 1)[1],
        "waiting": [talk for talk in talks if talk.handoff is not None][:20],
        "money": _booked(conn, business, now),
        "broken": [a for a in access.of_business(conn, business.id) if a.problem],
        "notices": [
            {"at": moment(n.created_at, zone), "text": n.text}
            for n in notices.listing(conn, business.id, limit=15)
        ],
    }


def _row(visit: Appointment, business: Business) -> dict[str, str]:
    return {
        "time": clock(visit.start, business.zone),
        "services": ", ".join(visit.service_names),
        "people": ", ".join(visit.specialist_names),
        "client": visit.client_name or "без имени",
        "price": str(visit.price),
    }


def _booked(conn: Connection, business: Business, now: datetime) -> str:
    week = visits.made_since(conn, business.id, now - timedelta(days=7))
    done = [v for v in week if v.status in (Status.BOOKED, Status.COMPLETED)]
    minor = sum(v.price.minor for v in done if v.source not in BY_HAND)
    return str(Money(minor, business.currency))
