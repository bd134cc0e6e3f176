"""
Updates of the Bot API to plain items.  https://core.telegram.org/bots/api#update

Nothing in an update names the bot that received it, so items carry an empty
account: the door through which the update came has proven whose it is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from beautybot.channels.base import (
    Echo,
    Edited,
    Identity,
    IdentityKind,
    Ignored,
    Inbound,
    InboundMessage,
    Kind,
    Reachability,
)
from beautybot.kit.clock import from_epoch

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
_MEDIA = {
    "photo": Kind.PHOTO,
    "video": Kind.VIDEO,
    "animation": Kind.VIDEO,
    "voice": Kind.VOICE,
    "audio": Kind.VOICE,
    "video_note": Kind.VOICE,
    "document": Kind.DOCUMENT,
    "sticker": Kind.STICKER,
    "location": Kind.LOCATION,
    "venue": Kind.LOCATION,
}
_POLITE_ONCE = ("dice", "story", "poll", "web_app_data", "game", "paid_media", "checklist")


class _Numbered(msgspec.Struct):
    update_id: int


_NUMBER = msgspec.json.Decoder(_Numbered)


def update_id(body: bytes) -> int | None:
    """The update's own number, without reading the rest; None if it has none."""
    try:
        return _NUMBER.decode(body).update_id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None


def parse(body: bytes, received_at: datetime) -> list[Inbound]:
    """The items of one update; what is not understood comes back as Ignored."""
    try:
        update = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return [Ignored("not JSON")]
    if not isinstance(update, dict):
        return [Ignored("not an update")]
    items: list[Inbound] = []
    for kind, read in _READERS.items():
        value = update.get(kind)
        if isinstance(value, dict):
            try:
                items.append(read(value, received_at))
            except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
                items.append(Ignored(f"odd {kind}: {type(error).__name__}", ""))
    return items or [Ignored("an update of a kind we did not ask for", "")]


def _message(item: dict[str, Any], received_at: datetime) -> Inbound:
    chat, sender = item["chat"], item.get("from")
    if chat.get("type") != "private" or not isinstance(sender, dict) or "sender_chat" in item:
        return Ignored("not a private chat", "")
    if sender.get("is_bot"):
        return Ignored("another bot", "")
    kind, text, payload = _content(item, sender)
    if kind is None:
        return Ignored("a service message", "")
    if item.get("media_group_id"):
        payload["album"] = str(item["media_group_id"])
    if item.get("message_thread_id"):
        payload["thread"] = int(item["message_thread_id"])
    phone = payload.get("phone") if payload.get("own") else None
    return InboundMessage(
        account="",
        external_id=f"{int(chat['id'])}:{int(item['message_id'])}",
        address=str(int(chat["id"])),
        identities=(Identity(IdentityKind.TG_USER, str(int(sender["id"]))),),
        kind=kind,
        text=text,
        sent_at=_moment(item.get("date"), received_at),
        name=_name(sender),
        phone=phone,
        payload=payload,
        wants_turn=kind is not Kind.OTHER,
        answers_at_once=kind is Kind.START,
    )


def _content(
    item: dict[str, Any], sender: dict[str, Any]
) -> tuple[Kind | None, str, dict[str, Any]]:
    text = item.get("text")
    if isinstance(text, str):
        return _text(text)
    if isinstance(contact := item.get("contact"), dict):
        return _contact(contact, sender)
    for key, kind in _MEDIA.items():
        if item.get(key):
            return kind, str(item.get("caption") or ""), _media(item[key])
    if any(key in item for key in _POLITE_ONCE):
        return Kind.UNSUPPORTED, "", {}
    return None, "", {}


def _text(text: str) -> tuple[Kind, str, dict[str, Any]]:
    command, _, rest = text.partition(" ")
    name = command.partition("@")[0]
    if name == "/start":
        return Kind.START, "", {"param": rest.strip()[:64]}
    return Kind.TEXT, text, {}


def _contact(contact: dict[str, Any], sender: dict[str, Any]) -> tuple[Kind, str, dict[str, Any]]:
    """The client's own phone only if Telegram says that the card is the sender's."""
    digits = "".join(c for c in str(contact.get("phone_number", "")) if c in "0123456789")
    own = contact.get("user_id") is not None and contact.get("user_id") == sender.get("id")
    return Kind.CONTACT, "", {"phone": f"+{digits}" if digits else None, "own": own}


def _media(value: Any) -> dict[str, Any]:
    best = value[-1] if isinstance(value, list) else value
    keys = ("file_id", "file_unique_id", "mime_type", "file_size", "duration")
    return {k: best.get(k) for k in keys if best.get(k) is not None}


def _edited(item: dict[str, Any], _received_at: datetime) -> Inbound:
    if item["chat"].get("type") != "private":
        return Ignored("not a private chat", "")
    external_id = f"{int(item['chat']['id'])}:{int(item['message_id'])}"
    return Edited("", external_id, str(item.get("text") or item.get("caption") or ""))


def _press(item: dict[str, Any], received_at: datetime) -> Inbound:
    sender = item["from"]
    message = item.get("message")
    chat = message.get("chat") if isinstance(message, dict) else None
    if isinstance(chat, dict) and chat.get("type") not in (None, "private"):
        return Ignored("not a private chat", "")
    payload: dict[str, Any] = {"id": str(item.get("data", ""))[:64], "callback": str(item["id"])}
    if isinstance(message, dict) and message.get("message_id"):
        payload["on"] = int(message["message_id"])
    return InboundMessage(
        account="",
        external_id=f"cb:{item['id']}",
        address=str(int(chat["id"] if isinstance(chat, dict) and "id" in chat else sender["id"])),
        identities=(Identity(IdentityKind.TG_USER, str(int(sender["id"]))),),
        kind=Kind.PRESS,
        text="",
        sent_at=received_at,
        name=_name(sender),
        payload=payload,
        answers_at_once=True,
    )


def _member(item: dict[str, Any], _received_at: datetime) -> Inbound:
    if item["chat"].get("type") != "private":
        return Ignored("not a private chat", "")
    status = item["new_chat_member"].get("status")
    return Reachability("", str(int(item["chat"]["id"])), status not in ("kicked", "left"))


def _business(item: dict[str, Any], received_at: datetime) -> Inbound:
    """A message in the owner's own account: hers is an echo; a client's is not ours yet."""
    if item.get("sender_business_bot"):
        return Ignored("our own echo", "")
    chat, sender = item["chat"], item["from"]
    if sender.get("id") == chat.get("id"):
        return Ignored("a business chat that is not connected", "")
    return Echo(
        account="",
        external_id=f"business:{int(chat['id'])}:{int(item['message_id'])}",
        address=str(int(chat["id"])),
        identities=(Identity(IdentityKind.TG_USER, str(int(chat["id"]))),),
        text=str(item.get("text") or item.get("caption") or ""),
        sent_at=_moment(item.get("date"), received_at),
    )


_READERS = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _press,
    "my_chat_member": _member,
    "business_message": _business,
}


def _moment(stamp: Any, received_at: datetime) -> datetime:
    if not isinstance(stamp, int):
        return received_at
    try:
        return min(from_epoch(stamp), received_at)
    except ValueError:
        return received_at


def _name(sender: dict[str, Any]) -> str | None:
    name = " ".join(str(sender[k]) for k in ("first_name", "last_name") if sender.get(k))
    return name or None
