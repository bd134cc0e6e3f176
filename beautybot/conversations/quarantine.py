"""Deliveries that broke the reading three times: kept with their bytes, out of everybody's way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from beautybot.conversations.models import inbound_events
from beautybot.kit.errors import NotFound

_PUT_ASIDE = inbound_events.c.outcome == "poison"


@dataclass(frozen=True, slots=True)
class Poison:
    """One delivery that was put aside; `why` is the last error."""

    id: int
    channel: str
    received_at: datetime
    size: int
    why: str


def listing(conn: Connection, *, limit: int = 1000) -> list[Poison]:
    """What was put aside, the newest first."""
    columns = inbound_events.c
    rows = conn.execute(
        select(
            columns.id,
            columns.channel,
            columns.received_at,
            func.length(columns.body).label("size"),
            columns.note,
        )
        .where(_PUT_ASIDE)
        .order_by(columns.id.desc())
        .limit(limit)
    )
    return [Poison(r.id, r.channel, r.received_at, r.size, r.note or "") for r in rows]


def body(conn: Connection, event_id: int) -> bytes:
    """The bytes of one that was put aside; NotFound."""
    found: bytes | None = conn.execute(
        select(inbound_events.c.body).where(_PUT_ASIDE, inbound_events.c.id == event_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"no delivery {event_id} was put aside; `beautybot events list` shows them")
    return found


def retry(conn: Connection, now: datetime, event_id: int | None = None) -> int:
    """Make one due again, or (None) every one; how many. NotFound for one that is not there."""
    again = update(inbound_events).where(_PUT_ASIDE).values(outcome="new", attempts=0, due_at=now)
    if event_id is not None:
        body(conn, event_id)
        again = again.where(inbound_events.c.id == event_id)
    return conn.execute(again).rowcount
