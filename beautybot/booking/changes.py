"""What happened to an appointment: who changed it, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from beautybot.booking.models import appointment_changes


@dataclass(frozen=True, slots=True)
class Change:
    """One change; `by` is client, user:7, system or a channel."""

    kind: str
    by: str
    at: datetime
    why: str
    was_start: datetime | None


def of_appointment(conn: Connection, business_id: int, appointment_id: int) -> list[Change]:
    """Every change of an appointment, the first first."""
    rows = conn.execute(
        select(appointment_changes)
        .where(
            appointment_changes.c.business_id == business_id,
            appointment_changes.c.appointment_id == appointment_id,
        )
        .order_by(appointment_changes.c.id)
    )
    return [Change(r.kind, r.by, r.at, r.why, r.was_start) for r in rows]
