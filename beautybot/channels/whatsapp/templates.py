"""
The one template every salon needs, a reminder outside the 24-hour window; what Meta says of all.

https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates
"""

from __future__ import annotations

from typing import Any

from beautybot.kit.http import Answer

NAME, LANGUAGE = "visit_reminder", "ru"
ALL = "fields=name,status&limit=250"
"""How the templates of a number are asked for; 250 is as many as one may have."""


def proposal() -> dict[str, Any]:
    """The body of POST /{WABA}/message_templates; date, hour, services and salon go into it."""
    text = "Напоминаем о визите {{1}} в {{2}}: {{3}}, {{4}}. Если планы изменились, ответьте нам."
    example = [["25.11", "15:00", "Маникюр", "салон «Ромашка»"]]
    body = {"type": "BODY", "text": text, "example": {"body_text": example}}
    return {
        "name": NAME,
        "language": LANGUAGE,
        "category": "UTILITY",
        "components": [body],
    }


def statuses(answer: Answer) -> dict[str, str]:
    """What Meta says of each template in a list."""
    rows = answer.body.get("data") if isinstance(answer.body, dict) else None
    return {
        str(row["name"])[:80]: str(row["status"])[:20]
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and row.get("name") and row.get("status")
    }
