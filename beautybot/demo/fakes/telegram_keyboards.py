"""`reply_markup`: what Telegram takes, and how it looks on the screen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from beautybot.demo.fakes.telegram_markup import bad_request
from beautybot.demo.fakes.transcript import Choice, Style

_ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "copy_text",
    "pay",
)


@dataclass(frozen=True, slots=True)
class Keyboard:
    """A checked keyboard; `removes` True takes the previous one away."""

    style: Style = Style.NONE
    choices: tuple[Choice, ...] = ()
    removes: bool = False
    markup: Mapping[str, Any] | None = None  # what the answer's message shows: inline ones only


def read_keyboard(raw: Any, *, private: bool) -> Keyboard:
    """The keyboard of a call; TelegramRefusal if Telegram would refuse it."""
    markup = _decoded(raw)
    if not markup:
        return Keyboard()
    if "inline_keyboard" in markup:
        choices = _inline(_rows(markup["inline_keyboard"]))
        return Keyboard(Style.INLINE if choices else Style.NONE, choices, markup=markup)
    if "keyboard" in markup:
        return Keyboard(Style.KEYBOARD, _reply(_rows(markup["keyboard"]), private=private))
    if markup.get("remove_keyboard"):
        return Keyboard(removes=True)
    if markup.get("force_reply"):
        return Keyboard()
    raise bad_request("object expected as reply markup")


def _decoded(raw: Any) -> dict[str, Any]:
    if isinstance(raw, str) and raw:
        try:
            raw = json.loads(raw)
        except ValueError:
            raise bad_request("can't parse reply keyboard markup JSON object") from None
    if not raw:
        return {}
    if not isinstance(raw, dict):
        raise bad_request("object expected as reply markup")
    return raw


def _rows(rows: Any) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(r, list) for r in rows):
        raise bad_request("can't parse keyboard: an array of arrays is expected")
    if sum(map(len, rows)) > 100:
        raise bad_request("reply markup is too long")
    if any(len(row) > 8 for row in rows):
        raise bad_request("too many buttons in a row of the keyboard")
    return rows


def _inline(rows: list[list[Any]]) -> tuple[Choice, ...]:
    choices = []
    for number, row in enumerate(rows):
        for button in row:
            if not isinstance(button, dict) or not str(button.get("text") or "").strip():
                raise bad_request("inline keyboard button text must be non-empty")
            if len([a for a in _ACTIONS if a in button]) != 1:
                raise bad_request("text buttons are unallowed in the inline keyboard")
            data = button.get("callback_data")
            if data is not None and not 1 <= len(str(data).encode()) <= 64:
                raise bad_request("BUTTON_DATA_INVALID")
            url = str(button.get("url", ""))
            if "url" in button and "://" not in url:
                raise bad_request("inline keyboard button URL is invalid: Wrong HTTP URL")
            choices.append(Choice(str(data or ""), button["text"], row=number, url=url))
    return tuple(choices)


def _reply(rows: list[list[Any]], *, private: bool) -> tuple[Choice, ...]:
    choices = []
    for number, row in enumerate(rows):
        for raw in row:
            button = {"text": raw} if isinstance(raw, str) else raw
            if not isinstance(button, dict):
                raise bad_request("can't parse keyboard button: an object is expected")
            if not str(button.get("text") or "").strip():
                raise bad_request("keyboard button text must be non-empty")
            asks = bool(button.get("request_contact"))
            if asks and not private:
                raise bad_request("phone number can be requested in private chats only")
            name = "request_contact" if asks else ""
            choices.append(Choice(name, button["text"], row=number))
    return tuple(choices)
