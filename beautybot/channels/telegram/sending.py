"""
An Outbound as sendMessage, within the Bot API's limits.

Plain text, no parse_mode: an underscore in a name must not lose a message.
https://core.telegram.org/bots/api#sendmessage
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from beautybot.channels.base import Outbound
from beautybot.kit.text import utf16_units

UNITS = 4096
MOST_BUTTONS = 100
CALLBACK_BYTES = 64


def request(message: Outbound) -> dict[str, Any]:
    """The body of sendMessage."""
    body: dict[str, Any] = {
        "chat_id": int(message.address),
        "text": message.text,
        "link_preview_options": {"is_disabled": True},
    }
    markup = _markup(message)
    return where(message.reply_with) | body | ({"reply_markup": markup} if markup else {})


def where(reply_with: Mapping[str, Any]) -> dict[str, Any]:
    """The thread of a private chat, or the owner's account through which we speak."""
    names = {"thread": "message_thread_id", "link": "business_connection_id"}
    return {names[k]: v for k, v in reply_with.items() if k in names}


def split(text: str, limit: int = UNITS) -> list[str]:
    """The text in bubbles of at most `limit` UTF-16 units, never inside a character."""
    parts = []
    rest = text.strip()
    while utf16_units(rest) > limit:
        head = _head(rest, limit)
        cut = next(
            (
                at + len(sign)
                for sign in ("\n\n", "\n", ". ", " ")
                if (at := head.rfind(sign)) > len(head) // 2
            ),
            len(head),
        )
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _head(text: str, limit: int) -> str:
    units = 0
    for index, char in enumerate(text):
        units += 2 if ord(char) > 0xFFFF else 1
        if units > limit:
            return text[:index]
    return text


def _markup(message: Outbound) -> dict[str, Any] | None:
    if message.ask_contact and "link" not in message.reply_with:  # no keyboards in another's chat
        button = {"text": "Отправить мой номер", "request_contact": True}
        return {"keyboard": [[button]], "resize_keyboard": True, "one_time_keyboard": True}
    rows = [
        [{"text": b.title, "callback_data": b.id}]
        for b in message.buttons[:MOST_BUTTONS]
        if 0 < len(b.id.encode()) <= CALLBACK_BYTES
    ]
    return {"inline_keyboard": rows} if rows else None
