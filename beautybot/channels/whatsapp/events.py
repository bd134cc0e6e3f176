"""
Meta's envelope to plain items: every entry, change, message, status and error.

Each item is read in a guard of its own, so an odd one does not harm its
neighbours.  https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from beautybot.channels.base import (
    AccountNews,
    Delivery,
    Echo,
    IdentityChanged,
    Ignored,
    Inbound,
    MarketingWish,
    Receipt,
    TemplateDecided,
)
from beautybot.channels.whatsapp import errors
from beautybot.channels.whatsapp.messages import (
    bsuid_of,
    id_of,
    identities,
    message,
    moment,
    text_of,
)
from beautybot.kit.foreign import decoded

Read = Callable[[dict[str, Any], str, datetime], Iterator[Inbound]]


def parse(body: bytes, received_at: datetime) -> list[Inbound]:
    """Every item of a delivery, in order; what is not understood comes back as Ignored."""
    envelope = decoded(body)
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
    readers: dict[str, tuple[tuple[str, Read], ...]] = {
        "messages": (
            ("messages", _with_contacts(value)),
            ("statuses", _status),
            ("errors", _error),
        ),
        "message_echoes": (("message_echoes", _echo),),
        "smb_message_echoes": (("message_echoes", _echo),),
        "user_id_update": (("user_id_update", _user_id_update),),
        "user_preferences": (("user_preferences", _preference),),
    }
    if field == "message_template_status_update":
        yield _template(value, account or waba)
    elif isinstance(field, str) and field in _NEWS:
        yield AccountNews(account or waba, field, _NEWS[field])
    elif isinstance(field, str) and field in readers:
        for key, read in readers[field]:
            for item in _dicts(value.get(key)):
                yield from _guarded(read, item, account, received_at)
    else:
        yield Ignored(f"field {str(field)[:40]}")


def _template(value: dict[str, Any], account: str) -> Inbound:
    name, event = value.get("message_template_name"), value.get("event")
    if not (isinstance(name, str) and isinstance(event, str) and name and event):
        return Ignored("a decision about no template", account)
    return TemplateDecided(account, name[:80], event[:20])


def _with_contacts(value: dict[str, Any]) -> Read:
    contacts = list(_dicts(value.get("contacts")))

    def read(item: dict[str, Any], account: str, received_at: datetime) -> Iterator[Inbound]:
        yield message(item, contacts, account, received_at)

    return read


def _status(item: dict[str, Any], account: str, received_at: datetime) -> Iterator[Inbound]:
    words = {"played": "read"}
    word = str(item.get("status"))
    status = words.get(word, word)
    external_id = id_of(item.get("id"))
    if status not in set(Delivery) or not external_id:
        yield Ignored(f"status {status[:30]}", account)
        return
    problems = list(_dicts(item.get("errors")))
    reference = item.get("biz_opaque_callback_data")
    yield Receipt(
        account=account,
        external_id=external_id,
        delivery=Delivery(status),
        at=moment(item.get("timestamp"), received_at),
        reference=id_of(reference)[:64] or None,
        problem=errors.problem_of(problems[0].get("code")) if problems else None,
        detail=errors.details(problems[0]) if problems else None,
    )


def _echo(item: dict[str, Any], account: str, received_at: datetime) -> Iterator[Inbound]:
    known_as = identities({"from": item.get("to"), "from_user_id": item.get("to_user_id")})
    external_id = id_of(item.get("id"))
    if not known_as or not external_id:
        yield Ignored("echo without a client", account)
        return
    yield Echo(
        account=account,
        external_id=external_id,
        address=known_as[0].value,
        identities=known_as,
        text=text_of(item),
        sent_at=moment(item.get("timestamp"), received_at),
    )


def _user_id_update(item: dict[str, Any], account: str, _at: datetime) -> Iterator[Inbound]:
    change = item.get("user_id")
    ids = change if isinstance(change, dict) else {}
    old, new = bsuid_of(ids.get("previous")), bsuid_of(ids.get("current"))
    if old is None or new is None:
        yield Ignored("user id update without ids", account)
        return
    yield IdentityChanged(account, old, new)


def _preference(item: dict[str, Any], account: str, _at: datetime) -> Iterator[Inbound]:
    known_as = identities({"from": item.get("wa_id"), "from_user_id": item.get("user_id")})
    value = item.get("value")
    if item.get("category") != "marketing_messages" or value not in ("stop", "resume"):
        yield Ignored("a preference we do not know", account)
        return
    yield MarketingWish(account, known_as, wanted=value == "resume")


def _error(item: dict[str, Any], account: str, _at: datetime) -> Iterator[Inbound]:
    yield Ignored(f"error {errors.details(item)}", account)


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
