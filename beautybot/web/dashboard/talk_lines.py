"""A conversation as a line of a list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from beautybot.businesses.salons import Business
from beautybot.conversations.handoff import Handoff
from beautybot.conversations.talks import Talk
from beautybot.web.dashboard import telling
from beautybot.web.dashboard.telling import recent


def talk_row(talk: Talk, business: Business, now: datetime) -> dict[str, Any]:
    """A conversation as a line of the list."""
    summary = talk.summary
    at, author = summary.last_message_at, summary.last_author
    ours = {"client": "", "agent": "Агент: ", "system": "Напоминание: "}
    return {
        "id": summary.id,
        "name": summary.client_name or summary.client_address,
        "channel": telling.CHANNELS.get(summary.channel, summary.channel),
        "state": telling.STATES.get(summary.state, summary.state),
        "handoff": summary.handoff,
        "waits": waits(summary.handoff) or (summary.handoff is not None and author == "client"),
        "last": ours.get(author, "Вы: ") + (summary.last_text or "вложение"),
        "at": recent(at, business.zone, now) if at else "",
        "unread": talk.unread,
    }


def waits(handoff: Handoff | None) -> bool:
    """True for a hand-over that no person has taken yet."""
    if handoff is None or handoff.claimed_by is not None:
        return False
    return not handoff.by.startswith(("user:", "owner"))
