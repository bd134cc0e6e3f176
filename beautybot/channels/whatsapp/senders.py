"""Who wrote a delivery, without reading the rest of it: what the door needs to be fair."""

from __future__ import annotations

import msgspec


class _Message(msgspec.Struct):
    from_: str | int | None = msgspec.field(name="from", default=None)
    from_user_id: str | None = None


class _Value(msgspec.Struct):
    messages: list[_Message] = []


class _Change(msgspec.Struct):
    value: _Value


class _Entry(msgspec.Struct):
    changes: list[_Change] = []


class _Delivery(msgspec.Struct):
    entry: list[_Entry] = []


_DELIVERY = msgspec.json.Decoder(_Delivery)


def sender(body: bytes) -> str | None:
    """The one person who wrote every message of a delivery; None if there is none, or several."""
    try:
        delivery = _DELIVERY.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None
    found = {
        str(message.from_ or message.from_user_id or "")
        for entry in delivery.entry
        for change in entry.changes
        for message in change.value.messages
    }
    return found.pop() or None if len(found) == 1 else None
