"""
The drill: a copy is put back into a database of its own, looked at, and thrown away.

A copy that nobody has ever put back is a hope.  When one was, the day is kept,
so that `doctor` can say how long ago that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, desc, func, select

from beautybot.businesses import salons
from beautybot.kit.db import across_salons, add
from beautybot.kit.db.schema import metadata
from beautybot.kit.errors import BeautyBotError
from beautybot.privacy.models import drills


class EmptyCopy(BeautyBotError):
    """The copy opens, and there is no salon in it."""


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill that went well: when, and how old the copy was and what was in it."""

    at: datetime
    copy_made_at: datetime
    salons: int
    rows: int


def look(conn: Connection) -> tuple[int, int]:
    """How many salons and rows a restored copy has, each row read to its end; EmptyCopy."""
    found = len(salons.listing(conn))
    if not found:
        raise EmptyCopy("the copy opens, but there is no salon in it")
    return found, sum(_rows(conn, table) for table in metadata.sorted_tables)


def note(conn: Connection, drill: Drill) -> None:
    """Keep that it went well."""
    add(
        conn,
        drills,
        {
            "at": drill.at,
            "copy_made_at": drill.copy_made_at,
            "salons": drill.salons,
            "row_count": drill.rows,
        },
    )


def last(conn: Connection) -> Drill | None:
    """The newest drill; None if there was none."""
    row = conn.execute(select(drills).order_by(desc(drills.c.id)).limit(1)).one_or_none()
    return Drill(row.at, row.copy_made_at, row.salons, row.row_count) if row else None


def _rows(conn: Connection, table: Table) -> int:
    return int(conn.execute(across_salons(select(func.count()).select_from(table))).scalar_one())
