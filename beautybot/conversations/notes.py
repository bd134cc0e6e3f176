"""What the salon's people write about a client for each other; the client never sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from beautybot.conversations import clients
from beautybot.conversations.models import notes
from beautybot.kit.db import add, remove as take
from beautybot.kit.errors import NotFound
from beautybot.kit.text import clean

LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Note:
    """One note; `by` is user:7."""

    id: int
    by: str
    text: str
    at: datetime


def put(
    conn: Connection, business_id: int, client_id: int, *, text: str, by: str, now: datetime
) -> int | None:
    """Keep a note about a client; None for an empty one.  NotFound."""
    kept = clean(text, LONGEST).strip()
    clients.get(conn, business_id, client_id)
    if not kept:
        return None
    values = {"business_id": business_id, "client_id": client_id}
    return add(conn, notes, values | {"text": kept, "by": by, "at": now})


def of_client(conn: Connection, business_id: int, client_id: int) -> list[Note]:
    """The notes about a person, the newest first; also those of cards merged into theirs."""
    ids = clients.everything_of(conn, business_id, client_id)
    rows = conn.execute(
        select(notes)
        .where(notes.c.business_id == business_id, notes.c.client_id.in_(ids))
        .order_by(notes.c.id.desc())
        .limit(100)
    )
    return [Note(r.id, r.by, r.text, r.at) for r in rows]


def remove(conn: Connection, business_id: int, client_id: int, note_id: int) -> None:
    """Take a note back; NotFound."""
    ids = clients.everything_of(conn, business_id, client_id)
    mine = {"business_id": business_id, "id": note_id}
    if not any(take(conn, notes, mine | {"client_id": i}) for i in ids):
        raise NotFound("there is no such note")
