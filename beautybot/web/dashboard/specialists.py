"""Мастера: who works when, what they do, and their days off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.agent.saying import hours as hours_words
from beautybot.booking import away, catalogue as catalogues
from beautybot.booking.away import BadTimeOff
from beautybot.businesses import journal
from beautybot.businesses.salons import Business
from beautybot.web.dashboard.telling import moment
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

PAGE = "/dashboard/specialists"


async def show(asking: Asking, problem: str = "") -> Response:
    """Everybody with their hours."""
    people = await asking.parts.db.read(_people, asking.business, asking.parts.clock())
    status = 400 if problem else 200
    return asking.page("dashboard/specialists.html", status, people=people, problem=problem)


async def add_time_off(asking: Asking) -> Response:
    """A vacation or an hour at the dentist's."""
    zone = asking.business.zone
    try:
        start, end = (
            datetime.fromisoformat(asking.text(name)).replace(tzinfo=zone)
            for name in ("start", "end")
        )
        await asking.parts.db.write(_add, asking, start, end, asking.parts.clock())
    except ValueError:
        return await show(asking, "Напишите день и время.")
    except BadTimeOff as error:
        return await show(asking, str(error))
    return onward(f"{PAGE}?done=1")


async def remove_time_off(asking: Asking) -> Response:
    """They work after all."""
    number: int = asking.request.path_params["away"]
    await asking.parts.db.write(away.remove, asking.business.id, number)
    return onward(f"{PAGE}?done=1")


def _add(conn: Connection, asking: Asking, start: datetime, end: datetime, now: datetime) -> None:
    number: int = asking.request.path_params["id"]
    person = catalogues.load(conn, asking.business.id).specialist(number)
    away.add(conn, asking.business.id, person.id, start, end)
    who = f"user:{asking.signed.user_id}"
    journal.note(conn, asking.business.id, who, f"выходной: {person.name}", now)


def _people(conn: Connection, business: Business, now: datetime) -> list[dict[str, Any]]:
    catalogue = catalogues.load(conn, business.id)
    own = catalogues.own_hours(conn, business.id)
    off = away.coming(conn, business.id, now)
    return [
        {
            "id": p.id,
            "name": p.name,
            "role": ", ".join(filter(None, (p.role, p.level))),
            "hours": hours_words(dict(own.get(p.id) or catalogue.hours)),
            "services": [s.name for s in catalogue.services if p.id in s.specialists],
            "away": [
                {
                    "id": a.id,
                    "text": f"{moment(a.start, business.zone)} – {moment(a.end, business.zone)}",
                }
                for a in off
                if a.specialist_id == p.id
            ],
        }
        for p in catalogue.specialists
    ]
