"""What is not kept for ever: the bytes of deliveries, clients' files, sign-ins that are over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, update

from beautybot.businesses import sign_ins
from beautybot.conversations import attachments
from beautybot.conversations.models import early_receipts, inbound_events
from beautybot.kit.db import across_salons

BYTES_LIVE = timedelta(days=30)
KEYS_LIVE = timedelta(days=90)  # WhatsApp repeats a delivery for seven days at most
RECEIPTS_LIVE = timedelta(days=7)
FILES_LIVE = timedelta(days=180)


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
