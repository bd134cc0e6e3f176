"""Журнал: who changed what."""

from __future__ import annotations

from starlette.responses import Response

from beautybot.businesses import journal, users
from beautybot.web.dashboard.telling import moment
from beautybot.web.sessions import Asking

PAGE = 50
NOT_PEOPLE = {"operator": "тот, кто ставил BeautyBot", "system": "система"}


async def show(asking: Asking) -> Response:
    """The newest changes, a page at a time."""
    db, business, number = asking.parts.db, asking.business, asking.page_number
    members = {f"user:{m.user_id}": m.email for m in await db.read(users.of_business, business.id)}
    found = await db.read(journal.listing, business.id, limit=PAGE + 1, offset=(number - 1) * PAGE)
    lines = [
        {
            "at": moment(e.at, business.zone),
            "who": members.get(e.who, NOT_PEOPLE.get(e.who, "бывший сотрудник")),
            "what": e.what,
        }
        for e in found[:PAGE]
    ]
    return asking.page("dashboard/journal.html", lines=lines, number=number, more=len(found) > PAGE)
