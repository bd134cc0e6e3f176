"""One message on its way out: what is needed to send it, and why it may not be sent any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import convert
from sqlalchemy import Connection, bindparam, select

from beautybot.businesses.models import businesses, channel_accounts
from beautybot.channels.base import Account, Button, Outbound, Template
from beautybot.conversations import handoff
from beautybot.conversations.models import clients, conversations, messages

# https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages
WHATSAPP_WINDOW = timedelta(hours=24)


class Weight(StrEnum):
    """How much a message matters when it is not clear whether it arrived."""

    TALK = "talk"
    CONFIRMATION = "confirmation"
    REMINDER = "reminder"
    PERSON = "person"


class Sending(StrEnum):
    """Where a message is on its way out."""

    QUEUED = "queued"
    SENDING = "sending"  # a worker has it; found so again, that worker died
    UNANSWERED = "unanswered"  # the channel took it, or not: it did not say


# How often a message may be sent again when nobody knows whether it arrived: small talk
# never, a booking once.  Where the channel's status tells, once more.
MOST_DOUBTS = {
    Weight.TALK: 0,
    Weight.CONFIRMATION: 1,
    Weight.REMINDER: 1,
    Weight.PERSON: 1,
}
MOST_DEATHS = 5
"""Who died with it may never have called the channel: what matters is said at least once."""


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
    ANOTHER_WAY = "another_way"
    OUT_OF_DATE = "out_of_date"  # what it spoke of has changed since
    DIED = "died"  # whoever had it died, again and again


def loaded(conn: Connection, row: Any) -> Any:
    """What is known of an outbox row's message, its conversation, account, salon and client."""
    return conn.execute(_LOADED, {"business": row.business_id, "message": row.message_id}).one()


_BUSINESS: Any = bindparam("business")
_LOADED = (
    select(
        messages.c.text,
        messages.c.author,
        messages.c.payload,
        messages.c.created_at,
        conversations.c.address,
        conversations.c.reply_with,
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
        messages.c.business_id == _BUSINESS,
        conversations.c.business_id == _BUSINESS,
        channel_accounts.c.business_id == _BUSINESS,
        clients.c.business_id == _BUSINESS,
        messages.c.id == bindparam("message"),
    )
)


def why_not(conn: Connection, row: Any, message: Any, now: datetime) -> Dropped | None:
    """Why a message that was fine when it was written must not be sent now."""
    if message.unreachable_at is not None:
        return Dropped.UNREACHABLE
    if _window_closed(message, now):
        return Dropped.WINDOW_CLOSED
    if row.expires_at is not None and row.expires_at <= now:
        return Dropped.EXPIRED
    if message.author == "agent":
        taken = handoff.current(conn, row.business_id, row.conversation_id, now)
        if taken is not None and taken.since > message.created_at:
            return Dropped.PERSON_ANSWERS
        if not message.ai_agent_enabled:
            return Dropped.AGENT_OFF
    if row.state != Sending.QUEUED and row.doubts >= (most := _most_doubts(row, message.channel)):
        return Dropped.DIED if most == MOST_DEATHS else Dropped.AMBIGUOUS
    return None


def _most_doubts(row: Any, channel: str) -> int:
    """WhatsApp's status would have told us of what arrived: its silence says that it did not."""
    again, tells = MOST_DOUBTS[Weight(row.weight)], channel == "whatsapp"
    if row.state == Sending.SENDING and (again or tells):
        return MOST_DEATHS
    return again + tells


def _window_closed(message: Any, now: datetime) -> bool:
    last = message.last_inbound_at
    if message.channel != "whatsapp" or "template" in message.payload:
        return False
    return last is None or now >= last + WHATSAPP_WINDOW


def sealed(row: Any, message: Any, secrets: Mapping[str, str]) -> Envelope:
    """The envelope of a claimed row."""
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
            reply_with=message.reply_with,
            text=message.text,
            reference=str(row.message_id),
            buttons=tuple(Button(*b) for b in payload.get("buttons", ())),
            ask_contact=payload.get("ask_contact", False),
            template=convert(payload["template"], Template) if "template" in payload else None,
        ),
        parts_sent=payload.get("parts_sent", 0),
    )
