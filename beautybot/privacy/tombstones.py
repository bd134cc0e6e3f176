"""Whoever was erased stays erased, whatever old copy of the database is put back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from beautybot.conversations.models import clients
from beautybot.kit.db import across_salons, insert
from beautybot.privacy.erasing import forget
from beautybot.privacy.models import erasures
from beautybot.privacy.person import find


@dataclass(frozen=True, slots=True)
class Tombstone:
    """One erasure; it names nobody."""

    business_id: int
    client_id: int
    client_created_at: datetime
    erased_at: datetime
    by: str
    consents: Any


def listing(conn: Connection) -> list[Tombstone]:
    """Every erasure of this database."""
    columns = [erasures.c[name] for name in Tombstone.__slots__]
    rows = conn.execute(across_salons(select(*columns).order_by(erasures.c.id)))
    return [Tombstone(*row) for row in rows]


def apply(conn: Connection, stones: Sequence[Tombstone]) -> int:
    """Erase again whoever of these came back with an old copy; how many did."""
    known = {(s.business_id, s.client_id, s.erased_at) for s in listing(conn)}
    back = 0
    for stone in stones:
        if (stone.business_id, stone.client_id, stone.erased_at) not in known:
            values = {name: getattr(stone, name) for name in Tombstone.__slots__}
            conn.execute(insert(conn, erasures).values(**values))
        back += _again(conn, stone)
    return back


def _again(conn: Connection, stone: Tombstone) -> int:
    same = conn.execute(
        select(clients.c.id).where(
            clients.c.business_id == stone.business_id,
            clients.c.id == stone.client_id,
            clients.c.created_at == stone.client_created_at,
        )
    ).first()
    if same is None:
        return 0
    forget(conn, find(conn, stone.business_id, stone.client_id))
    return 1
