"""
Time that becomes free again: if anybody waits for it, a job asks them.

Whatever frees time (a cancel, a move, a hold that went) says so here before it
does, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from beautybot.booking.availability import Slot
from beautybot.booking.catalogue import Catalogue
from beautybot.booking.models import busy_spans, waitlist
from beautybot.booking.waitlist import REACH
from beautybot.kit import jobs

JOB = "offer_freed"


@dataclass(frozen=True, slots=True)
class Freed:
    """A half-open span in which these people and resources were busy and are not any more."""

    start: datetime
    end: datetime
    people: frozenset[int]
    resources: frozenset[int]

    def made_room_for(self, slot: Slot, catalogue: Catalogue) -> bool:
        """True if the slot could not be had before: it needs what was freed."""
        if slot.start >= self.end or slot.end <= self.start:
            return False
        needs = {r for p in slot.parts for r in catalogue.service(p.service_id).resources}
        return bool(self.people & set(slot.specialist_ids) or self.resources & needs)


def tell(
    conn: Connection, business_id: int, appointment_ids: Collection[int], now: datetime
) -> None:
    """The time of these appointments is about to be free; past time interests nobody."""
    start, end = conn.execute(
        select(func.min(busy_spans.c.starts_at), func.max(busy_spans.c.ends_at)).where(
            busy_spans.c.business_id == business_id,
            busy_spans.c.appointment_id.in_(appointment_ids),
            busy_spans.c.ends_at > now,
        )
    ).one()
    if start is None or not is_awaited(conn, business_id, start, end):
        return
    for appointment_id in appointment_ids:
        _put(conn, business_id, appointment_id, now)


def loaded(args: dict[str, Any]) -> Freed:
    """The span of a job."""
    return Freed(
        datetime.fromisoformat(args["start"]),
        datetime.fromisoformat(args["end"]),
        frozenset(args["people"]),
        frozenset(args["resources"]),
    )


def is_awaited(conn: Connection, business_id: int, start: datetime, end: datetime) -> bool:
    """True if anybody waits for time near that span."""
    waits = select(waitlist.c.id).where(
        waitlist.c.business_id == business_id,
        waitlist.c.closed_at.is_(None),
        waitlist.c.from_at < end,
        waitlist.c.to_at > start - REACH,
    )
    return conn.execute(waits.limit(1)).first() is not None


def put(conn: Connection, business_id: int, of: str, freed: Freed, now: datetime) -> None:
    """The job that offers a span; `of` says what freed it."""
    args = {
        "business_id": business_id,
        "start": freed.start.isoformat(),
        "end": freed.end.isoformat(),
        "people": sorted(freed.people),
        "resources": sorted(freed.resources),
    }
    key = f"{business_id}:{of}:{args['start']}:{now.isoformat()}"
    jobs.put(conn, JOB, key, args, due_at=now, now=now)


def _put(conn: Connection, business_id: int, appointment_id: int, now: datetime) -> None:
    rows = conn.execute(
        select(busy_spans).where(
            busy_spans.c.business_id == business_id,
            busy_spans.c.appointment_id == appointment_id,
            busy_spans.c.ends_at > now,
        )
    ).all()
    if rows:
        freed = Freed(
            min(row.starts_at for row in rows),
            max(row.ends_at for row in rows),
            frozenset(row.specialist_id for row in rows if row.specialist_id is not None),
            frozenset(row.resource_id for row in rows if row.resource_id is not None),
        )
        put(conn, business_id, str(appointment_id), freed, now)
