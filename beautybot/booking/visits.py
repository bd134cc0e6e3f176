"""Appointments as values, read in whole: for the client, the dashboard and the operator."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select

from beautybot.booking.models import (
    appointment_changes,
    appointment_parts,
    appointments,
    services,
    specialists,
)
from beautybot.kit.db import across_salons
from beautybot.kit.errors import NotFound
from beautybot.kit.money import Price


class Status(StrEnum):
    """Where an appointment is in its life."""

    HELD = "held"
    BOOKED = "booked"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    NO_SHOW = "no_show"


@dataclass(frozen=True, slots=True)
class VisitPart:
    """One service of an appointment as it was agreed."""

    service_id: int
    service_ref: str
    service_name: str
    specialist_id: int
    specialist_ref: str
    specialist_name: str
    start: datetime
    end: datetime
    price: Price


@dataclass(frozen=True, slots=True)
class Appointment:
    """One visit; `number` is what people say on the phone, `zone` names the salon's time zone."""

    id: int
    number: str
    status: Status
    client_id: int | None
    parts: tuple[VisitPart, ...]
    start: datetime
    end: datetime
    zone: str
    price: Price
    hold_until: datetime | None
    source: str
    client_name: str | None
    client_phone: str | None
    note: str
    created_at: datetime

    @property
    def service_names(self) -> tuple[str, ...]:
        """What is done, in order."""
        return tuple(part.service_name for part in self.parts)

    @property
    def specialist_names(self) -> tuple[str, ...]:
        """Who does it, each once."""
        return tuple(dict.fromkeys(part.specialist_name for part in self.parts))


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was done with an appointment: when, what, by whom, why."""

    at: datetime
    kind: str
    by: str
    why: str
    was_start: datetime | None


def get(conn: Connection, business_id: int, appointment_id: int) -> Appointment:
    """One appointment of that salon; NotFound."""
    found = _read(conn, business_id, appointments.c.id == appointment_id)
    if not found:
        raise NotFound("there is no such appointment")
    return found[0]


def salon_of(conn: Connection, appointment_id: int) -> int:
    """Whose appointment it is; NotFound.  For the operator, who knows only its id."""
    found: int | None = conn.execute(
        across_salons(select(appointments.c.business_id).where(appointments.c.id == appointment_id))
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"there is no appointment {appointment_id}")
    return found


def history(conn: Connection, business_id: int, appointment_id: int) -> list[Change]:
    """What was done with an appointment, in order."""
    rows = conn.execute(
        select(appointment_changes)
        .where(
            appointment_changes.c.business_id == business_id,
            appointment_changes.c.appointment_id == appointment_id,
        )
        .order_by(appointment_changes.c.id)
    )
    return [Change(r.at, r.kind, r.by, r.why, r.was_start) for r in rows]


def counts(conn: Connection) -> dict[Status, int]:
    """How many appointments of every salon are in each status."""
    rows = conn.execute(
        across_salons(select(appointments.c.status, func.count()).group_by(appointments.c.status))
    )
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    return {status: found.get(status, 0) for status in Status}


def of_client(
    conn: Connection, business_id: int, client_id: int, now: datetime
) -> list[Appointment]:
    """The booked visits of a client that are still to come, soonest first."""
    return _read(
        conn,
        business_id,
        appointments.c.client_id == client_id,
        appointments.c.status == Status.BOOKED,
        appointments.c.ends_at > now,
    )


def last_visit(
    conn: Connection, business_id: int, client_ids: Collection[int], now: datetime
) -> Appointment | None:
    """A client's latest visit that took place; else the one that is booked farthest ahead."""
    row = conn.execute(
        select(appointments.c.id)
        .where(
            appointments.c.business_id == business_id,
            appointments.c.client_id.in_(client_ids),
            appointments.c.status.in_([Status.BOOKED, Status.COMPLETED]),
        )
        .order_by(appointments.c.starts_at > now, appointments.c.starts_at.desc())
        .limit(1)
    ).first()
    return get(conn, business_id, row.id) if row else None


def listing(
    conn: Connection,
    business_id: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    statuses: Iterable[str] | None = None,
) -> list[Appointment]:
    """Appointments of a salon that begin in a half-open window, by time."""
    conditions: list[Any] = []
    if since is not None:
        conditions.append(appointments.c.starts_at >= since)
    if until is not None:
        conditions.append(appointments.c.starts_at < until)
    if statuses is not None:
        conditions.append(appointments.c.status.in_(list(statuses)))
    return _read(conn, business_id, *conditions)


def made_since(conn: Connection, business_id: int, since: datetime) -> list[Appointment]:
    """Appointments that were made at or after a moment, whenever they take place."""
    return _read(conn, business_id, appointments.c.created_at >= since)


def everything_of_client(conn: Connection, business_id: int, client_id: int) -> list[Appointment]:
    """Every appointment of a client, the newest first."""
    return _read(conn, business_id, appointments.c.client_id == client_id)[::-1]


def _read(conn: Connection, business_id: int, *conditions: Any) -> list[Appointment]:
    rows = conn.execute(
        select(appointments)
        .where(appointments.c.business_id == business_id, *conditions)
        .order_by(appointments.c.starts_at, appointments.c.id)
    ).all()
    parts = _parts(conn, business_id, {row.id: row.currency for row in rows})
    return [_appointment(row, parts.get(row.id, ())) for row in rows]


def _parts(
    conn: Connection, business_id: int, currencies: Mapping[int, str]
) -> dict[int, tuple[VisitPart, ...]]:
    if not currencies:
        return {}
    rows = conn.execute(
        select(
            appointment_parts,
            services.c.ref.label("service_ref"),
            services.c.name.label("service_name"),
            specialists.c.ref.label("specialist_ref"),
            specialists.c.name.label("specialist_name"),
        )
        .join(services, services.c.id == appointment_parts.c.service_id)
        .join(specialists, specialists.c.id == appointment_parts.c.specialist_id)
        .where(
            appointment_parts.c.business_id == business_id,
            services.c.business_id == business_id,
            specialists.c.business_id == business_id,
            appointment_parts.c.appointment_id.in_(currencies),
        )
        .order_by(appointment_parts.c.appointment_id, appointment_parts.c.position)
    )
    found: dict[int, list[VisitPart]] = {}
    for row in rows:
        found.setdefault(row.appointment_id, []).append(_part(row, currencies[row.appointment_id]))
    return {key: tuple(those) for key, those in found.items()}


def _part(row: Any, currency: str) -> VisitPart:
    return VisitPart(
        service_id=row.service_id,
        service_ref=row.service_ref,
        service_name=row.service_name,
        specialist_id=row.specialist_id,
        specialist_ref=row.specialist_ref,
        specialist_name=row.specialist_name,
        start=row.starts_at,
        end=row.ends_at,
        price=Price(row.price_minor, currency, row.price_from, row.price_max_minor),
    )


def _appointment(row: Any, parts: tuple[VisitPart, ...]) -> Appointment:
    return Appointment(
        id=row.id,
        number=row.number,
        status=Status(row.status),
        client_id=row.client_id,
        parts=parts,
        start=row.starts_at,
        end=row.ends_at,
        zone=row.timezone,
        price=Price(row.price_minor, row.currency, row.price_from, row.price_max_minor),
        hold_until=row.hold_until,
        source=row.source,
        client_name=row.client_name,
        client_phone=row.client_phone,
        note=row.note,
        created_at=row.created_at,
    )
