"""Where a client can be written to first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from beautybot.businesses.models import channel_accounts
from beautybot.conversations import clients, openings
from beautybot.conversations.envelope import WHATSAPP_WINDOW
from beautybot.conversations.models import conversations
from beautybot.conversations.openings import Opening


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
    opening: Opening = Opening.REMINDER,
) -> Route | None:
    """
    The best way to reach a client now; None if every one is closed.

    What is open without a template comes first, then the one used last.
    `besides` is an account that is known not to work just now.  `opening`
    says which of the salon's approved templates may be used.
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
        approved = openings.template_of(row.details, opening)
        if not closed or approved:
            found.append(Route(row.id, row.account_id, row.channel, closed, approved))
    return min(found, key=lambda route: route.needs_template, default=None)
