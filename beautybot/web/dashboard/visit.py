"""One visit: what was agreed, what became of it, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.booking import appointments, availability, catalogue as catalogues, changes, visits
from beautybot.booking.appointments import NotPossible, SlotTaken
from beautybot.booking.availability import Wish
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import journal, users
from beautybot.businesses.users import Role
from beautybot.conversations import attachments
from beautybot.kit.errors import NotFound
from beautybot.kit.wakeup import ToDo
from beautybot.web.dashboard import by_hand, telling, words_to_client
from beautybot.web.dashboard.attached import of_file
from beautybot.web.dashboard.by_hand import NotThen
from beautybot.web.dashboard.calendar import people_for
from beautybot.web.dashboard.telling import SOURCES, STATUS_WORDS, clock, moment
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

CHANGES = {
    "held": "время придержано",
    "booked": "записан",
    "moved": "перенесена",
    "cancelled": "отменена",
    "completed": "пришёл",
    "no_show": "не пришёл",
    "will_come": "клиент подтвердил, что придёт",
}
BY = {"client": "клиент", "system": "система", "agent": "агент", "assistant": "помощник"}
DONE = {
    "move": "перенёс запись",
    "cancel": "отменил запись",
    "came": "отметил, что клиент пришёл:",
    "no-show": "отметил неявку:",
}


async def show(asking: Asking, problem: str = "") -> Response:
    """Everything of one visit."""
    values = await asking.parts.db.read(_shown, asking, asking.parts.clock())
    return asking.page("dashboard/visit.html", 409 if problem else 200, problem=problem, **values)


async def move(asking: Asking) -> Response:
    """Another time, another specialist; the database refuses what overlaps."""
    return await _do(asking, "move", _move)


async def cancel(asking: Asking) -> Response:
    """Cancel; staff may do it at any time."""
    return await _do(asking, "cancel", _cancel)


async def came(asking: Asking) -> Response:
    """The client was here."""
    return await _do(asking, "came", _came)


async def no_show(asking: Asking) -> Response:
    """The client did not come."""
    return await _do(asking, "no-show", _no_show)


async def _do(
    asking: Asking, act: str, verb: Callable[[Connection, Asking, datetime], Appointment]
) -> Response:
    now, db = asking.parts.clock(), asking.parts.db

    def work(conn: Connection) -> Appointment:
        changed = verb(conn, asking, now)
        what = f"{DONE[act]} № {changed.number}"
        journal.note(conn, asking.business.id, asking.by, what, now)
        if asking.text("tell") == "1":
            words_to_client.tell(conn, asking, act, changed, now)
        return changed

    try:
        await db.write(work)
    except SlotTaken:
        return await show(asking, "Это время только что заняли. Выберите другое.")
    except NotThen as error:
        return await show(asking, str(error))
    except NotPossible:
        return await show(asking, "С этой записью так уже нельзя: она изменилась.")
    asking.parts.wakeup.ring(ToDo.OUTBOX)
    return onward(f"/dashboard/calendar/{asking.id}?done=1")


def _move(conn: Connection, asking: Asking, now: datetime) -> Appointment:
    visit = appointments.get(conn, asking.business.id, asking.id)
    catalogue = catalogues.load(conn, asking.business.id)
    people = {part.specialist_id for part in visit.parts}
    wanted = asking.number("specialist") or (people.pop() if len(people) == 1 else None)
    wish = Wish(services=tuple(part.service_id for part in visit.parts), specialist_id=wanted)
    start = by_hand.start_of(asking)
    business, since = by_hand.freely(asking.business), min(now, start)
    try:
        slot = availability.fits(conn, business, catalogue, wish, start, since, ignoring=visit.id)
    except NotFound:
        raise NotThen(
            "Этой услуги больше нет в прайсе. Отмените запись и создайте новую."
        ) from None
    if slot is None:
        raise NotThen(by_hand.why_not(conn, asking.business, catalogue, wish, start, visit.id))
    return appointments.move(
        conn,
        asking.business,
        visit.id,
        slot=slot,
        now=now,
        by=asking.by,
        why=asking.text("why")[:200],
        enforce_policy=False,
    )


def _cancel(conn: Connection, asking: Asking, now: datetime) -> Appointment:
    return appointments.cancel(
        conn,
        asking.business,
        asking.id,
        now=now,
        by=asking.by,
        why=asking.text("why")[:200],
        enforce_policy=False,
    )


def _came(conn: Connection, asking: Asking, now: datetime) -> Appointment:
    return appointments.complete(conn, asking.business, asking.id, now=now, by=asking.by)


def _no_show(conn: Connection, asking: Asking, now: datetime) -> Appointment:
    return appointments.no_show(conn, asking.business, asking.id, now=now, by=asking.by)


def _shown(conn: Connection, asking: Asking, now: datetime) -> dict[str, Any]:
    business = asking.business
    visit = visits.get(conn, business.id, asking.id)
    catalogue = catalogues.load(conn, business.id)
    allowed = {p.id for p in people_for(conn, asking, catalogue)}
    theirs = bool(allowed & {part.specialist_id for part in visit.parts})
    if asking.role is Role.SPECIALIST and not theirs:
        raise NotFound("there is no such appointment")
    able = {
        p.id
        for p in catalogue.specialists
        if all(p.id in s.specialists for s in catalogue.services if s.id in _services(visit))
    }
    local = visit.start.astimezone(business.zone)
    return {
        "visit": visit,
        "day": f"{local:%Y-%m-%d}",
        "start": f"{local:%Y-%m-%dT%H:%M}",
        "when": f"{moment(visit.start, business.zone)}–{clock(visit.end, business.zone)}",
        "price": str(visit.price),
        "status": STATUS_WORDS[visit.status],
        "source": SOURCES.get(visit.source, visit.source),
        "parts": [
            {
                "at": clock(p.start, business.zone),
                "service": p.service_name,
                "who": p.specialist_name,
                "price": str(p.price),
            }
            for p in visit.parts
        ],
        "people": [p for p in catalogue.specialists if p.id in able],
        "one": visit.parts[0].specialist_id if len(visit.parts) == 1 else None,
        "open": visit.status in (Status.BOOKED, Status.HELD),
        "begun": visit.start <= now,
        "was": visit.status in (Status.COMPLETED, Status.NO_SHOW),
        "reachable": words_to_client.reachable(conn, asking, visit) is not None,
        "files": [of_file(f) for f in attachments.of_appointment(conn, business.id, visit.id)],
        "changes": _history(conn, asking, visit),
    }


def _history(conn: Connection, asking: Asking, visit: Appointment) -> list[dict[str, str]]:
    zone = asking.business.zone
    members = {f"user:{m.user_id}": m.email for m in users.of_business(conn, asking.business.id)}
    return [
        {
            "at": moment(c.at, zone),
            "what": CHANGES.get(c.kind, c.kind),
            "was": f"было {moment(c.was_start, zone)}" if c.was_start else "",
            "who": members.get(c.by, BY.get(c.by, telling.CHANNELS.get(c.by, c.by))),
            "why": c.why,
        }
        for c in changes.of_appointment(conn, asking.business.id, visit.id)
    ]


def _services(visit: Appointment) -> set[int]:
    return {part.service_id for part in visit.parts}
