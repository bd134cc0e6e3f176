"""Календарь: a day by specialist; make, move, cancel, mark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.agent.saying import day as day_words
from beautybot.booking import appointments, availability, catalogue as catalogues, visits
from beautybot.booking.appointments import NotPossible, SlotTaken
from beautybot.booking.availability import Wish
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import journal, users
from beautybot.businesses.salons import Business
from beautybot.businesses.users import Role
from beautybot.kit.errors import BeautyBotError
from beautybot.kit.text import clean
from beautybot.russian.phones import find_phone
from beautybot.russian.reading import read
from beautybot.web.dashboard.telling import STATUS_WORDS, clock
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

HOLD = timedelta(minutes=1)


class NotThen(BeautyBotError):
    """The visit cannot be at that time; the text says so in Russian."""


async def show(asking: Asking, problem: str = "") -> Response:
    """One day; a specialist sees only what is theirs."""
    on = _day(asking)
    values = await asking.parts.db.read(_shown, asking, on, asking.parts.clock())
    return asking.page(
        "dashboard/calendar.html", 409 if problem else 200, problem=problem, **values
    )


async def create(asking: Asking) -> Response:
    """A visit made by hand: by phone, or somebody who walked in."""
    return await _do(asking, _create)


async def move(asking: Asking) -> Response:
    """Another time for a visit; the database refuses what overlaps."""
    return await _do(asking, _move)


async def cancel(asking: Asking) -> Response:
    """Cancel a visit; staff may do it at any time."""
    return await _do(asking, _cancel)


async def no_show(asking: Asking) -> Response:
    """The client did not come."""
    return await _do(asking, _no_show)


async def _do(asking: Asking, verb: Callable[[Connection, Asking, datetime], str]) -> Response:
    now = asking.parts.clock()
    try:
        what = await asking.parts.db.write(verb, asking, now)
    except SlotTaken:
        return await show(asking, "Это время занято: выберите другое.")
    except NotThen as error:
        return await show(asking, str(error))
    except NotPossible:
        return await show(asking, "С этой записью так сделать нельзя: обновите страницу.")
    who = f"user:{asking.signed.user_id}"
    await asking.parts.db.write(journal.note, asking.business.id, who, what, now)
    return onward(f"/dashboard/calendar?day={_day(asking).isoformat()}&done=1")


def _day(asking: Asking) -> date:
    given = (
        asking.text("day")
        or asking.text("start")[:10]
        or asking.request.query_params.get("day", "")
    )
    try:
        return date.fromisoformat(given)
    except ValueError:
        return asking.parts.clock().astimezone(asking.business.zone).date()


def _start(asking: Asking) -> datetime:
    try:
        local = datetime.fromisoformat(asking.text("start"))
    except ValueError:
        raise NotThen("Напишите день и время.") from None
    return local.replace(tzinfo=asking.business.zone)


def _create(conn: Connection, asking: Asking, now: datetime) -> str:
    business = asking.business
    catalogue = catalogues.load(conn, business.id)
    service, specialist = asking.text("service"), asking.text("specialist")
    wish = Wish(
        services=(catalogue.service(int(service) if service.isdecimal() else 0).id,),
        specialist_id=catalogue.specialist(int(specialist)).id if specialist.isdecimal() else None,
    )
    slot = availability.fits(conn, business, catalogue, wish, _start(asking), now)
    if slot is None:
        raise NotThen("В это время нельзя: занято, закрыто или уже прошло.")
    name = clean(asking.text("name"), 80) or "без имени"
    phone = find_phone(read(asking.text("phone")), asked=True)
    held = appointments.hold(
        conn, business, slot, client_id=None, source="dashboard", now=now, until=now + HOLD
    )
    made = appointments.confirm(
        conn,
        business,
        held.id,
        now=now,
        by=f"user:{asking.signed.user_id}",
        name=name,
        phone=phone.e164 if phone else None,
    )
    return f"записал: № {made.number}"


def _move(conn: Connection, asking: Asking, now: datetime) -> str:
    business = asking.business
    visit = appointments.get(conn, business.id, _id(asking))
    catalogue = catalogues.load(conn, business.id)
    people = {part.specialist_id for part in visit.parts}
    wish = Wish(
        services=tuple(part.service_id for part in visit.parts),
        specialist_id=people.pop() if len(people) == 1 else None,
    )
    start = _start(asking)
    slot = availability.fits(conn, business, catalogue, wish, start, now, ignoring=visit.id)
    if slot is None:
        raise NotThen("В это время нельзя: занято, закрыто или уже прошло.")
    by = f"user:{asking.signed.user_id}"
    appointments.move(conn, business, visit.id, slot=slot, now=now, by=by, enforce_policy=False)
    return f"перенёс запись № {visit.number}"


def _cancel(conn: Connection, asking: Asking, now: datetime) -> str:
    by = f"user:{asking.signed.user_id}"
    gone = appointments.cancel(
        conn, asking.business, _id(asking), now=now, by=by, enforce_policy=False
    )
    return f"отменил запись № {gone.number}"


def _no_show(conn: Connection, asking: Asking, now: datetime) -> str:
    by = f"user:{asking.signed.user_id}"
    visit = appointments.no_show(conn, asking.business, _id(asking), now=now, by=by)
    return f"отметил неявку № {visit.number}"


def _id(asking: Asking) -> int:
    number: int = asking.request.path_params["id"]
    return number


def _shown(conn: Connection, asking: Asking, on: date, now: datetime) -> dict[str, Any]:
    business = asking.business
    midnight = datetime(on.year, on.month, on.day, tzinfo=business.zone)
    found = visits.listing(conn, business.id, since=midnight, until=midnight + timedelta(days=1))
    catalogue = catalogues.load(conn, business.id)
    mine = _own_specialist(conn, asking) if asking.role is Role.SPECIALIST else None
    people = [p for p in catalogue.specialists if mine is None or p.ref == mine]
    today = now.astimezone(business.zone).date()
    return {
        "title": day_words(on, today).capitalize(),
        "day": on.isoformat(),
        "before": (on - timedelta(days=1)).isoformat(),
        "after": (on + timedelta(days=1)).isoformat(),
        "services": [s for s in catalogue.services if s.bookable],
        "people": [
            {
                "id": p.id,
                "name": p.name,
                "visits": [
                    _row(v, business, now)
                    for v in found
                    if any(part.specialist_id == p.id for part in v.parts)
                ],
            }
            for p in people
        ],
    }


def _own_specialist(conn: Connection, asking: Asking) -> str:
    return users.specialist_of(conn, asking.business.id, asking.signed.user_id) or ""


def _row(visit: Appointment, business: Business, now: datetime) -> dict[str, Any]:
    zone = business.zone
    return {
        "id": visit.id,
        "number": visit.number,
        "time": f"{clock(visit.start, zone)}–{clock(visit.end, zone)}",
        "services": ", ".join(visit.service_names),
        "client": visit.client_name or "без имени",
        "phone": visit.client_phone or "",
        "price": str(visit.price),
        "status": str(visit.status),
        "status_word": STATUS_WORDS[visit.status],
        "open": visit.status in (Status.BOOKED, Status.HELD),
        "begun": visit.start <= now,
    }
