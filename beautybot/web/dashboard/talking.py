"""Taking over a conversation, answering in it, giving it back; private notes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.businesses import journal
from beautybot.conversations import answering, history, notes
from beautybot.kit.text import clean
from beautybot.kit.wakeup import ToDo
from beautybot.web.dashboard import conversations
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking

LONGEST = 4_000


async def take(asking: Asking) -> Response:
    """A person answers from now on; what the agent still had to say is not sent."""
    await asking.parts.db.write(_take, asking, asking.parts.clock())
    return _back(asking)


async def give_back(asking: Asking) -> Response:
    """The agent answers again, from the next message on."""
    await asking.parts.db.write(_give_back, asking, asking.parts.clock())
    return _back(asking)


async def reply(asking: Asking) -> Response:
    """Answer as a person, through the same outbox; the agent falls silent."""
    text = asking.text("text")
    if not text:
        return await conversations.show(asking, "Напишите ответ.")
    if len(text) > LONGEST:
        return await conversations.show(asking, f"Не длиннее {LONGEST} знаков.", text)
    await asking.parts.db.write(_reply, asking, clean(text, LONGEST), asking.parts.clock())
    asking.parts.wakeup.ring(ToDo.OUTBOX)
    return _back(asking)


async def note(asking: Asking) -> Response:
    """A private note: the client never sees it."""
    await asking.parts.db.write(_note, asking, asking.text("text"), asking.parts.clock())
    return _back(asking)


def _back(asking: Asking) -> Response:
    return onward(f"/dashboard/conversations/{asking.id}")


def _take(conn: Connection, asking: Asking, now: datetime) -> None:
    if answering.take(conn, asking.business.id, asking.id, asking.by, now):
        journal.note(conn, asking.business.id, asking.by, f"взял диалог № {asking.id}", now)


def _give_back(conn: Connection, asking: Asking, now: datetime) -> None:
    if answering.give_back(conn, asking.business.id, asking.id, now):
        what = f"вернул диалог № {asking.id} агенту"
        journal.note(conn, asking.business.id, asking.by, what, now)


def _reply(conn: Connection, asking: Asking, text: str, now: datetime) -> None:
    _take(conn, asking, now)
    answering.say(conn, asking.business.id, asking.id, asking.by, text, now)


def _note(conn: Connection, asking: Asking, text: str, now: datetime) -> None:
    talk = history.get(conn, asking.business.id, asking.id, now)
    notes.put(conn, asking.business.id, talk.client_id, text=text, by=asking.by, now=now)
