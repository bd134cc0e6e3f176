"""
A bot inside the owner's own Telegram account.

https://core.telegram.org/bots/api#businessconnection

The client writes to the owner, the bot answers in the owner's name.  Where the
owner writes herself, it must be silent.  A private chat has its client's id, so
whoever writes there with another id is the owner.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from beautybot.channels.base import (
    Echo,
    Edited,
    Identity,
    IdentityKind,
    Ignored,
    Inbound,
    InboundMessage,
    Kind,
    OwnersAccount,
)
from beautybot.channels.telegram.messages import content, moment, name_of, number


def connection(item: dict[str, Any], _received_at: datetime) -> list[Inbound]:
    """
    The owner let the bot in, changed what it may do, or took it out.

    `rights` stands since API 9.0 for the older `can_reply`.
    """
    rights = item.get("rights")
    may = rights.get("can_reply") if isinstance(rights, dict) else item.get("can_reply")
    answers = item.get("is_enabled") is True and may is True
    owner = str(number(item["user"]["id"]))
    return [OwnersAccount("", link_of(item["id"]), owner, answers)]


def message(item: dict[str, Any], received_at: datetime) -> list[Inbound]:
    """A client's message is answered through its link; the owner's own is an echo."""
    if item.get("sender_business_bot"):
        return [Ignored("our own echo", "")]
    if not item.get("business_connection_id") or item["chat"].get("type") != "private":
        return [Ignored("a business message without a connection", "")]
    link, sender = link_of(item["business_connection_id"]), item["from"]
    client = str(number(item["chat"]["id"]))
    known_as = (Identity(IdentityKind.TG_USER, client),)
    external_id = _id(link, client, item["message_id"])
    sent_at = moment(item.get("date"), received_at)
    kind, text, payload = content(item, sender)
    if str(number(sender["id"])) != client:
        return [Echo("", external_id, client, known_as, text, sent_at)]
    if kind is None or sender.get("is_bot"):
        return [Ignored("a service message", "")]
    return [
        InboundMessage(
            account="",
            external_id=external_id,
            address=client,
            identities=known_as,
            kind=kind,
            text=text,
            sent_at=sent_at,
            name=name_of(sender),
            payload=payload,
            wants_turn=kind is not Kind.TEXT or bool(text.strip()),
            reply_with={"link": link},
        )
    ]


def edited(item: dict[str, Any], _received_at: datetime) -> list[Inbound]:
    """Other words for an earlier message."""
    text = str(item.get("text") or item.get("caption") or "")
    link, client = link_of(item["business_connection_id"]), str(number(item["chat"]["id"]))
    return [Edited("", _id(link, client, item["message_id"]), text)]


def deleted(item: dict[str, Any], _received_at: datetime) -> list[Inbound]:
    """Messages that were taken back."""
    link, client = link_of(item["business_connection_id"]), str(number(item["chat"]["id"]))
    gone = item.get("message_ids")
    numbers = gone[:100] if isinstance(gone, list) else []
    return [Edited("", _id(link, client, one), None) for one in numbers]


def link_of(value: Any) -> str:
    """The id of a connection; ValueError."""
    if not isinstance(value, str) or not 0 < len(value) <= 100:
        raise ValueError("not a connection")
    return value


def _id(link: str, client: str, message_id: Any) -> str:
    """Message numbers are each account's own, so the connection belongs to the id."""
    return f"{link}:{client}:{number(message_id)}"
