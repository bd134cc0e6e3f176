"""What clients did not get: for the salon to see, and to tell them otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from beautybot.conversations.models import clients, conversations, messages


@dataclass(frozen=True, slots=True)
class Lost:
    """One message that did not arrive, or of which nobody knows."""

    conversation_id: int
    name: str | None
    address: str
    text: str
    at: datetime


def lately(conn: Connection, business_id: int, since: datetime, *, limit: int = 5) -> list[Lost]:
    """The newest messages of ours that failed since a moment, newest first."""
    rows = conn.execute(
        select(
            messages.c.conversation_id,
            messages.c.text,
            messages.c.created_at,
            clients.c.name,
            conversations.c.address,
        )
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .join(clients, clients.c.id == conversations.c.client_id)
        .where(
            messages.c.business_id == business_id,
            conversations.c.business_id == business_id,
            clients.c.business_id == business_id,
            conversations.c.last_message_at >= since,
            messages.c.direction == "outbound",
            messages.c.created_at >= since,
            messages.c.status.in_(("failed", "ambiguous")),
        )
        .order_by(messages.c.id.desc())
        .limit(limit)
    )
    return [Lost(r.conversation_id, r.name, r.address, r.text, r.created_at) for r in rows]
