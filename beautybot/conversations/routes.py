"""Where a client can be written to first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from beautybot.businesses.models import channel_accounts
from beautybot.conversations import clients
from beautybot.conversations.envelope import WHATSAPP_WINDOW
from beautybot.conversations.models import conversations

REMINDER = "reminder_template"
TEMPLATE = "visit_reminder"
"""The template of ours that opens a closed window; date, hour, services and salon go into it."""


@dataclass(frozen=True, slots=True)
class Route:
    """A conversation that can take a message of ours, by an approved template if need be."""

    conversation_id: int
    account_id: int
    channel: str
    needs_template: bool
    template: str | None


def open_for(
    conn: Connection,
    business_id: int,
    client_id: int,
    now: datetime,
    *,
    besides: int = 0,
    template: str = REMINDER,
) -> Route | None:
    """
    The best way to reach a client now; None if every one is closed.

    What is open without a template comes first, then the one used last.
    `besides` is an account that is known not to work just now.  `template`
    is where an account's details name the approved one for this purpose.
    """
    theirs = clients.everything_of(conn, business_id, client_id)
    if clients.get(conn, business_id, theirs[0]).opted_out:
        return None
    rows = conn.execute(
        select(conversations, channel_accounts.c.channel, channel_accounts.c.details)
        .join(channel_accounts, channel_accounts.c.id == conversations.c.account_id)
        .where(
            conversations.c.business_id == business_id,
            channel_accounts.c.business_id == business_id,
            conversations.c.client_id.in_(theirs),
            conversations.c.unreachable_at.is_(None),
            channel_accounts.c.stopped_at.is_(None),
            channel_accounts.c.id != besides,
        )
        .order_by(conversations.c.last_inbound_at.desc())
    ).all()
    found: list[Route] = []
    for row in rows:
        last = row.last_inbound_at
        closed = row.channel == "whatsapp" and (last is None or now >= last + WHATSAPP_WINDOW)
        approved = template_of(row.details, template)
        if not closed or approved:
            found.append(Route(row.id, row.account_id, row.channel, closed, approved))
    return min(found, key=lambda route: route.needs_template, default=None)


def template_of(details: Mapping[str, Any], purpose: str = REMINDER) -> str | None:
    """The template that may open a closed window of this account; None while Meta refuses it."""
    known = details.get("templates")
    decided = known if isinstance(known, dict) else {}
    named = details.get(purpose)
    if isinstance(named, str) and decided.get(named, "APPROVED") == "APPROVED":
        return named
    ours = purpose == REMINDER and decided.get(TEMPLATE) == "APPROVED"
    return TEMPLATE if ours else None
