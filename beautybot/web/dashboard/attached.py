"""What clients send beside words, as the pages show it: pictures, voices, files, places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from beautybot.channels.base import Kind
from beautybot.conversations.attachments import Attachment
from beautybot.conversations.history import Message
from beautybot.web.dashboard import telling
from beautybot.web.dashboard.files import SHOWN

MAP = "https://yandex.ru/maps/"
PICTURES = ("image/jpeg", "image/png", "image/webp")


def of_message(message: Message, files: Mapping[int, Attachment]) -> dict[str, Any]:
    """How the page shows what is not text; empty for words and presses of buttons."""
    label = telling.KINDS.get(message.kind, "")
    file = files.get(message.id)
    if file is not None:
        return of_file(file) | {"name": _name(message, file)}
    if message.kind is Kind.LOCATION and (place := _place(message.payload)):
        return {"how": "place", **place}
    if message.kind is Kind.CONTACT and (phone := str(message.payload.get("phone") or "")):
        return {"how": "label", "label": f"{label}: {phone[:40]}"}
    return {"how": "label", "label": label} if label else {}


def of_file(file: Attachment) -> dict[str, Any]:
    """How the page shows one file, whether it is here, on its way, or will never come."""
    label = telling.KINDS.get(file.kind, "файл")
    if file.problem:
        return {"how": "label", "label": f"{label}: {file.problem}"}
    if not file.is_here:
        return {"how": "label", "label": f"{label}: загружаем…"}
    return {
        "how": _how(file),
        "id": file.id,
        "label": label,
        "name": _name(None, file),
        "size": _size(file.size),
    }


def _how(file: Attachment) -> str:
    """By what the messenger said the bytes are; whatever is not known is only for saving."""
    if file.mime_type in PICTURES:
        return "picture"
    if file.mime_type in SHOWN and file.mime_type.startswith(("audio/", "video/")):
        return file.mime_type.partition("/")[0]
    return "file"


def _name(message: Message | None, file: Attachment) -> str:
    payload = message.payload if message else {}
    given = str(payload.get("filename") or payload.get("file_name") or "").strip()
    return given[:80] or telling.KINDS.get(file.kind, "файл")


def _size(size: int) -> str:
    if size >= 1024 * 1024:
        return f"{size / 1024 / 1024:.1f} МБ".replace(".", ",")
    return f"{max(round(size / 1024), 1)} КБ"


def _place(payload: Mapping[str, Any]) -> dict[str, str] | None:
    """A link to a map, for coordinates that are on this planet."""
    try:
        latitude, longitude = float(payload["latitude"]), float(payload["longitude"])
    except (KeyError, TypeError, ValueError):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    named = " · ".join(str(payload[k])[:120] for k in ("name", "address") if payload.get(k))
    spot = urlencode({"pt": f"{longitude:.6f},{latitude:.6f}", "z": "17"})
    return {"label": named or telling.KINDS[Kind.LOCATION], "to": f"{MAP}?{spot}"}
