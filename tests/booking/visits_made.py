"""Visits in «Ромашка»'s book, made by the product's own verbs."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from beautybot.booking import appointments, availability, catalogue as catalogues
from beautybot.booking.appointments import Appointment
from beautybot.booking.availability import Wish
from beautybot.businesses.salons import Business


def made(
    conn: Connection,
    business: Business,
    start: datetime,
    *services: str,
    now: datetime,
    name: str | None = "Ольга",
    phone: str | None = "+79161234567",
    client_id: int | None = None,
) -> Appointment:
    """A booked visit; the time must be free."""
    catalogue = catalogues.load(conn, business.id)
    ids = {s.ref: s.id for s in catalogue.services}
    wish = Wish(services=tuple(ids[ref] for ref in services))
    slot = availability.fits(conn, business, catalogue, wish, start, now)
    assert slot is not None, f"{start} is not free"
    until = now + timedelta(minutes=10)
    held = appointments.hold(
        conn, business, slot, client_id=client_id, source="telegram", now=now, until=until
    )
    return appointments.confirm(
        conn, business, held.id, now=now, by="client", name=name, phone=phone
    )


def moved(
    conn: Connection, business: Business, visit: Appointment, to: datetime, now: datetime
) -> Appointment:
    """The same visit at another time, moved by a person of the salon."""
    catalogue = catalogues.load(conn, business.id)
    wish = Wish(services=tuple(p.service_id for p in visit.parts))
    slot = availability.fits(conn, business, catalogue, wish, to, now, ignoring=visit.id)
    assert slot is not None, f"{to} is not free"
    return appointments.move(
        conn, business, visit.id, slot=slot, now=now, by="user:1", enforce_policy=False
    )
