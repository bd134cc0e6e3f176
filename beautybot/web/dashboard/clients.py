"""Клиенты: search."""

from __future__ import annotations

from starlette.responses import Response

from beautybot.conversations import clients
from beautybot.kit.text import counted
from beautybot.web.sessions import Asking


async def show(asking: Asking) -> Response:
    """Those whose name or phone holds what is looked for."""
    q = asking.request.query_params.get("q", "").strip()[:80]
    found = await asking.parts.db.read(clients.search, asking.business.id, q)
    rows = [
        {
            "name": c.name,
            "phone": c.phone,
            "visits": counted(c.talks, "диалог", "диалога", "диалогов") if c.talks else "",
        }
        for c in found
    ]
    return asking.page("dashboard/clients.html", clients=rows, q=q)
