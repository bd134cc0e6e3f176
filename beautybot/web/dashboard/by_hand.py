"""Новая запись: by phone, or somebody who walked in; and why a time cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.agent.saying import day as day_words, span_words
from beautybot.booking import appointments, availability, catalogue as catalogues, timetable, visits
from beautybot.booking.appointments import SlotTaken
from beautybot.booking.availability import Wish
from beautybot.booking.catalogue import Catalogue
from beautybot.booking.slots import minute
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import journal
from beautybot.businesses.salons import Business
from beautybot.conversations import clients
from beautybot.kit.errors import BeautyBotError, NotFound
from beautybot.kit.text import clean
from beautybot.russian.phones import find_phone
from beautybot.russian.reading import read
from beautybot.web.dashboard.calendar import asked_day
from beautybot.web.dashboard.telling import clock
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking, as_id

HOLD = timedelta(minutes=1)
STEP_MIN, LONGEST_AGO, MOST_TIMES, MOST_SERVICES = 5, timedelta(hours=14), 96, 4


class NotThen(BeautyBotError):
    """The visit cannot be at that time; the text says so in Russian."""


async def show(asking: Asking, problem: str = "") -> Response:
    """What, who and when; times that are free stand ready to be picked."""
    values = await asking.parts.db.read(_shown, asking, asking.parts.clock())
    return asking.page(
        "dashboard/new_visit.html", 409 if problem else 200, problem=problem, **values
    )


async def create(asking: Asking) -> Response:
    """Book it; the database refuses what overlaps."""
    now = asking.parts.clock()
    try:
        made = await asking.parts.db.write(_create, asking, now)
    except SlotTaken:
        return await show(asking, "Это время только что заняли. Выберите другое.")
    except NotThen as error:
        return await show(asking, str(error))
    except NotFound:
        return await show(asking, "Такой услуги или мастера больше нет.")
    local = made.start.astimezone(asking.business.zone)
    return onward(f"/dashboard/calendar?day={local:%Y-%m-%d}&done=1")


def freely(business: Business) -> Business:
    """The salon's rules for its own people: no lead time, any five minutes, a far horizon."""
    settings = replace(business.settings, lead_time_min=0, slot_step_min=STEP_MIN, horizon_days=400)
    return replace(business, settings=settings)


def start_of(asking: Asking) -> datetime:
    """The day and the hour of the form, in the salon's zone; NotThen."""
    given = asking.text("start") or f"{asking.text('day')}T{asking.text('time')}"
    try:
        local = datetime.fromisoformat(given)
    except ValueError:
        raise NotThen("Выберите день и время.") from None
    if local.tzinfo is not None or not 2000 <= local.year <= 2100:
        raise NotThen("Выберите день и время.")
    start = local.replace(tzinfo=asking.business.zone)
    if start < asking.parts.clock() - LONGEST_AGO:
        raise NotThen("Это время уже прошло.")
    return start


def why_not(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    wish: Wish,
    start: datetime,
    but: int | None = None,
) -> str:
    """Why the visit cannot begin then, in one sentence."""
    if start.minute % STEP_MIN:
        return "Время должно делиться на пять минут."
    length = sum(
        (catalogue.duration(s, wish.specialist_id) for s in wish.services), start=timedelta()
    )
    near = visits.listing(
        conn,
        business.id,
        since=start - timedelta(hours=12),
        until=start + length,
        statuses=(Status.BOOKED, Status.HELD),
    )
    for visit in near:
        for part in visit.parts:
            theirs = wish.specialist_id in (None, part.specialist_id)
            if visit.id != but and theirs and part.end > start:
                zone = business.zone
                taken = f"{clock(part.start, zone)}–{clock(part.end, zone)}"
                name = visit.client_name or "клиент"
                return f"Не получится: {part.specialist_name}, {taken} — уже записан {name}."
    return _closed(conn, business, catalogue, wish, start)


def _closed(
    conn: Connection, business: Business, catalogue: Catalogue, wish: Wish, start: datetime
) -> str:
    if wish.specialist_id is None:
        return "В это время никто из мастеров не может."
    person = catalogue.specialist(wish.specialist_id)
    if any(person.id not in catalogue.service(s).specialists for s in wish.services):
        return f"{person.name} не делает эту услугу."
    on = start.astimezone(business.zone).date()
    since = datetime.combine(on, time(), business.zone)
    times = timetable.load(
        conn, business.id, business.zone, since, since + timedelta(days=1), now=since, people=()
    )
    zero = minute(since)
    open_ = tuple((a - zero, b - zero) for a, b in times.free_on(person.id, on))
    if not open_:
        return f"{person.name} в этот день не работает."
    return f"{person.name} в этот день работает {span_words(open_)}: услуга не помещается."


def _create(conn: Connection, asking: Asking, now: datetime) -> Appointment:
    business, start = freely(asking.business), start_of(asking)
    catalogue = catalogues.load(conn, business.id)
    wish = _wish(asking, catalogue)
    slot = availability.fits(conn, business, catalogue, wish, start, min(now, start))
    if slot is None:
        raise NotThen(why_not(conn, asking.business, catalogue, wish, start))
    client_id = asking.number("client")
    known = clients.get(conn, business.id, client_id) if client_id is not None else None
    phone = find_phone(read(asking.text("phone")), asked=True)
    if asking.text("phone") and phone is None:
        raise NotThen("Телефон не похож на настоящий. Проверьте или оставьте пустым.")
    held = appointments.hold(
        conn,
        asking.business,
        slot,
        client_id=client_id,
        source="dashboard",
        now=now,
        until=now + HOLD,
    )
    made = appointments.confirm(
        conn,
        asking.business,
        held.id,
        now=now,
        by=asking.by,
        name=clean(asking.text("name"), 80) or (known.name if known else None) or "без имени",
        phone=phone.e164 if phone else (known.phone if known else None),
    )
    what = f"записал клиента: № {made.number}"
    journal.note(conn, business.id, asking.by, what, now)
    return made


def _wish(asking: Asking, catalogue: Catalogue) -> Wish:
    ids = [as_id(text) for text in asking.texts("service")][:MOST_SERVICES]
    services = tuple(catalogue.service(i).id for i in ids if i is not None)
    if not services:
        raise NotThen("Выберите услугу.")
    chosen = asking.number("specialist")
    return Wish(
        services=services,
        specialist_id=catalogue.specialist(chosen).id if chosen is not None else None,
    )


def _shown(conn: Connection, asking: Asking, now: datetime) -> dict[str, Any]:
    business, on = asking.business, asked_day(asking)
    catalogue = catalogues.load(conn, business.id)
    params = asking.request.query_params
    services = [as_id(s) for s in (asking.texts("service") or params.getlist("service"))]
    known = {s.id for s in catalogue.services if s.bookable}
    chosen = [s for s in services if s in known][:MOST_SERVICES]
    specialist = asking.number("specialist") or as_id(asking.query("specialist"))
    client_id = asking.number("client") or as_id(asking.query("client"))
    client = clients.get(conn, business.id, client_id) if client_id else None
    return {
        "day": on.isoformat(),
        "day_word": day_words(on, now.astimezone(business.zone).date()),
        "wanted_time": asking.text("time") or asking.query("time")[:5],
        "services": [s for s in catalogue.services if s.bookable],
        "chosen": chosen,
        "first": chosen[0] if chosen else None,
        "second": chosen[1] if len(chosen) > 1 else None,
        "people": catalogue.specialists,
        "specialist": specialist,
        "client": client,
        "name": asking.text("name"),
        "phone": asking.text("phone"),
        "times": _times(conn, business, catalogue, chosen, specialist, on, now),
    }


def _times(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    services: Sequence[int | None],
    specialist: int | None,
    on: date,
    now: datetime,
) -> list[dict[str, str]]:
    """The free times of the day, with who is free then."""
    wanted = tuple(s for s in services if s is not None)
    if not wanted:
        return []
    names = {p.id: p.name for p in catalogue.specialists}
    since = datetime.combine(on, time(), business.zone)
    wish = Wish(wanted, specialist if specialist in names else None, start=since)
    wish = replace(wish, end=since + timedelta(days=1))
    eased = replace(business.settings, lead_time_min=0, horizon_days=400)
    found = availability.find(
        conn,
        replace(business, settings=eased),
        catalogue,
        wish,
        now,
        limit=MOST_TIMES,
        spread=False,
    )
    return [
        {
            "time": clock(slot.start, business.zone),
            "who": ", ".join(names[i] for i in slot.specialist_ids),
        }
        for slot in found
    ]
