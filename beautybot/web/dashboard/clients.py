"""Клиенты: search, one card, notes, merging."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.businesses import journal
from beautybot.conversations import clients, notes, persons
from beautybot.conversations.persons import SamePerson
from beautybot.kit.text import counted
from beautybot.russian.phones import find_phone
from beautybot.russian.reading import read
from beautybot.web.dashboard.card import card
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking, as_id

PAGE = 40


async def show(asking: Asking) -> Response:
    """Those whose name or phone holds what is looked for, a page at a time."""
    q, number = asking.query("q")[:80], asking.page_number
    found = await asking.parts.db.read(
        clients.search,
        asking.business.id,
        q,
        limit=PAGE + 1,
        offset=(number - 1) * PAGE,
    )
    rows = [
        {
            "id": c.id,
            "name": c.name or "Без имени",
            "phone": c.phone or "",
            "talks": counted(c.talks, "диалог", "диалога", "диалогов") if c.talks else "",
        }
        for c in found[:PAGE]
    ]
    return asking.page(
        "dashboard/clients.html", clients=rows, q=q, number=number, more=len(found) > PAGE
    )


async def show_one(asking: Asking, problem: str = "") -> Response:
    """One client in whole."""
    now = asking.parts.clock()
    shown = await asking.parts.db.read(card, asking.business, asking.id, now)
    status = 400 if problem else 200
    return asking.page("dashboard/client.html", status, card=shown, problem=problem)


async def save(asking: Asking) -> Response:
    """Name and phone as the salon knows them."""
    phone = find_phone(read(asking.text("phone")), asked=True)
    if asking.text("phone") and phone is None:
        return await show_one(asking, "Телефон не похож на настоящий.")

    def work(conn: Connection) -> None:
        clients.get(conn, asking.business.id, asking.id)
        name = asking.text("name")[:80]
        e164 = phone.e164 if phone else None
        clients.rename(conn, asking.business.id, asking.id, name=name, phone=e164)
        what = f"изменил карточку клиента № {asking.id}"
        journal.note(conn, asking.business.id, asking.by, what, asking.parts.clock())

    await asking.parts.db.write(work)
    return _back(asking)


async def add_note(asking: Asking) -> Response:
    """A note for the salon's people."""

    def work(conn: Connection) -> None:
        now = asking.parts.clock()
        text = asking.text("text")
        notes.put(conn, asking.business.id, asking.id, text=text, by=asking.by, now=now)

    await asking.parts.db.write(work)
    return _back(asking)


async def remove_note(asking: Asking) -> Response:
    """Take a note back."""
    number: int = asking.request.path_params["note"]
    await asking.parts.db.write(notes.remove, asking.business.id, asking.id, number)
    return _back(asking)


async def merge(asking: Asking) -> Response:
    """Two cards are one person: everything comes together on this one."""
    other = as_id(asking.text("other"))
    if other is None:
        return await show_one(asking, "Выберите вторую карточку.")

    def work(conn: Connection) -> None:
        persons.join(conn, asking.business.id, keep=asking.id, gone=other)
        what = f"объединил карточки клиентов № {asking.id} и № {other}"
        journal.note(conn, asking.business.id, asking.by, what, asking.parts.clock())

    try:
        await asking.parts.db.write(work)
    except SamePerson:
        return await show_one(asking, "Это одна и та же карточка.")
    return _back(asking)


def _back(asking: Asking) -> Response:
    return onward(f"/dashboard/clients/{asking.id}?done=1")
