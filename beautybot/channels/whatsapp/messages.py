"""One message of a client, of any kind Meta sends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from beautybot.channels.base import (
    Edited,
    Identity,
    IdentityChanged,
    IdentityKind,
    Ignored,
    Inbound,
    InboundMessage,
    Kind,
)
from beautybot.kit.clock import from_epoch

_BSUID = re.compile(r"^[A-Za-z]{2}\.[A-Za-z0-9.]{1,150}$")
_MEDIA = {
    "image": Kind.PHOTO,
    "video": Kind.VIDEO,
    "document": Kind.DOCUMENT,
    "sticker": Kind.STICKER,
    "audio": Kind.VOICE,
    "voice": Kind.VOICE,
}
_SILENT = (Kind.REACTION, Kind.OTHER)


def message(
    item: dict[str, Any], contacts: Sequence[dict[str, Any]], account: str, received_at: datetime
) -> Inbound:
    """A message, an edit, a change of identity; Ignored where there is no usable sender."""
    kind = str(item.get("type", ""))
    if kind == "system":
        return _system(item, account)
    if kind in ("edit", "revoke"):
        return _changed(item, kind, account)
    known_as = identities(item)
    external_id = str(item.get("id") or "")
    if not known_as or not external_id:
        return Ignored("a message without a sender", account)
    read, text, payload = _content(item, kind)
    phone = known_as[0].value if known_as[0].kind is IdentityKind.WA_PHONE else None
    wants_turn = read not in _SILENT and not item.get("group_id")
    if read is Kind.TEXT and not text.strip():
        wants_turn = False
    return InboundMessage(
        account=account,
        external_id=external_id,
        address=known_as[0].value,
        identities=known_as,
        kind=read,
        text=text,
        sent_at=moment(item.get("timestamp"), received_at),
        name=_name(contacts, item),
        phone=f"+{phone}" if phone else None,
        payload=payload | _context(item),
        wants_turn=wants_turn,
        answers_at_once=read is Kind.PRESS,
    )


def identities(item: dict[str, Any]) -> tuple[Identity, ...]:
    """The phone first, then the business-scoped id; a broken one beside a good one is dropped."""
    found = []
    phone, user_id = item.get("from"), item.get("from_user_id")
    if isinstance(phone, str) and phone.isascii() and phone.isdigit() and 5 <= len(phone) <= 20:
        found.append(Identity(IdentityKind.WA_PHONE, phone))
    if isinstance(user_id, str) and _BSUID.match(user_id):
        found.append(Identity(IdentityKind.WA_BSUID, user_id))
    return tuple(found)


def moment(stamp: Any, received_at: datetime) -> datetime:
    """Epoch seconds as text or number; anything else is the time of arrival."""
    try:
        at = from_epoch(int(str(stamp)[:12]))
    except ValueError:
        return received_at
    return min(at, received_at)


def text_of(item: dict[str, Any]) -> str:
    """The words of a message: its text, or its caption."""
    kind = str(item.get("type", ""))
    body = _dict(item.get(kind))
    return str(body.get("body") or body.get("caption") or "")


def _content(item: dict[str, Any], kind: str) -> tuple[Kind, str, dict[str, Any]]:
    body = _dict(item.get(kind))
    match kind:
        case "text":
            return Kind.TEXT, text_of(item), {}
        case "interactive":
            return _interactive(body)
        case "button":
            return Kind.PRESS, str(body.get("text", "")), {"id": str(body.get("payload", ""))}
        case "location":
            place = {k: body.get(k) for k in ("latitude", "longitude", "name", "address")}
            return Kind.LOCATION, "", place
        case "contacts":
            return _contact(item)
        case "reaction":
            target = {"emoji": body.get("emoji") or "", "to": str(body.get("message_id", ""))}
            return Kind.REACTION, "", target
        case "order":
            return Kind.ORDER, str(body.get("text", "")), {}
        case "request_welcome":
            return Kind.START, "", {}
        case "unsupported" | "unknown":
            return Kind.UNSUPPORTED, "", {}
        case _ if kind in _MEDIA:
            media = {k: body.get(k) for k in ("id", "mime_type", "sha256", "filename")}
            return _MEDIA[kind], text_of(item), media
        case _:
            return Kind.OTHER, "", {"type": kind[:40]}


def _interactive(body: dict[str, Any]) -> tuple[Kind, str, dict[str, Any]]:
    reply = _dict(body.get(str(body.get("type", ""))))
    if "id" in reply:
        return Kind.PRESS, str(reply.get("title", "")), {"id": str(reply["id"])}
    if "response_json" in reply:
        return Kind.OTHER, "", {"response_json": str(reply["response_json"])[:4000]}
    return Kind.OTHER, "", {}


def _contact(item: dict[str, Any]) -> tuple[Kind, str, dict[str, Any]]:
    cards = item.get("contacts")
    card = next((c for c in cards if isinstance(c, dict)), {}) if isinstance(cards, list) else {}
    phones = card.get("phones")
    first = next((p for p in phones if isinstance(p, dict)), {}) if isinstance(phones, list) else {}
    origin = item.get("origin") or card.get("origin")
    number = re.sub(r"\D", "", str(first.get("wa_id") or first.get("phone") or ""))
    return (
        Kind.CONTACT,
        "",
        {"phone": f"+{number}" if number else None, "own": origin == "contact_request"},
    )


def _system(item: dict[str, Any], account: str) -> Inbound:
    body = _dict(item.get("system"))
    kind = str(body.get("type", ""))
    old, new = str(item.get("from") or ""), str(body.get("wa_id") or body.get("new_wa_id") or "")
    if kind == "user_changed_number" and old and new:
        return IdentityChanged(
            account,
            Identity(IdentityKind.WA_PHONE, old),
            Identity(IdentityKind.WA_PHONE, new),
        )
    old_id, new_id = str(item.get("from_user_id") or ""), str(body.get("user_id") or "")
    if kind == "user_changed_user_id" and old_id and new_id:
        return IdentityChanged(
            account,
            Identity(IdentityKind.WA_BSUID, old_id),
            Identity(IdentityKind.WA_BSUID, new_id),
        )
    return Ignored(f"system {kind[:40]}", account)


def _changed(item: dict[str, Any], kind: str, account: str) -> Inbound:
    body = _dict(item.get(kind))
    original = body.get("original_message_id") or item.get("original_message_id")
    if not original:
        return Ignored(f"{kind} of nothing", account)
    if kind == "revoke":
        return Edited(account, str(original), None)
    inner = _dict(body.get("message"))
    return Edited(account, str(original), text_of(inner) or None)


def _name(contacts: Sequence[dict[str, Any]], item: dict[str, Any]) -> str | None:
    """The profile's name: contacts are not parallel to messages, so match, or take the only one."""
    mine = [
        c
        for c in contacts
        if (c.get("wa_id") and c.get("wa_id") == item.get("from"))
        or (c.get("user_id") and c.get("user_id") == item.get("from_user_id"))
    ] or (list(contacts) if len(contacts) == 1 else [])
    name = _dict(mine[0].get("profile")).get("name") if mine else None
    return str(name) if name else None


def _context(item: dict[str, Any]) -> dict[str, Any]:
    quoted = _dict(item.get("context")).get("id")
    referral = _dict(item.get("referral"))
    extra: dict[str, Any] = {"quotes": str(quoted)} if quoted else {}
    if referral:
        extra["referral"] = {
            k: str(referral[k])[:300]
            for k in ("source_type", "source_id", "headline")
            if k in referral
        }
    return extra


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
