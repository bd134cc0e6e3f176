"""
What cannot leave by its own channel and matters: another one of the same client takes it.

Only what is certain not to have arrived goes another way, so nothing is said
twice.  Another channel is one where this client has agreed to be written to.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, or_, select

from beautybot.businesses import salons
from beautybot.businesses.models import channel_accounts
from beautybot.businesses.salons import Consent
from beautybot.channels.base import Button
from beautybot.conversations import consents, outbox, routes
from beautybot.conversations.envelope import Dropped, Sending, Weight
from beautybot.conversations.models import conversations, messages, outbox as outbox_table
from beautybot.conversations.outbox import Draft, Drop
from beautybot.conversations.routes import Route
from beautybot.kit.db import across_salons

# A channel that is silent for so long is not waited for by what matters.
PATIENCE = timedelta(minutes=10)
IMPORTANT = (Weight.CONFIRMATION, Weight.REMINDER)
MOST = 100


def around(conn: Connection, now: datetime) -> tuple[int, list[Drop]]:
    """
    Look at what is stuck: how many messages went another way, and those that were given up.

    Stuck is what waits behind a stopped account, or for longer than `PATIENCE`.
    """
    moved, drops = 0, []
    for row in conn.execute(_STUCK, {"before": now - PATIENCE, "most": MOST}).all():
        if row.expires_at is not None and row.expires_at <= now:
            outbox.drop(conn, row.business_id, row.id, row.message_id, Dropped.EXPIRED)
            drops.append(_drop(row))
        elif row.weight in IMPORTANT and another_way(conn, _drop(row), now):
            outbox.drop(conn, row.business_id, row.id, row.message_id, Dropped.ANOTHER_WAY)
            moved += 1
    return moved, drops


def another_way(conn: Connection, lost: Drop, now: datetime) -> bool:
    """Say the same by another open channel of this client; False if there is none."""
    if lost.weight not in IMPORTANT:
        return False
    row = conn.execute(_SAID, {"business": lost.business_id, "message": lost.message_id}).one()
    if "instead_of" in row.payload:  # this one came another way itself
        return False
    route = _route(conn, lost.business_id, row, now)
    if route is None:
        return False
    outbox.put(
        conn,
        business_id=lost.business_id,
        conversation_id=route.conversation_id,
        account_id=route.account_id,
        draft=Draft(
            row.text,
            buttons=tuple(Button(*kept) for kept in row.payload.get("buttons", ())),
            weight=lost.weight,
            author="system",
            instead_of=lost.message_id,
        ),
        now=now,
    )
    return True


def _route(conn: Connection, business_id: int, row: Any, now: datetime) -> Route | None:
    route = routes.open_for(conn, business_id, row.client_id, now, besides=row.account_id)
    if route is None or route.needs_template:
        return None
    strict = salons.get(conn, business_id).settings.consent is Consent.REQUIRED
    if strict and not consents.has_on(conn, business_id, row.client_id, route.channel):
        return None
    return route


_STUCK: Any = across_salons(
    select(outbox_table)
    .join(channel_accounts, channel_accounts.c.id == outbox_table.c.account_id)
    .where(
        outbox_table.c.state == Sending.QUEUED,
        outbox_table.c.doubts == 0,
        or_(
            channel_accounts.c.stopped_at.is_not(None),
            outbox_table.c.created_at < bindparam("before", type_=outbox_table.c.created_at.type),
        ),
    )
    .order_by(outbox_table.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True, of=outbox_table)
)
_SAID: Any = (
    select(messages.c.text, messages.c.payload, messages.c.account_id, conversations.c.client_id)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        messages.c.business_id == bindparam("business"),
        conversations.c.business_id == bindparam("business"),
        messages.c.id == bindparam("message"),
    )
)


def _drop(row: Any) -> Drop:
    return Drop(
        row.business_id, row.conversation_id, row.message_id, Weight(row.weight), Dropped.EXPIRED
    )
