"""What a message of Telegram holds: words, a file, a place, a card.  Nothing in it is believed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from beautybot.channels.base import Kind
from beautybot.kit.clock import from_epoch
from beautybot.kit.foreign import scalars

# Telegram keeps an update for a day; a date long before that is no time at all.
OLDEST = timedelta(days=30)
_MEDIA = {
    "photo": Kind.PHOTO,
    "video": Kind.VIDEO,
    "animation": Kind.VIDEO,
    "voice": Kind.VOICE,
    "audio": Kind.VOICE,
    "video_note": Kind.VOICE,
    "document": Kind.DOCUMENT,
    "sticker": Kind.STICKER,
}
_PLACES = ("location", "venue")
_POLITE_ONCE = ("dice", "story", "poll", "web_app_data", "game", "paid_media", "checklist")
_FILE = ("file_id", "file_unique_id", "mime_type", "file_size", "file_name", "duration")


def content(
    item: dict[str, Any], sender: dict[str, Any]
) -> tuple[Kind | None, str, dict[str, Any]]:
    """The kind, the words and what belongs to them; kind None for a service message."""
    kind, text, payload = _content(item, sender)
    if isinstance(album := item.get("media_group_id"), str):
        payload["album"] = album[:64]
    return kind, text, payload


def number(value: Any) -> int:
    """An id of Telegram's: 64 bits at most; ValueError."""
    whole = int(value)
    if isinstance(value, bool) or abs(whole) >= 2**63:
        raise ValueError("not an id")
    return whole


def moment(stamp: Any, received_at: datetime) -> datetime:
    """Epoch seconds; what cannot be the time is the time of arrival."""
    if not isinstance(stamp, int):
        return received_at
    try:
        at = from_epoch(stamp)
    except ValueError:
        return received_at
    return at if received_at - OLDEST <= at <= received_at else received_at


def name_of(sender: dict[str, Any]) -> str | None:
    """How the sender is called."""
    name = " ".join(str(sender[k]) for k in ("first_name", "last_name") if sender.get(k))
    return name or None


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
            return kind, str(item.get("caption") or ""), _file(item[key])
    if any(key in item for key in _PLACES):
        return Kind.LOCATION, "", _place(item)
    if any(key in item for key in _POLITE_ONCE):
        return Kind.UNSUPPORTED, "", {}
    return None, "", {}


def _text(text: str) -> tuple[Kind, str, dict[str, Any]]:
    command, _, rest = text.partition(" ")
    if command.partition("@")[0] == "/start":
        return Kind.START, "", {"param": rest.strip()[:64]}
    return Kind.TEXT, text, {}


def _contact(contact: dict[str, Any], sender: dict[str, Any]) -> tuple[Kind, str, dict[str, Any]]:
    """The client's own phone only if Telegram says that the card is the sender's."""
    digits = "".join(c for c in str(contact.get("phone_number", "")) if c in "0123456789")
    phone = f"+{digits}" if 5 <= len(digits) <= 15 else None
    own = contact.get("user_id") is not None and contact.get("user_id") == sender.get("id")
    return Kind.CONTACT, "", {"phone": phone, "own": own}


def _file(value: Any) -> dict[str, Any]:
    """A file; of a photo's sizes the largest, which comes last."""
    best = value[-1] if isinstance(value, list) else value
    return scalars(best, _FILE)


def _place(item: dict[str, Any]) -> dict[str, Any]:
    venue = item.get("venue")
    venue = venue if isinstance(venue, dict) else {}
    place = venue.get("location") or item.get("location")
    spot = scalars(place, ("latitude", "longitude")) if isinstance(place, dict) else {}
    named = {"name": venue.get("title"), "address": venue.get("address")}
    return spot | scalars(named, named)
