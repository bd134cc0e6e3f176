"""What is not kept for ever: the bytes of deliveries, files, old talks, sign-ins that are over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from beautybot.businesses import sign_ins
from beautybot.businesses.models import notices
from beautybot.conversations import attachments, messages as said
from beautybot.conversations.models import (
    attachments as files,
    early_receipts,
    handoffs,
    inbound_events,
    messages,
    questions,
    turns,
)
from beautybot.kit.db import across_salons
from beautybot.notifications.models import owner_messages

BYTES_LIVE = timedelta(days=30)
KEYS_LIVE = timedelta(days=90)  # WhatsApp repeats a delivery for seven days at most
RECEIPTS_LIVE = timedelta(days=7)
FILES_LIVE = timedelta(days=180)
TALKS_AT_ONCE = 2_000  # in one transaction: deliveries must not wait for it


def forget_old(conn: Connection, now: datetime) -> int:
    """
    Empty deliveries of more than 30 days, drop them after 90; how many there were.

    What is still to be read stays, however old.  Clients' files go after half a
    year, and sign-ins when they are over.
    """
    read = inbound_events.c.due_at.is_(None)
    emptied = conn.execute(
        update(inbound_events)
        .where(
            read,
            inbound_events.c.received_at < now - BYTES_LIVE,
            inbound_events.c.body != b"",
        )
        .values(body=b"", note=None)
    )
    dropped = conn.execute(
        delete(inbound_events).where(read, inbound_events.c.received_at < now - KEYS_LIVE)
    )
    conn.execute(
        across_salons(delete(early_receipts).where(early_receipts.c.at < now - RECEIPTS_LIVE))
    )
    attachments.forget(conn, now - FILES_LIVE)
    sign_ins.forget(conn, now)
    return emptied.rowcount + dropped.rowcount


def forget_talks(conn: Connection, business_id: int, before: datetime) -> int:
    """
    Drop what was said in a salon before a moment, some of it at a time; how many messages went.

    Their files, the traces of turns, what was asked, hand-offs that are over and
    what the salon's people were told of go with them.  Client, visits and
    consents stay.
    """
    old = select(messages.c.id).where(
        messages.c.business_id == business_id, messages.c.created_at < before
    )
    conn.execute(
        delete(files).where(files.c.business_id == business_id, files.c.message_id.in_(old))
    )
    gone = said.forget(conn, business_id, before, TALKS_AT_ONCE)
    for table, at in (
        (turns, turns.c.at),
        (handoffs, handoffs.c.ended_at),
        (questions, func.coalesce(questions.c.answered_at, questions.c.asked_at)),
        (owner_messages, owner_messages.c.created_at),
        (notices, notices.c.created_at),
    ):
        conn.execute(delete(table).where(table.c.business_id == business_id, at < before))
    return gone
