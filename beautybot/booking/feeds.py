"""The visits of a specialist or a salon as a calendar, and nothing the owner did not choose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, func, select

from beautybot.booking import calendar_links, ical, visits
from beautybot.booking.calendar_links import CalendarLink, Shows
from beautybot.booking.ical import Event
from beautybot.booking.models import appointment_changes, specialists
from beautybot.booking.visits import Appointment, Status, VisitPart
from beautybot.businesses import salons
from beautybot.businesses.salons import Business

BACK = timedelta(days=30)
SHOWN = (Status.BOOKED, Status.COMPLETED)


@dataclass(frozen=True, slots=True)
class Feed:
    """What an address gives: the link, the bytes, and a name for just these bytes."""

    link: CalendarLink
    body: bytes
    etag: str


def read(conn: Connection, token: str, now: datetime) -> Feed | None:
    """The calendar of an address; None if there is none."""
    link = calendar_links.of_token(conn, token)
    if link is None:
        return None
    business = salons.get(conn, link.business_id)
    since = (now - BACK).replace(hour=0, minute=0, second=0, microsecond=0)
    shown = visits.listing(conn, business.id, since=since, statuses=SHOWN)
    changes = _changes(conn, business.id, [visit.id for visit in shown])
    events = [
        _event(business, link, visit, parts, changes.get(visit.id, (visit.start, 0)))
        for visit in shown
        for parts in _by_person(visit)
        if link.specialist_id in (None, parts[0].specialist_id)
    ]
    body = ical.calendar(_name(conn, business, link), business.timezone, events)
    return Feed(link, body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


def _by_person(visit: Appointment) -> Iterator[list[VisitPart]]:
    """The parts of a visit in runs by one specialist: she is busy just then."""
    run: list[VisitPart] = []
    for part in visit.parts:
        if run and run[-1].specialist_id != part.specialist_id:
            yield run
            run = []
        run.append(part)
    if run:
        yield run


def _event(
    business: Business,
    link: CalendarLink,
    visit: Appointment,
    parts: list[VisitPart],
    change: tuple[datetime, int],
) -> Event:
    said = ", ".join(part.service_name for part in parts)
    if link.specialist_id is None:
        said = f"{parts[0].specialist_name}: {said}"
    told = [f"Запись {visit.number}"]
    if link.shows is not Shows.HIDDEN and visit.client_name:
        said = f"{said} — {visit.client_name}"
    if link.shows is Shows.PHONE and visit.client_phone:
        told.append(visit.client_phone)
    first = visit.parts.index(parts[0])
    return Event(
        uid=f"{visit.id}-{first}@{business.slug}.beautybot",
        start=parts[0].start,
        end=parts[-1].end,
        summary=said,
        description="\n".join(told),
        location=", ".join(filter(None, (business.city, business.address))),
        changed=change[0],
        sequence=change[1],
    )


def _name(conn: Connection, business: Business, link: CalendarLink) -> str:
    if link.specialist_id is None:
        return business.name
    name = conn.execute(
        select(specialists.c.name).where(
            specialists.c.business_id == business.id, specialists.c.id == link.specialist_id
        )
    ).scalar_one()
    return f"{name}, {business.name}"


def _changes(conn: Connection, business_id: int, ids: list[int]) -> dict[int, tuple[datetime, int]]:
    """When each visit last changed, and how often it was moved."""
    moved = func.sum(case((appointment_changes.c.kind == "moved", 1), else_=0))
    rows = conn.execute(
        select(
            appointment_changes.c.appointment_id,
            func.max(appointment_changes.c.at).label("at"),
            moved.label("moved"),
        )
        .where(
            appointment_changes.c.business_id == business_id,
            appointment_changes.c.appointment_id.in_(ids),
        )
        .group_by(appointment_changes.c.appointment_id)
    )
    return {row.appointment_id: (row.at, int(row.moved)) for row in rows}
