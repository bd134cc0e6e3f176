"""
Meta's envelope to plain items: every entry, change, message, status and error.

Each item is read in a guard of its own, so an odd one does not harm its
neighbours.  https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from beautybot.channels.base import (
    AccountNews,
    Delivery,
    Echo,
    Identity,
    IdentityChanged,
    IdentityKind,
    Ignored,
    Inbound,
    Receipt,
)
from beautybot.channels.whatsapp import errors
from beautybot.channels.whatsapp.messages import identities, message, moment, text_of

Read = Callable[[dict[str, Any], str, datetime], Iterator[Inbound]]


def parse(body: bytes, received_at: datetime) -> list[Inbound]:
    """Every item of a delivery, in order; what is not understood comes back as Ignored."""
    try:
        envelope = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return [Ignored("not JSON")]
    if not isinstance(envelope, dict) or envelope.get("object") != "whatsapp_business_account":
        return [Ignored("not a WhatsApp delivery")]
    items: list[Inbound] = []
    for entry in _dicts(envelope.get("entry")):
        for change in _dicts(entry.get("changes")):
            items += _guarded(_change, change, str(entry.get("id", "")), received_at)
    return items or [Ignored("nothing inside")]


def _change(change: dict[str, Any], waba: str, received_at: datetime) -> Iterator[Inbound]:
    field = change.get("field")
    value = change.get("value")
    if not isinstance(value, dict):
        yield Ignored(f"{field} without a value")
        return
    metadata = value.get("metadata")
    account = str(metadata.get("phone_number_id") or "") if isinstance(metadata, dict) else ""
    readers: dict[Any, tuple[tuple[str, Read], ...]] = {
        "messages": (("messages", _with_contacts(value)), ("statuses", _status)),
        "message_echoes": (("message_echoes", _echo),),
        "smb_message_echoes": (("message_echoes", _echo),),
        "user_id_update": (("user_id_update", _user_id_update),),
    }
    if field == "message_template_status_update":
        yield _template_news(value, account or waba)
        return
    if field in _NEWS:
        yield AccountNews(account or waba, str(field), _NEWS[field])
        return
    if field not in readers:
        yield Ignored(f"field {str(field)[:40]}")
        return
    for key, read in readers[field]:
        for item in _dicts(value.get(key)):
            yield from _guarded(read, item, account, received_at)


def _template_news(value: dict[str, Any], account: str) -> Inbound:
    """Meta's decision about a template: news only if it may not be sent any more."""
    event, name = str(value.get("event", "")), str(value.get("message_template_name", ""))[:80]
    if event not in ("REJECTED", "PAUSED", "DISABLED"):
        return Ignored(f"template {name} is {event[:20].lower()}", account)
    words = f"WhatsApp не пропускает шаблон «{name}»: напоминания после суток молчания не уйдут."
    return AccountNews(account, f"template:{name}", words)


def _with_contacts(value: dict[str, Any]) -> Read:
    contacts = list(_dicts(value.get("contacts")))

    def read(item: dict[str, Any], account: str, received_at: datetime) -> Iterator[Inbound]:
        yield message(item, contacts, account, received_at)

    return read


def _status(item: dict[str, Any], account: str, received_at: datetime) -> Iterator[Inbound]:
    words = {"played": "read"}
    status = words.get(str(item.get("status")), item.get("status"))
    if status not in set(Delivery) or not item.get("id"):
        yield Ignored(f"status {str(status)[:30]}", account)
        return
    problems = list(_dicts(item.get("errors")))
    reference = item.get("biz_opaque_callback_data")
    yield Receipt(
        account=account,
        external_id=str(item["id"]),
        delivery=Delivery(status),
        at=moment(item.get("timestamp"), received_at),
        reference=str(reference) if reference else None,
        problem=errors.problem_of(problems[0].get("code")) if problems else None,
        detail=errors.details(problems[0]) if problems else None,
    )


def _echo(item: dict[str, Any], account: str, received_at: datetime) -> Iterator[Inbound]:
    to = str(item.get("to") or item.get("to_user_id") or "")
    if not to or not item.get("id"):
        yield Ignored("echo without a client", account)
        return
    yield Echo(
        account=account,
        external_id=str(item["id"]),
        address=to,
        identities=identities({"from": item.get("to"), "from_user_id": item.get("to_user_id")}),
        text=text_of(item),
        sent_at=moment(item.get("timestamp"), received_at),
    )


def _user_id_update(item: dict[str, Any], account: str, _at: datetime) -> Iterator[Inbound]:
    change = item.get("user_id")
    if not isinstance(change, dict) or not (change.get("previous") and change.get("current")):
        yield Ignored("user id update without ids", account)
        return
    yield IdentityChanged(
        account,
        Identity(IdentityKind.WA_BSUID, str(change["previous"])),
        Identity(IdentityKind.WA_BSUID, str(change["current"])),
    )


def _guarded(read: Read, item: dict[str, Any], account: str, at: datetime) -> list[Inbound]:
    try:
        return list(read(item, account, at))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        return [Ignored(f"odd item: {type(error).__name__}", account or None)]


def _dicts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


_NEWS: Mapping[Any, str] = {
    "account_update": "WhatsApp сообщает об изменении аккаунта: проверьте его в кабинете Meta.",
    "phone_number_quality_update": "WhatsApp изменил оценку качества номера: "
    "проверьте её в кабинете Meta.",
}
