"""One message of a client, of any kind Meta sends."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
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
from beautybot.kit.foreign import scalars

# Meta repeats a delivery for up to seven days; a stamp long before that is no time at all.
OLDEST = timedelta(days=30)
_PHONE = re.compile(r"[0-9]{5,15}")
_BSUID = re.compile(r"[A-Za-z]{2}\.[A-Za-z0-9.]{1,150}")
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
    external_id = id_of(item.get("id"))
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
    found = (phone_of(item.get("from")), bsuid_of(item.get("from_user_id")))
    return tuple(identity for identity in found if identity is not None)


def phone_of(value: Any) -> Identity | None:
    """A phone as Meta writes one: the digits of E.164, as text or as a number."""
    digits = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if _PHONE.fullmatch(digits) is None:
        return None
    return Identity(IdentityKind.WA_PHONE, digits)


def bsuid_of(value: Any) -> Identity | None:
    """A business-scoped user id: a country, a dot, letters and digits."""
    if not isinstance(value, str) or _BSUID.fullmatch(value) is None:
        return None
    return Identity(IdentityKind.WA_BSUID, value)


def id_of(value: Any) -> str:
    """An id of Meta's; empty where there is none.  Longer ones than a key may be are cut."""
    return str(value)[:200] if isinstance(value, str | int) and value else ""


def moment(stamp: Any, received_at: datetime) -> datetime:
    """Epoch seconds as text or number; what cannot be the time is the time of arrival."""
    try:
        at = from_epoch(int(str(stamp)[:12]))
    except ValueError:
        return received_at
    return at if received_at - OLDEST <= at <= received_at else received_at


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
            pressed = {"id": str(body.get("payload") or "")[:256]}
            return Kind.PRESS, str(body.get("text") or ""), pressed
        case "location":
            place = scalars(body, ("latitude", "longitude", "name", "address"))
            return Kind.LOCATION, "", place
        case "contacts":
            return _contact(item)
        case "reaction":
            emoji = str(body.get("emoji") or "")[:16]
            return Kind.REACTION, "", {"emoji": emoji, "to": id_of(body.get("message_id"))}
        case "order":
            return Kind.ORDER, str(body.get("text") or ""), {}
        case "request_welcome":
            return Kind.START, "", {}
        case "unsupported" | "unknown":
            return Kind.UNSUPPORTED, "", {}
        case _ if kind in _MEDIA:
            media = scalars(body, ("id", "mime_type", "sha256", "filename"))
            return _MEDIA[kind], text_of(item), media
        case _:
            return Kind.OTHER, "", {"type": kind[:40]}


def _interactive(body: dict[str, Any]) -> tuple[Kind, str, dict[str, Any]]:
    reply = _dict(body.get(str(body.get("type", ""))))
    if reply.get("id"):
        return Kind.PRESS, str(reply.get("title") or ""), {"id": str(reply["id"])[:256]}
    if "response_json" in reply:
        return _form(reply)
    return Kind.OTHER, "", {}


def _form(reply: dict[str, Any]) -> tuple[Kind, str, dict[str, Any]]:
    """A filled form: its values are the client's words.  The JSON inside may be anything."""
    try:
        values = json.loads(str(reply["response_json"]))
    except (ValueError, RecursionError):
        values = None
    filled = scalars(values, values) if isinstance(values, dict) else {}
    filled.pop("flow_token", None)
    said = [str(value) for value in filled.values() if str(value).strip()]
    if not said:
        return Kind.UNSUPPORTED, "", {}
    return Kind.TEXT, "\n".join(said)[:4000], {"form": str(reply.get("name") or "")[:80]}


def _contact(item: dict[str, Any]) -> tuple[Kind, str, dict[str, Any]]:
    cards = item.get("contacts")
    card = next((c for c in cards if isinstance(c, dict)), {}) if isinstance(cards, list) else {}
    phones = card.get("phones")
    first = next((p for p in phones if isinstance(p, dict)), {}) if isinstance(phones, list) else {}
    origin = item.get("origin") or card.get("origin")
    number = re.sub(r"\D", "", str(first.get("wa_id") or first.get("phone") or ""))
    phone = f"+{number}" if 5 <= len(number) <= 15 else None
    return Kind.CONTACT, "", {"phone": phone, "own": origin == "contact_request"}


def _system(item: dict[str, Any], account: str) -> Inbound:
    """Only Meta's own word makes somebody else of a client."""
    body = _dict(item.get("system"))
    kind = str(body.get("type", ""))
    if kind == "user_changed_number":
        old, new = phone_of(item.get("from")), phone_of(body.get("wa_id") or body.get("new_wa_id"))
    elif kind == "user_changed_user_id":
        old, new = bsuid_of(item.get("from_user_id")), bsuid_of(body.get("user_id"))
    else:
        old = new = None
    if old is None or new is None or old == new:
        return Ignored(f"system {kind[:40]}", account)
    return IdentityChanged(account, old, new)


def _changed(item: dict[str, Any], kind: str, account: str) -> Inbound:
    body = _dict(item.get(kind))
    original = id_of(body.get("original_message_id") or item.get("original_message_id"))
    if not original:
        return Ignored(f"{kind} of nothing", account)
    if kind == "revoke":
        return Edited(account, original, None)
    inner = _dict(body.get("message"))
    return Edited(account, original, text_of(inner))


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
    extra: dict[str, Any] = {"quotes": id_of(quoted)} if id_of(quoted) else {}
    if referral:
        extra["referral"] = {
            k: str(referral[k])[:300]
            for k in ("source_type", "source_id", "headline")
            if k in referral
        }
    return extra


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
