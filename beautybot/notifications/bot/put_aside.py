"""Updates of the global bot that broke the reading three times: kept with their bytes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, update

from beautybot.conversations.quarantine import Poison
from beautybot.kit.db import across_salons
from beautybot.kit.errors import NotFound
from beautybot.notifications.models import owner_updates

_PUT_ASIDE = owner_updates.c.outcome == "poison"
CHANNEL = "owners' bot"


def listing(conn: Connection, *, limit: int = 1000) -> list[Poison]:
    """What was put aside, the newest first."""
    columns = owner_updates.c
    size = func.length(columns.body).label("size")
    rows = conn.execute(
        across_salons(
            select(columns.id, columns.received_at, size, columns.note)
            .where(_PUT_ASIDE)
            .order_by(columns.id.desc())
            .limit(limit)
        )
    )
    return [Poison(r.id, CHANNEL, r.received_at, r.size, r.note or "") for r in rows]


def count(conn: Connection) -> int:
    """How many were put aside."""
    found: int = conn.execute(
        across_salons(select(func.count()).select_from(owner_updates).where(_PUT_ASIDE))
    ).scalar_one()
    return found


def body(conn: Connection, update_id: int) -> bytes:
    """The bytes of one that was put aside; NotFound."""
    mine = select(owner_updates.c.body).where(_PUT_ASIDE, owner_updates.c.id == update_id)
    found: bytes | None = conn.execute(across_salons(mine)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"no update o{update_id} was put aside; `beautybot events list` shows them")
    return found


def retry(conn: Connection, now: datetime, update_id: int | None = None) -> int:
    """Make one due again, or (None) every one; how many. NotFound for one that is not there."""
    again = update(owner_updates).where(_PUT_ASIDE).values(outcome="new", attempts=0, due_at=now)
    if update_id is not None:
        body(conn, update_id)
        again = again.where(owner_updates.c.id == update_id)
    return conn.execute(across_salons(again)).rowcount
