"""Who changed what in a salon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from beautybot.businesses.models import audit_log
from beautybot.kit.db import add


@dataclass(frozen=True, slots=True)
class Entry:
    """One change; `what` is Russian and holds no secret."""

    at: datetime
    who: str
    what: str


def note(
    conn: Connection,
    business_id: int,
    who: str,
    what: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write a change down."""
    values = {"business_id": business_id, "at": now, "who": who, "what": what}
    add(conn, audit_log, values | {"details": dict(details or {})})


def listing(
    conn: Connection, business_id: int, *, limit: int = 100, offset: int = 0
) -> list[Entry]:
    """The newest changes of a salon."""
    rows = conn.execute(
        select(audit_log)
        .where(audit_log.c.business_id == business_id)
        .order_by(audit_log.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [Entry(row.at, row.who, row.what) for row in rows]
