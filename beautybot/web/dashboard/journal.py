"""Журнал: who changed what."""

from __future__ import annotations

from starlette.responses import Response

from beautybot.businesses import journal, users
from beautybot.web.dashboard.telling import moment
from beautybot.web.sessions import Asking


async def show(asking: Asking) -> Response:
    """The newest changes."""
    db, business = asking.parts.db, asking.business
    members = {f"user:{m.user_id}": m.email for m in await db.read(users.of_business, business.id)}
    lines = [
        {"at": moment(e.at, business.zone), "who": members.get(e.who, e.who), "what": e.what}
        for e in await db.read(journal.listing, business.id)
    ]
    return asking.page("dashboard/journal.html", lines=lines)
