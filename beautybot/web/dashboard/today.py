"""Сегодня: today's visits, who waits for a person, what broke, what the agent booked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.agent.saying import day as day_words
from beautybot.booking import catalogue as catalogues, made, staff, visits
from beautybot.booking.catalogue import Catalogue
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import access, notices
from beautybot.businesses.salons import Business
from beautybot.businesses.users import Role
from beautybot.conversations import questions, talks, undelivered
from beautybot.conversations.talks import Only
from beautybot.kit.money import Money
from beautybot.kit.text import plural
from beautybot.notifications import unanswered
from beautybot.web.dashboard.live import source
from beautybot.web.dashboard.talk_lines import talk_row
from beautybot.web.dashboard.telling import clock, moment
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

BY_HAND = ("dashboard",)
MOST = 12


async def show(asking: Asking) -> Response:
    """The first page; a specialist's is the calendar."""
    if asking.role is Role.SPECIALIST:
        return onward("/dashboard/calendar")
    now = asking.parts.clock()
    return asking.page(
        "dashboard/today.html", **await asking.parts.db.read(_today, asking.business, now)
    )


def _today(conn: Connection, business: Business, now: datetime) -> dict[str, Any]:
    zone = business.zone
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today = visits.listing(
        conn,
        business.id,
        since=midnight,
        until=midnight + timedelta(days=1),
        statuses=(Status.BOOKED, Status.COMPLETED, Status.NO_SHOW),
    )
    booked = [v for v in today if v.status is not Status.NO_SHOW]
    waiting = talks.inbox(conn, business.id, now, only=Only.WAITING, limit=MOST)
    return {
        "day": day_words(midnight.date(), midnight.date()).capitalize(),
        "visits": [_row(v, business, now) for v in today],
        "visits_word": f"{plural(len(booked), 'запись', 'записи', 'записей')} сегодня",
        "booked": len(booked),
        "left": sum(v.start > now for v in booked),
        "talks": [talk_row(t, business, now) for t in waiting],
        "unread": talks.unread(conn, business.id),
        "asked": len(questions.waiting(conn, business.id)),
        "money": _booked(conn, business, now),
        "broken": [a for a in access.of_business(conn, business.id) if a.problem],
        "failed": _failed(conn, business, now),
        "notices": [
            {"at": moment(n.created_at, zone), "text": n.text}
            for n in notices.listing(conn, business.id, limit=10)
        ],
        "silent": _silent(conn, business, now),
        "steps": _steps(conn, business),
        "live": source(conn, business.id),
    }


def _silent(conn: Connection, business: Business, now: datetime) -> list[dict[str, Any]]:
    """Who was reminded and has not answered."""
    return [_row(v, business, now) for v in unanswered.listing(conn, business.id, now)[:MOST]]


def _failed(conn: Connection, business: Business, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "conversation": m.conversation_id,
            "name": m.name or m.address,
            "text": m.text,
            "at": moment(m.at, business.zone),
        }
        for m in undelivered.lately(conn, business.id, now - timedelta(days=2))
    ]


def _steps(conn: Connection, business: Business) -> list[dict[str, Any]]:
    """What is left to do before the agent works; empty when all is done."""
    catalogue = catalogues.load(conn, business.id)
    steps = [
        ("Добавить мастеров", "/dashboard/specialists", bool(catalogue.specialists)),
        (
            "Указать часы работы",
            "/dashboard/specialists#hours",
            _has_hours(conn, catalogue, business),
        ),
        ("Добавить услуги или загрузить прайс", "/dashboard/services", bool(catalogue.services)),
        (
            "Подключить WhatsApp или Telegram",
            "/dashboard/settings#whatsapp",
            bool(access.of_business(conn, business.id)),
        ),
        ("Проверить разговор и включить агента", "/dashboard/settings#try", business.agent_enabled),
    ]
    if all(done for _, _, done in steps):
        return []
    return [{"name": name, "to": to, "done": done} for name, to, done in steps]


def _has_hours(conn: Connection, catalogue: Catalogue, business: Business) -> bool:
    """True if anybody could be booked at any time."""
    own = catalogues.own_hours(conn, business.id), staff.shifts(conn, business.id)
    return any(catalogue.hours.values()) or any(own)


def _row(visit: Appointment, business: Business, now: datetime) -> dict[str, Any]:
    return {
        "id": visit.id,
        "time": clock(visit.start, business.zone),
        "at": moment(visit.start, business.zone),
        "phone": visit.client_phone or "",
        "services": ", ".join(visit.service_names),
        "people": ", ".join(visit.specialist_names),
        "client": visit.client_name or "без имени",
        "price": str(visit.price),
        "over": visit.end <= now,
        "status": str(visit.status),
    }


def _booked(conn: Connection, business: Business, now: datetime) -> str:
    week = made.since(conn, business.id, now - timedelta(days=7))
    minor = sum(m.price_minor for m in week if m.counts and m.source not in BY_HAND)
    return str(Money(minor, business.currency))
