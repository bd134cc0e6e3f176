"""
How fast one client may be written to, kept before the messenger complains.

WhatsApp lets a number send one client a message every six seconds; a burst of
45 is borrowed from the time that follows.  Telegram asks not to count for it:
there only its own "retry after" is obeyed.
https://developers.facebook.com/docs/whatsapp/cloud-api/overview#throughput
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select

from beautybot.conversations.models import messages

BURST = 40  # of 45: what the owner writes from the phone counts too
EVERY = timedelta(seconds=6)


def wait(conn: Connection, row: Any, message: Any, now: datetime) -> timedelta | None:
    """How long a message of the outbox must wait for its client's sake; None if it may go."""
    if message.channel != "whatsapp":
        return None
    given = {"business": row.business_id, "conversation": row.conversation_id}
    oldest: datetime | None = conn.execute(_BURST_AGO, given).scalar_one_or_none()
    if oldest is None:
        return None
    free = oldest + BURST * EVERY
    return max(free - now, timedelta(seconds=1)) if free > now else None


# When the message before the last burst went out; ids rise with time in a conversation.
_BURST_AGO = (
    select(messages.c.sent_at)
    .where(
        messages.c.business_id == bindparam("business"),
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.direction == "outbound",
        messages.c.status.in_(("sent", "delivered", "read", "ambiguous")),
    )
    .order_by(messages.c.id.desc())
    .limit(1)
    .offset(BURST - 1)
)
