"""
Updates of the Bot API to plain items.  https://core.telegram.org/bots/api#update

Nothing in an update names the bot that received it, so items carry an empty
account: the door through which the update came has proven whose it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from beautybot.channels.base import (
    Edited,
    Identity,
    IdentityKind,
    Ignored,
    Inbound,
    InboundMessage,
    Kind,
    Reachability,
)
from beautybot.channels.telegram import business
from beautybot.channels.telegram.messages import content, moment, name_of, number
from beautybot.kit.foreign import decoded

ALLOWED = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
)


class _Numbered(msgspec.Struct):
    update_id: int


class _From(msgspec.Struct):
    id: int


class _Said(msgspec.Struct):
    from_: _From | None = msgspec.field(name="from", default=None)


class _Sent(msgspec.Struct):
    message: _Said | None = None
    edited_message: _Said | None = None
    callback_query: _Said | None = None
    business_message: _Said | None = None
    edited_business_message: _Said | None = None


_SENT = msgspec.json.Decoder(_Sent)
_NUMBER = msgspec.json.Decoder(_Numbered)


def update_id(body: bytes) -> int | None:
    """The update's own number, without reading the rest; None if it has none."""
    try:
        return _NUMBER.decode(body).update_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None


def sender(body: bytes) -> str | None:
    """Who wrote an update, without reading the rest; None where nobody did."""
    try:
        sent = _SENT.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None
    said = (
        sent.message
        or sent.edited_message
        or sent.callback_query
        or sent.business_message
        or sent.edited_business_message
    )
    return str(said.from_.id) if said and said.from_ else None


def parse(body: bytes, received_at: datetime) -> list[Inbound]:
    """The items of one update; what is not understood comes back as Ignored."""
    update = decoded(body)
    if not isinstance(update, dict):
        return [Ignored("not an update")]
    items: list[Inbound] = []
    for kind, read in _READERS.items():
        value = update.get(kind)
        if isinstance(value, dict):
            try:
                items += read(value, received_at)
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
                items.append(Ignored(f"odd {kind}: {type(error).__name__}", ""))
    return items or [Ignored("an update of a kind we did not ask for", "")]


def _message(item: dict[str, Any], received_at: datetime) -> list[Inbound]:
    chat, sender = item["chat"], item.get("from")
    if chat.get("type") != "private" or not isinstance(sender, dict) or "sender_chat" in item:
        return [Ignored("not a private chat", "")]
    if sender.get("is_bot"):
        return [Ignored("another bot", "")]
    kind, text, payload = content(item, sender)
    if kind is None:
        return [Ignored("a service message", "")]
    phone = payload.get("phone") if payload.get("own") else None
    thread = item.get("message_thread_id")
    return [
        InboundMessage(
            account="",
            external_id=f"{number(chat['id'])}:{number(item['message_id'])}",
            address=str(number(chat["id"])),
            identities=_known_as(sender, phone),
            kind=kind,
            text=text,
            sent_at=moment(item.get("date"), received_at),
            name=name_of(sender),
            phone=phone,
            payload=payload,
            wants_turn=_is_said(kind, text),
            answers_at_once=kind is Kind.START,
            reply_with={"thread": number(thread)} if thread else {},
        )
    ]


def _known_as(sender: dict[str, Any], phone: str | None) -> tuple[Identity, ...]:
    """The account; a phone that Telegram says is its own makes one person of two messengers."""
    who = Identity(IdentityKind.TG_USER, str(number(sender["id"])))
    return (who, Identity(IdentityKind.WA_PHONE, phone[1:])) if phone else (who,)


def _is_said(kind: Kind, text: str) -> bool:
    return kind is not Kind.OTHER and (kind is not Kind.TEXT or bool(text.strip()))


def _edited(item: dict[str, Any], _received_at: datetime) -> list[Inbound]:
    if item["chat"].get("type") != "private":
        return [Ignored("not a private chat", "")]
    external_id = f"{number(item['chat']['id'])}:{number(item['message_id'])}"
    return [Edited("", external_id, str(item.get("text") or item.get("caption") or ""))]


def _press(item: dict[str, Any], received_at: datetime) -> list[Inbound]:
    """A tap; `message` may be missing, inaccessible, or in the owner's own account."""
    sender = item["from"]
    message = item.get("message")
    message = message if isinstance(message, dict) else {}
    chat = message.get("chat")
    if isinstance(chat, dict) and chat.get("type") not in (None, "private"):
        return [Ignored("not a private chat", "")]
    query = str(item["id"])[:120]
    payload: dict[str, Any] = {"id": str(item.get("data") or "")[:64], "callback": query}
    if message.get("message_id"):
        payload["on"] = number(message["message_id"])
    where = chat["id"] if isinstance(chat, dict) and "id" in chat else sender["id"]
    link = message.get("business_connection_id")
    return [
        InboundMessage(
            account="",
            external_id=f"cb:{query}",
            address=str(number(where)),
            identities=(Identity(IdentityKind.TG_USER, str(number(sender["id"]))),),
            kind=Kind.PRESS,
            text="",
            sent_at=received_at,
            name=name_of(sender),
            payload=payload,
            answers_at_once=True,
            reply_with={"link": business.link_of(link)} if link else {},
        )
    ]


def _member(item: dict[str, Any], _received_at: datetime) -> list[Inbound]:
    if item["chat"].get("type") != "private":
        return [Ignored("not a private chat", "")]
    status = item["new_chat_member"].get("status")
    address = str(number(item["chat"]["id"]))
    return [Reachability("", address, status not in ("kicked", "left"))]


_READERS: Mapping[str, Callable[[dict[str, Any], datetime], list[Inbound]]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _press,
    "my_chat_member": _member,
    "business_connection": business.connection,
    "business_message": business.message,
    "edited_business_message": business.edited,
    "deleted_business_messages": business.deleted,
}
