"""
The outbox: what must leave the house, in order, and what becomes of it.

A row lives until its message is settled.  Before the call to the channel it is
marked `sending`; a row that is found so again was interrupted, and nobody knows
whether the client has the message.  Then weight decides: a booking's
confirmation goes again (it shows the booking's number), small talk does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, select, update

from beautybot.businesses import credentials
from beautybot.businesses.models import businesses, channel_accounts
from beautybot.channels.base import Account, Button, Outbound
from beautybot.conversations import handoff, messages as talk
from beautybot.conversations.models import clients, conversations, messages, outbox
from beautybot.kit.crypto import Keyring
from beautybot.kit.db import across_salons
from beautybot.kit.leases import claim

# https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages
WHATSAPP_WINDOW = timedelta(hours=24)


class Weight(StrEnum):
    """How much a message matters when it is not clear whether it arrived."""

    TALK = "talk"
    CONFIRMATION = "confirmation"
    REMINDER = "reminder"
    PERSON = "person"


LIVES = {
    Weight.TALK: timedelta(hours=2),
    Weight.CONFIRMATION: timedelta(hours=20),
    Weight.REMINDER: timedelta(hours=3),
    Weight.PERSON: timedelta(hours=20),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to put: plain text, what can be pressed, how much it matters."""

    text: str
    buttons: tuple[Button, ...] = ()
    ask_contact: bool = False
    weight: Weight = Weight.TALK
    author: str = "agent"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A claimed message, ready to be sent; `dropped` says why it must not be, if it must not."""

    outbox_id: int
    lease: int
    attempts: int
    business_id: int
    conversation_id: int
    message_id: int
    account_id: int
    channel: str
    weight: Weight
    account: Account
    message: Outbound
    parts_sent: int


class Dropped(StrEnum):
    """Why a message is not sent after all."""

    PERSON_ANSWERS = "person_answers"
    AGENT_OFF = "agent_off"
    UNREACHABLE = "unreachable"
    EXPIRED = "expired"
    WINDOW_CLOSED = "window_closed"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Drop:
    """A message that was settled without sending."""

    business_id: int
    conversation_id: int
    message_id: int
    weight: Weight
    why: str


def put(
    conn: Connection,
    *,
    business_id: int,
    conversation_id: int,
    account_id: int,
    draft: Draft,
    now: datetime,
    turn_id: int | None = None,
) -> int:
    """Store a message and make it due; its id."""
    message_id = talk.keep_outbound(
        conn,
        business_id=business_id,
        conversation_id=conversation_id,
        account_id=account_id,
        author=draft.author,
        text=draft.text,
        payload={
            "buttons": [[b.id, b.title, b.description] for b in draft.buttons],
            "ask_contact": draft.ask_contact,
        },
        turn_id=turn_id,
        now=now,
    )
    conn.execute(
        insert(outbox).values(
            business_id=business_id,
            conversation_id=conversation_id,
            message_id=message_id,
            account_id=account_id,
            weight=draft.weight,
            created_at=now,
            due_at=now,
            expires_at=now + LIVES[draft.weight],
        )
    )
    return message_id


def take(
    conn: Connection, keyring: Keyring, now: datetime, worker: str, limit: int
) -> tuple[list[Envelope], list[Drop]]:
    """
    Claim what is due, the first of each conversation, and mark it `sending`.

    Whatever must not be sent any more is settled here and comes back as a Drop.
    """
    first = outbox.alias("earlier")
    rows = claim(
        conn,
        outbox,
        now,
        worker,
        limit=limit,
        where=(
            ~exists(
                select(first.c.id).where(
                    first.c.business_id == outbox.c.business_id,
                    first.c.conversation_id == outbox.c.conversation_id,
                    first.c.id < outbox.c.id,
                )
            ),
            ~exists(
                select(channel_accounts.c.id).where(
                    channel_accounts.c.business_id == outbox.c.business_id,
                    channel_accounts.c.id == outbox.c.account_id,
                    channel_accounts.c.stopped_at.is_not(None),
                )
            ),
        ),
    )
    envelopes: list[Envelope] = []
    drops: list[Drop] = []
    opened: dict[int, dict[str, str]] = {}
    for row in rows:
        message = _message_of(conn, row)
        why = _why_not(conn, row, message, now)
        if why is not None:
            drop(conn, row.business_id, row.id, row.message_id, why)
            drops.append(
                Drop(row.business_id, row.conversation_id, row.message_id, Weight(row.weight), why)
            )
            continue
        if row.account_id not in opened:
            opened[row.account_id] = credentials.of_account(
                conn, keyring, row.business_id, row.account_id
            )
        envelopes.append(_envelope(row, message, opened[row.account_id]))
    if envelopes:
        conn.execute(
            across_salons(
                update(outbox)
                .where(outbox.c.id.in_([e.outbox_id for e in envelopes]))
                .values(state="sending")
            )
        )
    return envelopes, drops


def drop(conn: Connection, business_id: int, outbox_id: int, message_id: int, why: str) -> None:
    """Settle a message without sending it."""
    status = "ambiguous" if why == Dropped.AMBIGUOUS else "dropped"
    talk.mark(conn, business_id, message_id, status=status, problem=why)
    remove(conn, business_id, outbox_id)


def remove(conn: Connection, business_id: int, outbox_id: int) -> None:
    """Forget a row whose message is settled."""
    conn.execute(
        delete(outbox).where(outbox.c.business_id == business_id, outbox.c.id == outbox_id)
    )


def _message_of(conn: Connection, row: Any) -> Any:
    return conn.execute(
        select(
            messages.c.text,
            messages.c.author,
            messages.c.payload,
            messages.c.created_at,
            conversations.c.address,
            conversations.c.last_inbound_at,
            conversations.c.unreachable_at,
            channel_accounts.c.channel,
            channel_accounts.c.external_id,
            channel_accounts.c.details,
            businesses.c.ai_agent_enabled,
            clients.c.opted_out_at,
        )
        .join(conversations, conversations.c.id == messages.c.conversation_id)
        .join(channel_accounts, channel_accounts.c.id == conversations.c.account_id)
        .join(clients, clients.c.id == conversations.c.client_id)
        .join(businesses, businesses.c.id == messages.c.business_id)
        .where(
            messages.c.business_id == row.business_id,
            conversations.c.business_id == row.business_id,
            channel_accounts.c.business_id == row.business_id,
            clients.c.business_id == row.business_id,
            messages.c.id == row.message_id,
        )
    ).one()


def _why_not(conn: Connection, row: Any, message: Any, now: datetime) -> Dropped | None:
    """Why a message that was fine when it was written must not be sent now."""
    if message.unreachable_at is not None:
        return Dropped.UNREACHABLE
    if row.expires_at is not None and row.expires_at <= now:
        return Dropped.EXPIRED
    if message.author == "agent":
        taken = handoff.current(conn, row.business_id, row.conversation_id, now)
        if taken is not None and taken.since > message.created_at:
            return Dropped.PERSON_ANSWERS
        if not message.ai_agent_enabled:
            return Dropped.AGENT_OFF
    if row.state == "sending" and row.weight == Weight.TALK:
        return Dropped.AMBIGUOUS
    last = message.last_inbound_at
    if message.channel == "whatsapp" and (last is None or now >= last + WHATSAPP_WINDOW):
        return Dropped.WINDOW_CLOSED
    return None


def _envelope(row: Any, message: Any, secrets: Mapping[str, str]) -> Envelope:
    payload = message.payload
    return Envelope(
        outbox_id=row.id,
        lease=row.lease,
        attempts=row.attempts,
        business_id=row.business_id,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        account_id=row.account_id,
        channel=message.channel,
        weight=Weight(row.weight),
        account=Account(message.external_id, secrets, message.details),
        message=Outbound(
            address=message.address,
            text=message.text,
            reference=str(row.message_id),
            buttons=tuple(Button(*b) for b in payload.get("buttons", ())),
            ask_contact=payload.get("ask_contact", False),
        ),
        parts_sent=payload.get("parts_sent", 0),
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits to be sent, and since when."""

    count: int
    oldest: datetime | None


def waiting(conn: Connection) -> Waiting:
    """What waits in the outbox of every salon."""
    count, oldest = conn.execute(
        across_salons(select(func.count(), func.min(outbox.c.created_at)))
    ).one()
    return Waiting(count, oldest)


def silence(conn: Connection, business_id: int, conversation_id: int) -> int:
    """A person took over: what the agent still had in the outbox is not sent."""
    rows: Sequence[Any] = conn.execute(
        select(outbox.c.id, outbox.c.message_id)
        .join(messages, messages.c.id == outbox.c.message_id)
        .where(
            and_(
                outbox.c.business_id == business_id,
                messages.c.business_id == business_id,
                outbox.c.conversation_id == conversation_id,
                outbox.c.state == "queued",
                messages.c.author == "agent",
            )
        )
    ).all()
    for row in rows:
        drop(conn, business_id, row.id, row.message_id, Dropped.PERSON_ANSWERS)
    return len(rows)
