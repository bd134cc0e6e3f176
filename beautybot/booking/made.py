"""What was booked, by when it was booked: a line each, for the figures of reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from beautybot.booking.models import appointments
from beautybot.booking.visits import Status


@dataclass(frozen=True, slots=True)
class Made:
    """One booking without its parts; the price in kopecks."""

    status: Status
    source: str
    price_minor: int
    created_at: datetime

    @property
    def counts(self) -> bool:
        """True for a visit that is to come or took place."""
        return self.status in (Status.BOOKED, Status.COMPLETED)


def since(conn: Connection, business_id: int, at: datetime) -> list[Made]:
    """Every booking made at or after a moment, whenever it takes place; no mere holds."""
    columns = ("status", "source", "price_minor", "created_at")
    rows = conn.execute(
        select(*(appointments.c[name] for name in columns)).where(
            appointments.c.business_id == business_id,
            appointments.c.created_at >= at,
            appointments.c.status != Status.HELD,
        )
    )
    return [Made(Status(r.status), r.source, r.price_minor, r.created_at) for r in rows]
