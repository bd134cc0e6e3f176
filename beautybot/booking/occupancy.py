"""
What a visit keeps busy: the rows that the database allows once.

Only `appointments.py` and `holds.py` call these; nothing else writes busy time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import DBAPIError

from beautybot.booking.availability import Slot
from beautybot.booking.models import busy_spans, resources, service_resources
from beautybot.booking.overlap import is_overlap
from beautybot.kit.errors import BeautyBotError


class SlotTaken(BeautyBotError):
    """Somebody else has this time already."""


def occupy(conn: Connection, business_id: int, appointment_id: int, slot: Slot) -> None:
    """Take the time of people and resources; SlotTaken when the database refuses."""
    rows: list[dict[str, Any]] = []
    for part in slot.parts:
        for start, end in part.busy or ((part.start, part.end),):
            rows.append({"specialist_id": part.specialist_id, "starts_at": start, "ends_at": end})
        for resource_id in _resources(conn, business_id, part.service_id):
            unit = _free_unit(conn, business_id, resource_id, part.start, part.end)
            rows.append(
                {
                    "resource_id": resource_id,
                    "unit": unit,
                    "starts_at": part.start,
                    "ends_at": part.end,
                }
            )
    try:
        with conn.begin_nested():
            for row in rows:
                conn.execute(
                    insert(busy_spans).values(
                        business_id=business_id, appointment_id=appointment_id, **row
                    )
                )
    except DBAPIError as error:
        if is_overlap(error):
            raise SlotTaken("the time was just taken") from None
        raise


def _resources(conn: Connection, business_id: int, service_id: int) -> list[int]:
    return list(
        conn.execute(
            select(service_resources.c.resource_id).where(
                service_resources.c.business_id == business_id,
                service_resources.c.service_id == service_id,
            )
        ).scalars()
    )


def _free_unit(
    conn: Connection, business_id: int, resource_id: int, start: datetime, end: datetime
) -> int:
    quantity = conn.execute(
        select(resources.c.quantity).where(
            resources.c.business_id == business_id, resources.c.id == resource_id
        )
    ).scalar_one()
    taken = set(
        conn.execute(
            select(busy_spans.c.unit).where(
                busy_spans.c.business_id == business_id,
                busy_spans.c.resource_id == resource_id,
                busy_spans.c.starts_at < end,
                busy_spans.c.ends_at > start,
            )
        ).scalars()
    )
    for unit in range(quantity):
        if unit not in taken:
            return unit
    raise SlotTaken("every unit of what the visit needs is taken")


def still_occupies(conn: Connection, business_id: int, appointment_id: int) -> bool:
    """True while nobody has dropped the appointment's busy time."""
    return (
        conn.execute(
            select(busy_spans.c.id)
            .where(
                busy_spans.c.business_id == business_id,
                busy_spans.c.appointment_id == appointment_id,
            )
            .limit(1)
        ).first()
        is not None
    )


def vacate(conn: Connection, business_id: int, appointment_id: int) -> None:
    """Free all the time an appointment keeps."""
    conn.execute(
        delete(busy_spans).where(
            busy_spans.c.business_id == business_id, busy_spans.c.appointment_id == appointment_id
        )
    )
