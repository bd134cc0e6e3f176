"""
An old copy of the database was put back: nobody who was erased returns, nothing is said again.

Between the copy and now we answered, reminded and told; the copy does not know
it.  So what it still wants to say is dropped, and the salon hears how large the gap is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, select, update

from beautybot.booking import visits
from beautybot.booking.visits import Status
from beautybot.businesses import salons
from beautybot.businesses.models import notices
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.businesses.salons import Business
from beautybot.conversations import outbox
from beautybot.conversations.models import conversations, inbound_events, outbox as outbox_rows
from beautybot.kit.db import across_salons, add_once
from beautybot.notifications import reminders
from beautybot.notifications.models import owner_messages, owner_updates, reminders as reminder_rows
from beautybot.privacy import tombstones
from beautybot.privacy.tombstones import Tombstone

RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Settled:
    """What an old copy still wanted: messages and turns dropped; who was erased again."""

    messages: int
    turns: int
    erased: int


def settle(
    conn: Connection, stones: Sequence[Tombstone], *, made: datetime, now: datetime
) -> Settled:
    """Make a copy of `made` fit to be served; `stones` are the erasures of the newer database."""
    erased = tombstones.apply(conn, stones)
    messages = _drop_messages(conn)
    turns = _stop(conn, conversations, answered_seq=conversations.c.inbound_seq, waiting_since=None)
    _stop(conn, inbound_events, outcome="ignored", note=RESTORED)
    _stop(conn, notices, problem=RESTORED)
    _stop(conn, owner_messages, outcome="given_up", problem=RESTORED)
    _stop(conn, owner_updates, outcome="read", note=RESTORED)
    for salon in salons.listing(conn):
        _skip_reminders(conn, salon, now)
        _tell(conn, salon, made, now)
    return Settled(messages, turns, erased)


def _drop_messages(conn: Connection) -> int:
    rows = conn.execute(across_salons(select(outbox_rows))).all()
    for row in rows:
        outbox.drop(conn, row.business_id, row.id, row.message_id, RESTORED)
    return len(rows)


def _stop(conn: Connection, table: Table, **values: object) -> int:
    """Nothing on this to-do list is due any more."""
    values |= {"due_at": None, "leased_by": None, "lease": table.c.lease + 1}
    stopped = update(table).where(table.c.due_at.is_not(None)).values(**values)
    return conn.execute(across_salons(stopped)).rowcount


def _skip_reminders(conn: Connection, salon: Business, now: datetime) -> None:
    """Reminders whose time has come were sent by the newer database, as far as we can know."""
    for due in reminders.due(conn, salon, now):
        for hours in (due.hours, *due.missed):
            values = {
                "business_id": salon.id,
                "appointment_id": due.visit.id,
                "starts_at": due.visit.start,
                "hours": hours,
                "at": now,
                "outcome": "skipped",
            }
            add_once(conn, reminder_rows, values)


def _tell(conn: Connection, salon: Business, made: datetime, now: datetime) -> None:
    local = made.astimezone(salon.zone)
    coming = visits.listing(
        conn, salon.id, since=now, until=now + timedelta(days=60), statuses=[Status.BOOKED]
    )
    put_notice(
        conn,
        business_id=salon.id,
        kind=NoticeKind.TROUBLE,
        key=f"restored:{now:%Y-%m-%dT%H:%M:%S}",
        text=f"База восстановлена из копии от {local:%d.%m.%Y %H:%M}. Записей и сообщений, "
        f"которые появились позже, в ней нет. Впереди визитов: {len(coming)}. "
        "Сверьте их с клиентами.",
        now=now,
    )
