"""
Times that a stranger holds: an assistant, or a visitor of the booking page.

Nothing here books, moves or cancels: a hold waits for the client's own yes in
the salon's messenger, or for the salon's.  The phone that was typed gives no
rights: the booking belongs to whoever confirms it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from beautybot.agent import public, visitors
from beautybot.booking import appointments, availability, caps, tickets
from beautybot.booking.appointments import SlotTaken
from beautybot.booking.availability import Slot, Wish
from beautybot.booking.catalogue import Catalogue, Service
from beautybot.booking.tickets import Asked, Goal, Ticket
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import salons
from beautybot.businesses.salons import Business
from beautybot.kit.errors import BeautyBotError, NotFound
from beautybot.kit.text import clean, one_line

HOLD = timedelta(minutes=10)
ALTERNATIVES = 4


class NotThen(BeautyBotError):
    """That time cannot be had; the text says why and names free ones."""

    def __init__(self, why: str, free: list[dict[str, Any]]) -> None:
        times = ", ".join(slot["start"] for slot in free)
        super().__init__(f"{why}; free: {times}" if times else f"{why}; nothing is free near it")
        self.free = free


@dataclass(frozen=True, slots=True)
class Wanted:
    """A hold as a stranger asks for it; name, phone and notes are what was typed."""

    salon: str
    service: str
    start: str
    name: str = ""
    phone: str = ""
    notes: str = ""
    specialist: str = ""
    consent: str = ""  # which text was ticked beside the name, and its hash

    @property
    def contact(self) -> dict[str, Any]:
        """What the salon is shown of the typed."""
        typed = {
            "name": one_line(self.name, 80),
            "phone": self.phone,
            "notes": clean(self.notes, 500).strip(),
            "consent": self.consent,
        }
        return {key: value for key, value in typed.items() if value}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a hash, what kind of guest, the key of the call, and how codes are made."""

    subject: str
    source: str
    code_of: Callable[[str], str]
    key: str = ""
    allowed: Callable[[Business], bool] = field(default=visitors.lets_assistants_in)


def hold(conn: Connection, wanted: Wanted, caller: Caller, now: datetime) -> Mapping[str, Any]:
    """
    Keep a time for ten minutes; the same call with the same key gives the same answer.

    NotFound, BadRequest, NotThen, TooManyHolds, KeyReused.
    """
    business = visitors.opened(conn, wanted.salon, caller.allowed)
    return _hold(conn, business, wanted, caller, now, None)


def standing(conn: Connection, reference: str, now: datetime) -> dict[str, Any]:
    """How a hold stands: held, booked, cancelled or expired; nothing personal."""
    ticket = _ticket(conn, reference)
    visit = _visit(conn, ticket)
    return {
        "reference": reference,
        "status": _status(visit, now),
        "summary": dict(ticket.answer)["summary"],
    }


def cancel(conn: Connection, reference: str, caller: Caller, now: datetime) -> dict[str, Any]:
    """Give a held time back; for what is booked, a code by which its client may cancel."""
    ticket = _ticket(conn, reference)
    visit = _visit(conn, ticket)
    if visit is None or visit.status is not Status.BOOKED:
        if visit is not None:
            appointments.release(conn, ticket.business_id, visit.id, now=now)
        return standing(conn, reference, now)
    business = salons.get(conn, ticket.business_id)
    said = f"cancel|{reference}"
    asked = _asked(caller, said, Goal.CANCEL)
    place = tickets.reserve(conn, business.id, asked, caller.code_of, now, now + HOLD)
    if not isinstance(place, tuple):
        return dict(place)
    answer = public.cancel_answer(visit, business, place[1], now + HOLD)
    tickets.fill(conn, business.id, place[0], visit.id, answer)
    return answer


def reschedule(
    conn: Connection, reference: str, wanted: Wanted, caller: Caller, now: datetime
) -> Mapping[str, Any]:
    """
    Hold another time in place of a held one, or a time that a booked visit may move to.

    All or nothing: where the new time cannot be had, the old one stays as it is.
    """
    ticket = _ticket(conn, reference)
    visit = _visit(conn, ticket)
    business = visitors.opened(conn, wanted.salon, caller.allowed)
    if ticket.business_id != business.id:
        raise NotFound("there is no such booking")
    if visit is not None and visit.status is Status.BOOKED:
        return _hold(conn, business, wanted, caller, now, visit.id)
    if visit is not None:
        appointments.release(conn, business.id, visit.id, now=now)
    return _hold(conn, business, wanted, caller, now, None)


def _hold(
    conn: Connection,
    business: Business,
    wanted: Wanted,
    caller: Caller,
    now: datetime,
    moving: int | None,
) -> Mapping[str, Any]:
    catalogue = visitors.catalogue_of(conn, business)
    service = visitors.one(catalogue, wanted.service)
    if not service.bookable:
        raise public.BadRequest(f"{service.name} is booked by a person: use requestHumanSupport")
    start = public.moment_of(wanted.start, business)
    said = "|".join(
        (str(business.id), str(service.id), start.isoformat(), wanted.specialist, wanted.phone)
        + ((str(moving),) if moving else ())
    )
    goal = Goal.BOOK if moving is None else Goal.MOVE
    contact = wanted.contact | ({"moving": moving} if moving else {})
    asked = _asked(caller, said, goal, contact)
    until = now + min(HOLD, timedelta(minutes=business.settings.hold_min))
    place = tickets.reserve(conn, business.id, asked, caller.code_of, now, until)
    if not isinstance(place, tuple):
        return place
    held = _held(conn, business, catalogue, service, wanted, start, caller, now, until, moving)
    caps.check_day(conn, business, held, now)
    answer = public.held_answer(held, business, place[1], until)
    tickets.fill(conn, business.id, place[0], held.id, answer)
    return answer


def _held(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    service: Service,
    wanted: Wanted,
    start: datetime,
    caller: Caller,
    now: datetime,
    until: datetime,
    moving: int | None,
) -> Appointment:
    slot, wish = _fitting(conn, business, catalogue, service, wanted, start, now, moving)
    try:
        with conn.begin_nested():  # a lost race leaves nothing behind, and free times are named
            return appointments.hold(
                conn,
                business,
                slot,
                client_id=None,
                source=caller.source,
                now=now,
                until=until,
                replacing=moving,
            )
    except SlotTaken:
        why = "that time was taken a moment ago"
        raise NotThen(why, _near(conn, business, catalogue, wish, start, now)) from None


def _fitting(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    service: Service,
    wanted: Wanted,
    start: datetime,
    now: datetime,
    moving: int | None,
) -> tuple[Slot, Wish]:
    person = next((p.id for p in catalogue.specialists if p.ref == wanted.specialist), None)
    if wanted.specialist and person is None:
        raise NotFound("there is no such specialist")
    wish = Wish(services=(service.id,), specialist_id=person, moving=moving)
    slot = availability.fits(conn, business, catalogue, wish, start, now)
    if slot is not None:
        return slot, wish
    taken = "that time is taken or the salon is closed"
    why = "that time is in the past" if start <= now else taken
    raise NotThen(why, _near(conn, business, catalogue, wish, start, now))


def _near(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    wish: Wish,
    start: datetime,
    now: datetime,
) -> list[dict[str, Any]]:
    around = replace(wish, start=start, end=start + timedelta(minutes=1))
    found = availability.nearest(conn, business, catalogue, around, now, limit=ALTERNATIVES)
    return [public.slot(slot, business, catalogue) for slot in found]


def _asked(
    caller: Caller, said: str, goal: Goal, contact: Mapping[str, Any] | None = None
) -> Asked:
    key = (caller.key or tickets.hashed(said))[:120]
    natural = not caller.key
    return Asked(caller.subject, caller.source, key, said, goal, contact or {}, natural)


def _ticket(conn: Connection, reference: str) -> Ticket:
    ticket = tickets.of_reference(conn, reference)
    business = salons.get(conn, ticket.business_id)
    if not (business.settings.assistants or business.settings.booking_page):
        raise NotFound("there is no such booking")
    return ticket


def _visit(conn: Connection, ticket: Ticket) -> Appointment | None:
    if ticket.appointment_id is None:
        return None
    try:
        return appointments.get(conn, ticket.business_id, ticket.appointment_id)
    except NotFound:
        return None


def _status(visit: Appointment | None, now: datetime) -> str:
    if visit is None:
        return "expired"
    if visit.status is Status.HELD and (visit.hold_until or now) <= now:
        return "expired"
    return str(visit.status)
