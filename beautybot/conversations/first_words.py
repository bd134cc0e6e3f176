"""What we wrote of first (a reminder, a freed time, an invitation), as the client answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from beautybot.conversations.models import messages

BUTTONS = ("r:", "w:", "a:")
"""How their buttons begin: they work also where the agent is silent."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The last message of ours that the client can have seen, by its author and first button."""

    author: str
    reference: str


def before(
    conn: Connection, business_id: int, conversation_id: int, said: Sequence[Row[Any]]
) -> Spoken | None:
    """What we said last before these messages of the client."""
    if not said:
        return None
    values = {
        "business": business_id,
        "conversation": conversation_id,
        "first": min(m.id for m in said),
    }
    row = conn.execute(_LAST, values).first()
    if row is None:
        return None
    buttons = row.payload.get("buttons") or [[""]]
    return Spoken(row.author, str(buttons[0][0]))


_LAST = (
    select(messages.c.author, messages.c.payload)
    .where(
        messages.c.business_id == bindparam("business"),
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.direction == "outbound",
        messages.c.status.in_(("sent", "delivered", "read")),
        messages.c.id < bindparam("first"),
    )
    .order_by(messages.c.id.desc())
    .limit(1)
)
