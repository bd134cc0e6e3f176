"""
What an assistant may do for somebody: look, hold a time, ask for a person.

REST and MCP call these same verbs.  Only salons that opted in are there; a
salon that did not is the same as one that does not exist.  Nothing of another
person is ever in an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from beautybot.agent import public
from beautybot.agent.rules import lexicon_of
from beautybot.booking import appointments, availability, catalogue as catalogues, tickets
from beautybot.booking.availability import Slot, Wish
from beautybot.booking.catalogue import Catalogue, Service
from beautybot.booking.tickets import Asked
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import access, notices, salons
from beautybot.businesses.notices import NoticeKind
from beautybot.businesses.salons import Business
from beautybot.kit.errors import BeautyBotError, NotFound
from beautybot.kit.text import clean, one_line
from beautybot.russian.reading import read
from beautybot.russian.wishes import find_services

HOLD = timedelta(minutes=10)
MOST_DAYS, MOST_SLOTS, MOST_SALONS = 30, 200, 20
SUPPORT_PER_HOUR = 5


class NotThen(BeautyBotError):
    """That time cannot be had; the text says why and names free ones."""

    def __init__(self, why: str, free: list[dict[str, Any]]) -> None:
        times = ", ".join(slot["start"] for slot in free)
        super().__init__(f"{why}; free: {times}" if times else f"{why}; nothing is free near it")
        self.free = free


@dataclass(frozen=True, slots=True)
class Wanted:
    """A hold as an assistant asks for it."""

    salon: str
    service: str
    start: str
    name: str = ""
    phone: str = ""
    notes: str = ""
    specialist: str = ""


def search(
    conn: Connection,
    now: datetime,
    *,
    city: str,
    service: str,
    budget: float | None = None,
    keywords: str = "",
    available_now: bool = False,
    limit: int = 10,
) -> list[dict[str, Any]]:
    """Salons of a city that offer a service, the cheapest first."""
    found: list[tuple[int, dict[str, Any]]] = []
    for business in salons.listing(conn):
        if not business.settings.assistants or not public.same(business.city, city):
            continue
        catalogue = catalogues.load(conn, business.id)
        fitting = _meant(catalogue, business, " ".join(filter(None, (service, keywords))))
        if budget is not None:
            fitting = [s for s in fitting if s.price.minor <= budget * 100]
        if available_now:
            fitting = [s for s in fitting if _today(conn, business, catalogue, s, now)]
        if fitting:
            cheapest = min(s.price.minor for s in fitting)
            shown = {"services": [public.service(s) for s in fitting[:10]]}
            found.append((cheapest, public.salon(business) | shown))
    found.sort(key=lambda pair: pair[0])
    return [salon for _, salon in found[: min(max(limit, 1), MOST_SALONS)]]


def info(conn: Connection, salon: str) -> dict[str, Any]:
    """Name, address, hours, services and the names of those who work there; NotFound."""
    business = _open(conn, salon)
    catalogue = catalogues.load(conn, business.id)
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    hours = {
        day: [[public.hm(a), public.hm(b)] for a, b in catalogue.hours.get(number, ())]
        for number, day in enumerate(days)
    }
    return public.salon(business) | {
        "hours": hours,
        "services": [public.service(s) for s in catalogue.services],
        "specialists": [
            {"id": p.ref, "name": p.name, "role": p.role} for p in catalogue.specialists
        ],
    }


def slots(
    conn: Connection, salon: str, service: str, day: str, days: int, now: datetime
) -> list[dict[str, Any]]:
    """Every time that can really be booked in some days from one on; BadRequest, NotFound."""
    business = _open(conn, salon)
    catalogue = catalogues.load(conn, business.id)
    first = public.date_of(day, business, now)
    start = datetime(first.year, first.month, first.day, tzinfo=business.zone)
    if not 1 <= days <= MOST_DAYS:
        raise public.BadRequest(f"days must be from 1 to {MOST_DAYS}")
    wish = Wish(
        services=(_one(catalogue, service).id,),
        start=start,
        end=start + timedelta(days=days),
    )
    found = availability.find(conn, business, catalogue, wish, now, limit=MOST_SLOTS, spread=False)
    return [public.slot(slot, business, catalogue) for slot in found]


def hold(
    conn: Connection,
    wanted: Wanted,
    *,
    subject: str,
    source: str,
    key: str,
    code_of: Callable[[str], str],
    now: datetime,
) -> Mapping[str, Any]:
    """
    Keep a time for ten minutes; the same call with the same key gives the same answer.

    NotFound, BadRequest, NotThen, TooManyHolds, KeyReused.  The phone gives no
    rights: the booking will belong to whoever confirms it.
    """
    business = _open(conn, wanted.salon)
    catalogue = catalogues.load(conn, business.id)
    service = _one(catalogue, wanted.service)
    if not service.bookable:
        raise public.BadRequest(f"{service.name} is booked by a person: use requestHumanSupport")
    start = public.moment_of(wanted.start, business)
    said = f"{business.id}|{service.id}|{start.isoformat()}|{wanted.specialist}|{wanted.phone}"
    asked = Asked(subject, source, (key or tickets.hashed(said))[:120], said)
    until = now + min(HOLD, timedelta(minutes=business.settings.hold_min))
    place = tickets.reserve(conn, business.id, asked, code_of, now, until)
    if not isinstance(place, tuple):
        return place
    slot = _fitting(conn, business, catalogue, service, wanted, start, now)
    held = appointments.hold(
        conn, business, slot, client_id=None, source=source, now=now, until=until
    )
    answer = public.held_answer(held, business, place[1], until)
    tickets.fill(conn, business.id, place[0], held.id, answer)
    return answer


def standing(conn: Connection, reference: str, now: datetime) -> dict[str, Any]:
    """How a hold stands: held, booked, cancelled or expired; nothing personal."""
    ticket = tickets.of_reference(conn, reference)
    business = salons.get(conn, ticket.business_id)
    if not business.settings.assistants:
        raise NotFound("there is no such booking")
    visit = _visit(conn, ticket)
    status = "expired" if visit is None else str(visit.status)
    if visit is not None and visit.status is Status.HELD and (visit.hold_until or now) <= now:
        status = "expired"
    return {"reference": reference, "status": status, "summary": dict(ticket.answer)["summary"]}


def release(conn: Connection, reference: str, now: datetime) -> dict[str, Any]:
    """Give a held time back; what is booked is cancelled by the client, in the messenger."""
    ticket = tickets.of_reference(conn, reference)
    visit = _visit(conn, ticket)
    if visit is not None and visit.status is Status.BOOKED:
        raise public.BadRequest(
            "it is booked: only the client can cancel or move it, in the messenger"
        )
    if visit is not None:
        appointments.release(conn, ticket.business_id, visit.id, now=now)
    return standing(conn, reference, now)


def support(
    conn: Connection, salon: str, reason: str, message: str, name: str, phone: str,
    *, subject: str, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """Tell the salon that somebody wants a person; every request is kept, few are sent."""
    business = _open(conn, salon)
    if not reason.strip():
        raise public.BadRequest("reason must say what the client needs")
    contact = " ".join(filter(None, (one_line(name, 60), one_line(phone, 30)))) or "не оставлен"
    said = f" «{one_line(message, 160)}»" if message.strip() else ""
    text = f"Просят человека через помощника: {one_line(reason, 160)}.{said} Контакт: {contact}."
    hour = f"{now:%Y-%m-%dT%H}"
    earlier = notices.count(conn, business.id, NoticeKind.SUPPORT, f"{subject[:40]}:{hour}:")
    notices.put(
        conn,
        business_id=business.id,
        kind=NoticeKind.SUPPORT,
        key=f"{subject[:40]}:{hour}:{earlier}",
        text=clean(text, 500),
        now=now,
        told=earlier < SUPPORT_PER_HOUR,
    )
    return {"notified": True, "message": "The salon was notified and will contact the client."}


def links(conn: Connection, salon: str, code: str) -> dict[str, str]:
    """Where the client confirms: the salon's own bot, and its WhatsApp number."""
    business = salons.by_slug(conn, salon)
    found: dict[str, str] = {}
    for account in access.of_business(conn, business.id):
        if account.channel == "telegram" and (bot := account.details.get("username")):
            found["telegram"] = f"https://t.me/{bot}?start={code}"
        digits = "".join(c for c in account.display if c.isdigit())
        if account.channel == "whatsapp" and digits:
            found["whatsapp"] = f"https://wa.me/{digits}?text=%D0%9A%D0%BE%D0%B4%20{code}"
    return found


def _open(conn: Connection, salon: str) -> Business:
    business = salons.by_slug(conn, salon[:80])
    if not business.settings.assistants:
        raise NotFound("there is no such salon")
    return business


def _one(catalogue: Catalogue, ref: str) -> Service:
    service = next((s for s in catalogue.services if s.ref == ref), None)
    if service is None:
        raise NotFound("there is no such service")
    return service


def _meant(catalogue: Catalogue, business: Business, words: str) -> list[Service]:
    heard = find_services(read(words), lexicon_of(catalogue, business).prices)
    refs = {ref for one in heard if one.known for ref in one.refs}
    return [s for s in catalogue.services if s.ref in refs]


def _today(
    conn: Connection, business: Business, catalogue: Catalogue, service: Service, now: datetime
) -> bool:
    local = now.astimezone(business.zone)
    end = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    wish = Wish(services=(service.id,), start=now, end=end)
    return bool(availability.find(conn, business, catalogue, wish, now, limit=1, spread=False))


def _fitting(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    service: Service,
    wanted: Wanted,
    start: datetime,
    now: datetime,
) -> Slot:
    person = next((p.id for p in catalogue.specialists if p.ref == wanted.specialist), None)
    if wanted.specialist and person is None:
        raise NotFound("there is no such specialist")
    wish = Wish(services=(service.id,), specialist_id=person)
    slot = availability.fits(conn, business, catalogue, wish, start, now)
    if slot is not None:
        return slot
    around = Wish(wish.services, person, start=start, end=start + timedelta(minutes=1))
    near = availability.nearest(conn, business, catalogue, around, now, limit=4)
    why = (
        "that time is in the past" if start <= now else "that time is taken or the salon is closed"
    )
    raise NotThen(why, [public.slot(s, business, catalogue) for s in near])


def _visit(conn: Connection, ticket: tickets.Ticket) -> Appointment | None:
    if ticket.appointment_id is None:
        return None
    try:
        return appointments.get(conn, ticket.business_id, ticket.appointment_id)
    except NotFound:
        return None
