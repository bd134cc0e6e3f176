"""
An Outbound as Graph's request, within every documented limit.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

from __future__ import annotations

from typing import Any

from beautybot.channels.base import Button, Outbound

TEXT = 4096
BUTTON_BODY = 1024
MOST_BUTTONS = 3
BUTTON_TITLE = 20
MOST_ROWS = 10
ROW_TITLE = 24
ROW_DESCRIPTION = 72


def request(message: Outbound) -> dict[str, Any]:
    """The body of POST /{phone number id}/messages."""
    body: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_to(message.address),
        "biz_opaque_callback_data": message.reference,
    }
    if message.template is not None:
        return body | {"type": "template", "template": _template(message)}
    interactive = _interactive(message)
    if interactive is not None:
        return body | {"type": "interactive", "interactive": interactive}
    return body | {"type": "text", "text": {"body": message.text, "preview_url": False}}


def split(text: str, limit: int = TEXT) -> list[str]:
    """The text in bubbles: cut at a paragraph, else a line, a sentence, a space."""
    parts = []
    rest = text.strip()
    while len(rest) > limit:
        head = rest[:limit]
        cut = max((head.rfind(sign) + len(sign) for sign in ("\n\n",)), default=0)
        for sign in ("\n", ". ", " "):
            if cut < limit // 2:
                cut = max(cut, head.rfind(sign) + len(sign))
        cut = cut if cut >= limit // 4 else limit
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _to(address: str) -> dict[str, str]:
    """A business-scoped id goes into `recipient`; with both present `to` would win."""
    return {"to": address} if address.isdigit() else {"recipient": address}


def _interactive(message: Outbound) -> dict[str, Any] | None:
    if message.ask_contact and len(message.text) <= BUTTON_BODY:
        return {
            "type": "request_contact_info",
            "body": {"text": message.text},
            "action": {"name": "request_contact_info"},
        }
    buttons = message.buttons
    titles = [_cut(b.title, BUTTON_TITLE) for b in buttons]
    if not buttons:
        return None
    if len(buttons) <= MOST_BUTTONS and len(message.text) <= BUTTON_BODY and _distinct(titles):
        return {
            "type": "button",
            "body": {"text": message.text},
            "action": {
                "buttons": [
                    {"type": "reply", "reply": {"id": b.id, "title": title}}
                    for b, title in zip(buttons, titles, strict=True)
                ]
            },
        }
    if len(buttons) <= MOST_ROWS:
        return {
            "type": "list",
            "body": {"text": message.text},
            "action": {"button": "Выбрать", "sections": [{"rows": [_row(b) for b in buttons]}]},
        }
    return None  # too many to press: the text is numbered


def _row(button: Button) -> dict[str, str]:
    title = _cut(button.title, ROW_TITLE)
    more = button.description or (button.title if title != button.title else "")
    row = {"id": button.id, "title": title}
    return row | {"description": _cut(more, ROW_DESCRIPTION)} if more else row


def _template(message: Outbound) -> dict[str, Any]:
    assert message.template is not None
    return {
        "name": message.template.name,
        "language": {"code": message.template.language},
        "components": [
            {
                "type": "body",
                "parameters": [{"type": "text", "text": v} for v in message.template.values],
            }
        ],
    }


def _distinct(titles: list[str]) -> bool:
    return len(set(titles)) == len(titles)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
