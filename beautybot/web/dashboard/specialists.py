"""Мастера: who works here and when; the salon's own hours and holidays."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.agent.saying import hours as hours_words, span_words
from beautybot.booking import away, catalogue as catalogues, staff
from beautybot.booking.staff import BadHours
from beautybot.businesses import journal
from beautybot.kit.text import counted
from beautybot.russian.people import name_forms
from beautybot.web.dashboard import weeks
from beautybot.web.dashboard.telling import moment
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

PAGE = "/dashboard/specialists"


async def show(asking: Asking, problem: str = "", **sent: Any) -> Response:
    """Everybody with their hours, and the salon's; `sent` is what a refused form keeps."""
    values = await asking.parts.db.read(_people, asking, asking.parts.clock())
    status = 400 if problem else 200
    return asking.page("dashboard/specialists.html", status, problem=problem, **values | sent)


async def show_one(asking: Asking, problem: str = "", **sent: Any) -> Response:
    """One specialist in whole; `sent` as above."""
    values = await asking.parts.db.read(_one, asking, asking.parts.clock())
    status = 400 if problem else 200
    return asking.page("dashboard/specialist.html", status, problem=problem, **values | sent)


async def add(asking: Asking) -> Response:
    """Somebody new."""
    forms = await asyncio.to_thread(name_forms, asking.text("name")[:120])
    try:
        made = await asking.parts.db.write(_put, asking, None, forms, asking.parts.clock())
    except BadHours as error:
        return await show(asking, str(error))
    return onward(f"{PAGE}/{made}?done=1")


async def save(asking: Asking) -> Response:
    """Name, role and level."""
    forms = await asyncio.to_thread(name_forms, asking.text("name")[:120])
    try:
        await asking.parts.db.write(_put, asking, asking.id, forms, asking.parts.clock())
    except BadHours as error:
        return await show_one(asking, str(error))
    return onward(f"{PAGE}/{asking.id}?done=1")


async def retire(asking: Asking) -> Response:
    """They work here no more."""
    now = asking.parts.clock()

    def work(conn: Connection) -> None:
        name = staff.retire(conn, asking.business.id, asking.id, now)
        journal.note(conn, asking.business.id, asking.by, f"убрал мастера: {name}", now)

    await asking.parts.db.write(work)
    return onward(f"{PAGE}?done=1")


def _put(
    conn: Connection, asking: Asking, number: int | None, forms: tuple[str, ...], now: datetime
) -> int:
    made = staff.put(
        conn,
        asking.business.id,
        number,
        name=asking.text("name"),
        role=asking.text("role"),
        level=asking.text("level"),
        name_forms=forms,
    )
    what = f"{'добавил' if number is None else 'изменил'} мастера: {asking.text('name')[:100]}"
    journal.note(conn, asking.business.id, asking.by, what, now)
    return made


def _people(conn: Connection, asking: Asking, now: datetime) -> dict[str, Any]:
    business = asking.business
    catalogue = catalogues.load(conn, business.id)
    own = catalogues.own_hours(conn, business.id)
    shifts = staff.shifts(conn, business.id)
    off = away.coming(conn, business.id, now)
    return {
        "people": [
            {
                "id": p.id,
                "name": p.name,
                "role": ", ".join(filter(None, (p.role, p.level))),
                "hours": weeks.shift_words(shifts[p.id][1])
                if p.id in shifts
                else hours_words(dict(own.get(p.id) or catalogue.hours)),
                "services": counted(
                    sum(p.id in s.specialists for s in catalogue.services),
                    "услуга",
                    "услуги",
                    "услуг",
                ),
                "away": [
                    f"{moment(a.start, business.zone)} – {moment(a.end, business.zone)}"
                    for a in off
                    if a.specialist_id == p.id
                ][:2],
            }
            for p in catalogue.specialists
        ],
        "salon_hours": hours_words(dict(catalogue.hours)),
        "week": weeks.for_form(catalogue.hours),
        "reaches": weeks.LIKE_MONDAY,
        "reach": "",
        "special": _special(conn, asking, None, now),
    }


def _one(conn: Connection, asking: Asking, now: datetime) -> dict[str, Any]:
    business = asking.business
    catalogue = catalogues.load(conn, business.id)
    person = catalogue.specialist(asking.id)
    own = catalogues.own_hours(conn, business.id).get(person.id)
    shifts = staff.shifts(conn, business.id).get(person.id)
    zone = business.zone
    return {
        "person": person,
        "kind": "shifts" if shifts else "own" if own else "salon",
        "week": weeks.for_form(own or catalogue.hours),
        "reaches": weeks.LIKE_MONDAY,
        "reach": "",
        "salon_hours": hours_words(dict(catalogue.hours)),
        "shifts": weeks.shift_form(shifts, now.astimezone(zone).date()),
        "services": [
            {"id": s.id, "name": s.name} for s in catalogue.services if person.id in s.specialists
        ],
        "special": _special(conn, asking, person.id, now),
        "away": [
            {"id": a.id, "text": f"{moment(a.start, zone)} – {moment(a.end, zone)}"}
            for a in away.coming(conn, business.id, now)
            if a.specialist_id == person.id
        ],
    }


def _special(
    conn: Connection, asking: Asking, specialist_id: int | None, now: datetime
) -> list[dict[str, Any]]:
    today = now.astimezone(asking.business.zone).date()
    return [
        {"id": d.id, "day": f"{d.day:%d.%m.%Y}", "hours": span_words(d.spans)}
        for d in staff.special_days(conn, asking.business.id, today)
        if d.specialist_id == specialist_id
    ]
