"""
The judge: what is wrong in a salon's book, by SQL that shares nothing with what wrote it.

The tables are joined with themselves.  `appointment_parts`, which nothing
guards, is looked at as well as `busy_spans`, which the database guards.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, FromClause, case, exists, func, select

from beautybot.booking.models import (
    appointment_parts,
    appointments,
    busy_spans,
    resources,
    service_resources,
    services,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Pairs and visits that cannot be; all zero is what we promise."""

    spans: int  # pairs of busy spans of one specialist, or of one unit, that meet
    parts: int  # pairs of visits in which one specialist works at the same time
    rooms: int  # moments at which more of a resource is used than there is
    unguarded: int  # booked visits that keep no time

    @property
    def overlaps(self) -> int:
        """Everything that is wrong."""
        return self.spans + self.parts + self.rooms + self.unguarded


def judge(conn: Connection, business_id: int) -> Verdict:
    """Count all that is wrong in one salon's book."""
    return Verdict(
        _spans(conn, business_id),
        _parts(conn, business_id),
        _rooms(conn, business_id),
        _unguarded(conn, business_id),
    )


def _spans(conn: Connection, business_id: int) -> int:
    one, other = busy_spans.alias(), busy_spans.alias()
    same = (one.c.specialist_id == other.c.specialist_id) | (
        (one.c.resource_id == other.c.resource_id) & (one.c.unit == other.c.unit)
    )
    return _count(
        conn,
        select(func.count())
        .select_from(one)
        .join(other, (one.c.id < other.c.id) & same)
        .where(
            one.c.business_id == business_id,
            other.c.business_id == business_id,
            one.c.starts_at < other.c.ends_at,
            other.c.starts_at < one.c.ends_at,
        ),
    )


def _parts(conn: Connection, business_id: int) -> int:
    """Services with a processing gap are left out: others may work in it."""
    one, other = appointment_parts.alias(), appointment_parts.alias()
    first, second = appointments.alias(), appointments.alias()
    plain, simple = services.alias(), services.alias()
    return _count(
        conn,
        select(func.count())
        .select_from(one)
        .join(
            other,
            (one.c.specialist_id == other.c.specialist_id)
            & (one.c.appointment_id < other.c.appointment_id),
        )
        .join(first, first.c.id == one.c.appointment_id)
        .join(second, second.c.id == other.c.appointment_id)
        .join(plain, plain.c.id == one.c.service_id)
        .join(simple, simple.c.id == other.c.service_id)
        .where(
            *(
                table.c.business_id == business_id
                for table in (one, other, first, second, plain, simple)
            ),
            first.c.status != "cancelled",
            second.c.status != "cancelled",
            _whose(first) != _whose(second),
            func.length(plain.c.processing_min) <= len("[]"),
            func.length(simple.c.processing_min) <= len("[]"),
            one.c.starts_at < other.c.ends_at,
            other.c.starts_at < one.c.ends_at,
        ),
    )


def _rooms(conn: Connection, business_id: int) -> int:
    """At the start of each part that needs a resource: how many visits use it then."""
    one, other = appointment_parts.alias(), appointment_parts.alias()
    first, second = appointments.alias(), appointments.alias()
    need, wants = service_resources.alias(), service_resources.alias()
    tables = (one, other, first, second, need, wants, resources)
    crowded = (
        select(one.c.id)
        .select_from(one)
        .join(need, need.c.service_id == one.c.service_id)
        .join(resources, resources.c.id == need.c.resource_id)
        .join(wants, wants.c.resource_id == resources.c.id)
        .join(other, other.c.service_id == wants.c.service_id)
        .join(first, first.c.id == one.c.appointment_id)
        .join(second, second.c.id == other.c.appointment_id)
        .where(
            *(table.c.business_id == business_id for table in tables),
            first.c.status != "cancelled",
            second.c.status != "cancelled",
            other.c.starts_at <= one.c.starts_at,
            other.c.ends_at > one.c.starts_at,
        )
        .group_by(one.c.id, resources.c.id, resources.c.quantity)
        .having(func.count(func.distinct(_whose(second))) > resources.c.quantity)
    )
    return _count(conn, select(func.count()).select_from(crowded.subquery()))


def _whose(visit: FromClause) -> ColumnElement[int]:
    """A hold for a move is the visit that moves: of the two only one will be."""
    moved = func.coalesce(visit.c.replaces, visit.c.id)
    return case((visit.c.status == "held", moved), else_=visit.c.id)


def _unguarded(conn: Connection, business_id: int) -> int:
    return _count(
        conn,
        select(func.count())
        .select_from(appointments)
        .where(
            appointments.c.business_id == business_id,
            appointments.c.status == "booked",
            ~exists().where(
                busy_spans.c.business_id == business_id,
                busy_spans.c.appointment_id == appointments.c.id,
            ),
        ),
    )


def _count(conn: Connection, query: object) -> int:
    found: int = conn.execute(query).scalar_one()  # type: ignore[call-overload]
    return found
