"""A client's own rights: everything that is kept about them, and to be forgotten."""

from __future__ import annotations

import json

from starlette.responses import Response

from beautybot.businesses import journal
from beautybot.privacy import erasing, exporting
from beautybot.privacy.erasing import HasVisits
from beautybot.web.dashboard import clients
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

WORD = "стереть"


async def export(asking: Asking) -> Response:
    """Everything as a file to give to the client."""
    now, db = asking.parts.clock(), asking.parts.db
    kept = await db.read(exporting.export, asking.business, asking.id, now)
    what = f"выгрузил данные клиента № {asking.id}"
    await db.write(journal.note, asking.business.id, asking.by, what, now)
    headers = {
        "Content-Disposition": f"attachment; filename=client-{asking.id}.json",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    body = json.dumps(kept, ensure_ascii=False, indent=1)
    return Response(body, media_type="application/json; charset=utf-8", headers=headers)


async def erase(asking: Asking) -> Response:
    """Forget the client for good; a word typed by hand says that it is meant."""
    if asking.text("word").lower().strip("«»\"' ") != WORD:
        return await clients.show_one(asking, f"Чтобы стереть, напишите слово «{WORD}».")
    try:
        await asking.parts.db.write(
            erasing.erase,
            asking.business,
            asking.id,
            by=asking.by,
            now=asking.parts.clock(),
            cancel_visits=asking.text("cancel") == "1",
        )
    except HasVisits:
        words = "У клиента есть запись впереди. Отмените её или отметьте это ниже."
        return await clients.show_one(asking, words)
    return onward("/dashboard/clients?done=1")
