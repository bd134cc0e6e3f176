"""Events as Meta sends them: what a client said, what became of a message, what changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Content = Mapping[str, Any]
"""The part of a message that depends on its type, `type` included."""


@dataclass(frozen=True, slots=True)
class WaClient:
    """
    A person on WhatsApp.

    Without `wa_id` only the business-scoped id is shown to the salon, as for a
    client with a username who is not in its contact book.
    """

    wa_id: str | None
    name: str | None = "Ольга"
    user_id: str | None = None
    username: str | None = None

    @property
    def key(self) -> str:
        """What a reply is addressed to."""
        return self.wa_id or self.user_id or ""


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one entry; `account` is the WABA, `app_secret` signs it."""

    account: str
    field: str
    value: Mapping[str, Any]
    app_secret: str
    callback_url: str


def said_text(body: str, *, quoted: str | None = None) -> Content:
    """Plain words, perhaps in reply to an earlier message."""
    content: dict[str, Any] = {"type": "text", "text": {"body": body}}
    if quoted:
        content["context"] = {"id": quoted}
    return content


def pressed_button(reply_id: str, title: str, *, message_id: str = "") -> Content:
    """A tap on one of our reply buttons."""
    return _pressed("button_reply", {"id": reply_id, "title": title}, message_id)


def chose_row(row_id: str, title: str, description: str = "", *, message_id: str = "") -> Content:
    """A tap on a row of our list."""
    row = {"id": row_id, "title": title}
    if description:
        row["description"] = description
    return _pressed("list_reply", row, message_id)


def _pressed(kind: str, reply: Mapping[str, str], message_id: str) -> Content:
    content: dict[str, Any] = {"type": "interactive", "interactive": {"type": kind, kind: reply}}
    if message_id:
        content["context"] = {"id": message_id}
    return content


def pressed_template(payload: str, text: str) -> Content:
    """A tap on a quick reply of a template; it may lack its context."""
    return {"type": "button", "button": {"payload": payload, "text": text}}


def sent_media(
    kind: str, media_id: str, data: bytes, mime_type: str, *, caption: str = ""
) -> Content:
    """A photo, video, document, sticker or sound; a voice message is `audio` with `voice` true."""
    media: dict[str, Any] = {
        "mime_type": mime_type,
        "sha256": hashlib.sha256(data).hexdigest(),
        "id": media_id,
    }
    if caption:
        media["caption"] = caption
    if kind == "voice":
        return {"type": "audio", "audio": {**media, "voice": True}}
    return {"type": kind, kind: media}


def sent_contact(phone: str, name: str, *, own: bool) -> Content:
    """A contact card; `own` marks the answer to our request for the client's phone."""
    card = {
        "name": {"formatted_name": name, "first_name": name},
        "phones": [{"phone": phone, "wa_id": phone.lstrip("+"), "type": "CELL"}],
    }
    origin = "contact_request" if own else "other"
    return {"type": "contacts", "contacts": [card], "origin": origin}


def sent_location(latitude: float, longitude: float) -> Content:
    """A place."""
    return {"type": "location", "location": {"latitude": latitude, "longitude": longitude}}


def reacted(message_id: str, emoji: str = "") -> Content:
    """A reaction; without an emoji it is taken back."""
    reaction = {"message_id": message_id}
    if emoji:
        reaction["emoji"] = emoji
    return {"type": "reaction", "reaction": reaction}


def unreadable() -> Content:
    """Something the Cloud API cannot carry."""
    error = {
        "code": 131051,
        "title": "Message type unknown",
        "message": "Message type unknown",
        "error_data": {"details": "Message type is currently not supported."},
    }
    return {"type": "unsupported", "errors": [error]}


def edited(original_id: str, body: str) -> Content:
    """New words for an earlier message."""
    message = {"type": "text", "text": {"body": body}}
    return {"type": "edit", "edit": {"original_message_id": original_id, "message": message}}


def revoked(original_id: str) -> Content:
    """An earlier message taken back."""
    return {"type": "revoke", "revoke": {"original_message_id": original_id}}


def changed_number(old: str, new: str) -> Content:
    """Meta's own word that a client has a new number."""
    body = f"User A changed from {old} to {new}"
    system = {"body": body, "wa_id": new, "type": "user_changed_number"}
    return {"type": "system", "system": system}


def message_of(
    client: WaClient, message_id: str, timestamp: int, content: Content
) -> dict[str, Any]:
    """One entry of `messages[]`."""
    message: dict[str, Any] = {"id": message_id, "timestamp": str(timestamp), **content}
    if client.wa_id:
        message["from"] = client.wa_id
    if client.user_id:
        message["from_user_id"] = client.user_id
    return message


def echo_of(client: WaClient, message_id: str, timestamp: int, body: str) -> dict[str, Any]:
    """One entry of `message_echoes[]`: what the salon wrote from its own phone app."""
    echo = {"id": message_id, "timestamp": str(timestamp), "type": "text", "text": {"body": body}}
    if client.wa_id:
        return {**echo, "to": client.wa_id}
    return {**echo, "to_user_id": client.user_id}


def contact_of(client: WaClient) -> dict[str, Any]:
    """One entry of `contacts[]`."""
    contact: dict[str, Any] = {}
    profile = {"name": client.name, "username": client.username}
    if shown := {k: v for k, v in profile.items() if v}:
        contact["profile"] = shown
    if client.wa_id:
        contact["wa_id"] = client.wa_id
    if client.user_id:
        contact["user_id"] = client.user_id
    return contact


def status_of(
    client: WaClient,
    message_id: str,
    status: str,
    timestamp: int,
    *,
    reference: str | None = None,
    errors: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """One entry of `statuses[]`."""
    entry: dict[str, Any] = {"id": message_id, "status": status, "timestamp": str(timestamp)}
    if client.wa_id:
        entry["recipient_id"] = client.wa_id
    if client.user_id:
        entry["recipient_user_id"] = client.user_id
    if reference:
        entry["biz_opaque_callback_data"] = reference
    if errors:
        entry["errors"] = list(errors)
    elif status in ("sent", "delivered"):
        entry["pricing"] = {
            "billable": False,
            "pricing_model": "PMP",
            "type": "free_customer_service",
            "category": "service",
        }
    return entry


def envelope(events: Sequence[Event]) -> bytes:
    """
    One POST for several changes, as bytes ready to sign.

    Non-ASCII is escaped and so are slashes, as Meta does: a receiver that
    writes the JSON anew gets another digest.
    """
    entries: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        change = {"value": event.value, "field": event.field}
        entries.setdefault(event.account, []).append(change)
    body = {
        "object": "whatsapp_business_account",
        "entry": [{"id": account, "changes": changes} for account, changes in entries.items()],
    }
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def words_of(content: Content) -> str:
    """What stands on the client's own screen for this content."""
    kind = content["type"]
    part = content.get(kind) or {}
    if kind == "text":
        return str(part["body"])
    if kind == "interactive":
        return str(part[part["type"]].get("title", ""))
    if kind == "contacts":
        return "Контакт: " + str(part[0]["phones"][0]["phone"])
    return str(part.get("caption") or part.get("text") or part.get("emoji") or "")
