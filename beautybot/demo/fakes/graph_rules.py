"""What Graph refuses in the body of a send, with the code and the words of the refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

TEXT_LIMIT = 4096
BUTTON_BODY_LIMIT = 1024
BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
_MEDIA = ("image", "video", "audio", "document", "sticker")


class Refusal(Exception):
    """Why a body is refused."""

    def __init__(self, code: int, details: str) -> None:
        super().__init__(details)
        self.code = code
        self.details = details


def check_message(body: Any) -> None:
    """Raise Refusal unless Graph would take this body of `POST /{phone id}/messages`."""
    if not isinstance(body, dict):
        raise Refusal(100, "The body is not a JSON object")
    if body.get("messaging_product") != "whatsapp":
        raise Refusal(100, "The parameter messaging_product is required.")
    _check_recipient(body)
    if "biz_opaque_callback_data" in body:
        _text(body["biz_opaque_callback_data"], "biz_opaque_callback_data", 512)
    kind = body.get("type", "text")
    match kind:
        case "text":
            _text(_part(body, "text").get("body"), "text['body']", TEXT_LIMIT)
        case "interactive":
            _check_interactive(_part(body, "interactive"))
        case "template":
            _check_template(_part(body, "template"))
        case str() if kind in _MEDIA:
            _check_media(kind, _part(body, kind))
        case "reaction" | "location" | "contacts":
            if not body.get(kind):
                raise Refusal(131008, f"The parameter {kind} is required.")
        case _:
            raise Refusal(131051, f"Unsupported message type {kind!r}")


def _check_recipient(body: Mapping[str, Any]) -> None:
    to, recipient = body.get("to"), body.get("recipient")
    if to:
        digits = re.sub(r"[\s()+-]", "", str(to))
        if not (digits.isdigit() and 5 <= len(digits) <= 20):
            raise Refusal(131009, "Parameter 'to' is not a phone number")
    elif not recipient:
        raise Refusal(100, "The parameter to is required.")
    elif not BSUID.fullmatch(str(recipient)):
        raise Refusal(131009, "Parameter 'recipient' is not a business-scoped user id")


def _check_interactive(interactive: Mapping[str, Any]) -> None:
    kind = interactive.get("type")
    action = _part(interactive, "action")
    limit = TEXT_LIMIT if kind == "list" else BUTTON_BODY_LIMIT
    _text(_part(interactive, "body").get("text"), "interactive['body']['text']", limit)
    for name in ("header", "footer"):
        piece = interactive.get(name)
        if isinstance(piece, dict) and "text" in piece:
            _text(piece["text"], f"interactive['{name}']['text']", 60)
    match kind:
        case "button":
            _check_buttons(action.get("buttons"))
        case "list":
            _check_list(action)
        case "request_contact_info":
            if action.get("name") != "request_contact_info":
                raise Refusal(131009, "action.name must be request_contact_info")
        case _:
            raise Refusal(131009, f"Interactive type {kind!r} is not valid")


def _check_buttons(buttons: Any) -> None:
    replies = [_part(b, "reply") for b in _objects(buttons, "action['buttons']")]
    if not 1 <= len(replies) <= 3:
        raise Refusal(131009, "Invalid buttons count. Min allowed buttons: 1, Max: 3")
    for reply in replies:
        _text(reply.get("title"), "Button title", 20, code=131009)
        _text(reply.get("id"), "Button id", 256, code=131009)
    _unique(replies, "title", "Duplicated button titles")
    _unique(replies, "id", "Duplicated button ids")


def _check_list(action: Mapping[str, Any]) -> None:
    _text(action.get("button"), "action['button']", 20, code=131009)
    sections = _objects(action.get("sections"), "action['sections']")
    if not 1 <= len(sections) <= 10:
        raise Refusal(131009, "Invalid sections count. Min allowed: 1, Max: 10")
    rows: list[Mapping[str, Any]] = []
    for section in sections:
        if len(sections) > 1 or section.get("title"):
            _text(section.get("title"), "Section title", 24, code=131009)
        rows.extend(_objects(section.get("rows") or [], "rows"))
    if not 1 <= len(rows) <= 10:
        raise Refusal(131009, "Total row count exceed max allowed count: 10")
    for row in rows:
        _text(row.get("title"), "Row title", 24, code=131009)
        _text(row.get("id"), "Row id", 200, code=131009)
        if row.get("description") is not None:
            _text(row["description"], "Row description", 72, code=131009, least=0)
    _unique(rows, "id", "Duplicated row ids")


def _check_template(template: Mapping[str, Any]) -> None:
    if not template.get("name") or not _part(template, "language").get("code"):
        raise Refusal(131008, "A template needs a name and a language code")
    for component in _objects(template.get("components") or [], "components"):
        _objects(component.get("parameters") or [], "parameters")


def _check_media(kind: str, media: Mapping[str, Any]) -> None:
    if not (media.get("id") or media.get("link")):
        raise Refusal(131008, f"The parameter {kind}.id or {kind}.link is required.")
    if "caption" in media:
        _text(media["caption"], f"{kind}['caption']", 1024)


def _objects(value: Any, what: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Refusal(131009, f"Param {what} must be an array of objects")
    return value


def _part(body: Any, name: str) -> dict[str, Any]:
    part = body.get(name) if isinstance(body, dict) else None
    if not isinstance(part, dict):
        raise Refusal(100, f"The parameter {name} is required.")
    return part


def _text(value: Any, what: str, limit: int, *, code: int = 100, least: int = 1) -> None:
    if not isinstance(value, str):
        raise Refusal(code, f"Param {what} must be a string")
    if len(value.strip()) < least and least:
        raise Refusal(code, f"Param {what} must be at least {least} characters long.")
    if len(value) > limit:
        raise Refusal(code, f"Param {what} must be at most {limit} characters long.")


def _unique(items: list[Any], name: str, complaint: str) -> None:
    if len({str(item.get(name)) for item in items}) != len(items):
        raise Refusal(131009, complaint)


def template_values(template: Mapping[str, Any]) -> list[str]:
    """The body's values of a template in a send."""
    for component in template.get("components") or ():
        if str(component.get("type", "")).lower() == "body":
            return [str(p.get("text", "")) for p in component.get("parameters") or ()]
    return []
