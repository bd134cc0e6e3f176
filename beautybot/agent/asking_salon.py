"""A guest without a messenger: the salon itself is asked to confirm the time that is held."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from beautybot.booking import appointments, tickets
from beautybot.booking.tickets import Ticket
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import notices
from beautybot.businesses.notices import NoticeKind
from beautybot.businesses.salons import Business
from beautybot.kit.errors import NotFound
from beautybot.kit.text import one_line

WAITS = timedelta(hours=2)
"""So long the time is kept for the salon's answer; nobody can keep more than two."""


def ask(conn: Connection, business: Business, reference: str, now: datetime) -> bool:
    """Ask the salon, once; False if it was asked, or there is nothing to confirm.  NotFound."""
    ticket, visit = _mine(conn, business, reference)
    phone = str(ticket.contact.get("phone", ""))
    if visit is None or visit.status is not Status.HELD or (visit.hold_until or now) <= now:
        return False
    if not phone or not tickets.ask_salon(conn, business.id, reference, now):
        return False
    until = min(now + WAITS, visit.start)
    appointments.extend(conn, business.id, visit.id, until=until)
    local = visit.start.astimezone(business.zone)
    name = one_line(str(ticket.contact.get("name", "")), 60)
    wish = one_line(str(ticket.contact.get("notes", "")), 160)
    notices.put(
        conn,
        business_id=business.id,
        kind=NoticeKind.WANTED,
        key=reference,
        text=f"Просят записать, мессенджера нет: {', '.join(visit.service_names)}, "
        f"{local:%d.%m %H:%M}, {', '.join(visit.specialist_names)}. Клиент: {name}, {phone}."
        f"{f' Пожелание: «{wish}».' if wish else ''} "
        f"Держим время до {until.astimezone(business.zone):%H:%M}.",
        now=now,
        details={"appointment_id": visit.id, "phone": phone, "name": name},
    )
    return True


def release(conn: Connection, business: Business, reference: str, now: datetime) -> None:
    """Give the held time back; what is booked stays.  NotFound."""
    _, visit = _mine(conn, business, reference)
    if visit is not None and visit.status is Status.HELD:
        appointments.release(conn, business.id, visit.id, now=now)


def _mine(
    conn: Connection, business: Business, reference: str
) -> tuple[Ticket, Appointment | None]:
    ticket = tickets.of_reference(conn, reference)
    if ticket.business_id != business.id or ticket.source != "web":
        raise NotFound("there is no such booking")
    if ticket.appointment_id is None:
        return ticket, None
    try:
        return ticket, appointments.get(conn, business.id, ticket.appointment_id)
    except NotFound:
        return ticket, None
