"""
The inbox: a delivery is stored once, whole, before the channel hears "200".

What is in it is read later (`reading.py`).  The row is its own job: `due_at`
says that it is still to be read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, func, select, update

from beautybot.conversations.models import inbound_events
from beautybot.kit.db import Filled, ManyRows, across_salons
from beautybot.kit.failpoints import Stage, reached
from beautybot.kit.leases import LeaseLost, claim, finish

# Telegram's update_id starts again at a random number after a silent week
# (core.telegram.org/bots/api#update), so an old key must not swallow a fresh update.
KEY_LIVES = timedelta(days=7)
GIVE_UP_AFTER = 3


class RawEvent(NamedTuple):
    """
    One verified delivery, bytes as they came.

    `key` is unique in the channel.  `account_id` is set where the door itself
    proved the account (Telegram).  `signed_by` is the mark of the Meta app
    whose secret fitted (WhatsApp): it speaks for that app's numbers only.
    `due_at` is when it is to be read, if not at once.
    """

    channel: str
    key: str
    received_at: datetime
    body: bytes
    account_id: int | None = None
    signed_by: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A claimed delivery, to be read."""

    id: int
    channel: str
    body: bytes
    received_at: datetime
    account_id: int | None
    signed_by: str | None
    attempts: int
    lease: int


def accept(conn: Connection, events: list[RawEvent]) -> None:
    """Store deliveries with whatever else the transaction holds."""
    accepting(events).insert(conn)


def accepting(events: list[RawEvent]) -> Filled:
    """
    What stores deliveries, each once, and makes them due.

    WhatsApp repeats for up to seven days and Telegram for one until they see
    a 200, so a repeat is ordinary traffic and not an error.
    """
    # One statement may not meet the same key twice: the first of a batch stands for all.
    fresh: dict[tuple[str, str], RawEvent] = {}
    for event in events:
        fresh.setdefault((event.channel, event.key), event)
    expired = min(event.received_at for event in events) - KEY_LIVES
    reached(Stage.ACCEPTING)
    return Filled(_ACCEPT, [_row(event) for event in fresh.values()], {"expired": expired})


def take(conn: Connection, now: datetime, worker: str, limit: int) -> list[Event]:
    """Claim deliveries to read, oldest first."""
    return [_event(row) for row in claim(conn, inbound_events, now, worker, limit=limit)]


def done(conn: Connection, event: Event, outcome: str, note: str | None = None) -> None:
    """Mark a delivery read, or ignored with the reason."""
    finish(conn, inbound_events, event.id, event.lease, outcome=outcome, note=note)


def all_done(conn: Connection, events: Sequence[Event]) -> None:
    """Mark deliveries read, all at one go; LeaseLost if another worker has one of them."""
    given = {"ids": [event.id for event in events]}
    leases = {row.id: row.lease for row in conn.execute(_LEASES, given)}
    if any(leases.get(event.id) != event.lease for event in events):
        raise LeaseLost("a delivery of a pile was taken over")
    conn.execute(_READ, given)


def failed(conn: Connection, event: Event, now: datetime, error: str) -> bool:
    """Try a delivery again soon, or put it aside as poison after three tries: then True."""
    poison = event.attempts >= GIVE_UP_AFTER
    finish(
        conn,
        inbound_events,
        event.id,
        event.lease,
        due_at=None if poison else now + timedelta(seconds=2**event.attempts),
        keep_attempts=True,
        outcome="poison" if poison else "new",
        note=error[:500],
    )
    return poison


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in the inbox: `oldest` is when the first unread delivery came."""

    unread: int
    oldest: datetime | None
    poison: int


def backlog(conn: Connection) -> Backlog:
    """How far behind the reading is."""
    unread, oldest = conn.execute(
        across_salons(
            select(func.count(), func.min(inbound_events.c.received_at)).where(
                inbound_events.c.due_at.is_not(None)
            )
        )
    ).one()
    poison = conn.execute(
        select(func.count()).select_from(inbound_events).where(inbound_events.c.outcome == "poison")
    ).scalar_one()
    return Backlog(unread, oldest, poison)


def _row(event: RawEvent) -> tuple[Any, ...]:
    return (
        event.channel,
        event.key,
        event.account_id,
        event.signed_by,
        event.received_at,
        event.body,
        event.due_at or event.received_at,
    )


def _event(row: Row[Any]) -> Event:
    return Event(
        id=row.id,
        channel=row.channel,
        body=row.body,
        received_at=row.received_at,
        account_id=row.account_id,
        signed_by=row.signed_by,
        attempts=row.attempts,
        lease=row.lease,
    )


def _once(statement: Any) -> Any:
    fresh = ("account_id", "signed_by", "received_at", "body", "due_at")
    return statement.on_conflict_do_update(
        index_elements=["channel", "key"],
        set_={name: getattr(statement.excluded, name) for name in fresh} | {"outcome": "new"},
        where=(inbound_events.c.channel == "telegram")
        & (inbound_events.c.received_at < bindparam("expired", type_=inbound_events.c.due_at.type)),
    )


_OF_A_PILE = inbound_events.c.id.in_(bindparam("ids", expanding=True))
_LEASES = select(inbound_events.c.id, inbound_events.c.lease).where(_OF_A_PILE).with_for_update()
_READ = (
    update(inbound_events)
    .where(_OF_A_PILE)
    .values(outcome="read", note=None, due_at=None, leased_by=None, attempts=0)
)
_ACCEPT = ManyRows(
    inbound_events,
    ("channel", "key", "account_id", "signed_by", "received_at", "body", "due_at"),
    _once,
)
