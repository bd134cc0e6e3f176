"""The client's card: who they are, where they write, their visits, notes about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from beautybot.booking import visits
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import users
from beautybot.businesses.salons import Business
from beautybot.conversations import clients, notes, persons
from beautybot.kit.money import Money
from beautybot.kit.text import counted
from beautybot.web.dashboard.telling import CHANNELS, SOURCES, STATUS_WORDS, moment

KINDS = {
    "wa_phone": "WhatsApp, номер",
    "wa_bsuid": "WhatsApp, имя",
    "tg_user": "Telegram",
    "console": "терминал",
}
MOST_VISITS = 12


def card(conn: Connection, business: Business, client_id: int, now: datetime) -> dict[str, Any]:
    """Everything the pages show of one client; NotFound."""
    client = clients.get(conn, business.id, client_id)
    theirs = [
        v
        for one in clients.everything_of(conn, business.id, client_id)
        for v in visits.everything_of_client(conn, business.id, one)
        if v.status is not Status.HELD
    ]
    theirs.sort(key=lambda v: v.start, reverse=True)
    came = [v for v in theirs if v.status in (Status.BOOKED, Status.COMPLETED) and v.start <= now]
    missed = sum(v.status is Status.NO_SHOW for v in theirs)
    paid = sum(v.price.minor for v in came)
    return {
        "id": client.id,
        "name": client.name or "Без имени",
        "phone": client.phone or "",
        "consented": client.consented,
        "opted_out": client.opted_out,
        "came": counted(len(came), "визит", "визита", "визитов"),
        "missed": counted(missed, "неявка", "неявки", "неявок") if missed else "",
        "spent": str(Money(paid, business.currency)) if paid else "",
        "last_specialist": ", ".join(came[0].specialist_names) if came else "",
        "visits": [_visit(v, business, now) for v in theirs[:MOST_VISITS]],
        "more_visits": max(len(theirs) - MOST_VISITS, 0),
        "known_as": [
            {"kind": KINDS.get(i.kind, i.kind), "value": i.value}
            for i in persons.known_as(conn, business.id, client_id)
        ],
        "talks": [
            {"id": t.id, "channel": CHANNELS.get(t.channel, t.channel)}
            for t in persons.talks_of(conn, business.id, client_id)
        ],
        "alike": persons.alike(conn, business.id, client_id),
        "notes": _notes(conn, business, client_id),
    }


def _notes(conn: Connection, business: Business, client_id: int) -> list[dict[str, Any]]:
    members = {f"user:{m.user_id}": m.email for m in users.of_business(conn, business.id)}
    return [
        {
            "id": n.id,
            "text": n.text,
            "who": members.get(n.by, "человек"),
            "at": moment(n.at, business.zone),
        }
        for n in notes.of_client(conn, business.id, client_id)
    ]


def _visit(visit: Appointment, business: Business, now: datetime) -> dict[str, Any]:
    return {
        "id": visit.id,
        "at": moment(visit.start, business.zone),
        "services": ", ".join(visit.service_names),
        "people": ", ".join(visit.specialist_names),
        "price": str(visit.price),
        "status": STATUS_WORDS[visit.status],
        "source": SOURCES.get(visit.source, visit.source),
        "to_come": visit.start > now and visit.status is Status.BOOKED,
    }
