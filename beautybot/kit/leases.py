"""
Work that is claimed, done once, and survives the worker.

A table that carries `lease_columns()` is a to-do list.  `due_at` is the only
scheduling column: a claim moves it into the future (so it doubles as the
visibility timeout) and raises `lease`, the fencing number that every later
write of the claimant must name.  `due_at` NULL means there is nothing to do.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    bindparam,
    func,
    select,
    update,
)

from beautybot.kit.db import Instant, across_salons, change
from beautybot.kit.errors import BeautyBotError

VISIBILITY = timedelta(seconds=30)


class LeaseLost(BeautyBotError):
    """Another worker has taken this work over; what this one wanted to write is void."""


def lease_columns() -> list[Column[Any]]:
    """The columns of a to-do list: when it is due, the fencing number, tries, who has it."""
    return [
        Column("due_at", Instant, nullable=True),
        Column("lease", Integer, nullable=False, server_default="0"),
        Column("attempts", Integer, nullable=False, server_default="0"),
        Column("leased_by", String(64), nullable=True),
    ]


def beginning() -> int:
    """
    The first lease of a row in a list whose rows are deleted when they are done.

    SQLite gives the id of a deleted row to the next one.  If every row began
    at nought, who comes late to settle the old row would settle the new one.
    """
    return random.randrange(2**30)


def due_index(table: str) -> Index:
    """The index by which due work is found."""
    return Index(f"ix_{table}_due_at", "due_at")


def claim(
    conn: Connection,
    table: Table,
    now: datetime,
    worker: str,
    *,
    limit: int,
    where: Sequence[ColumnElement[bool]] = (),
    but: Collection[int] = (),
    visibility: timedelta = VISIBILITY,
) -> list[Row[Any]]:
    """
    Take up to `limit` due rows, oldest first; each is hidden from others for `visibility`.

    `where` narrows the list; give the same objects each time, for the statement is kept.
    Rows of the salons in `but` are left where they are.
    """
    given = {"now": now, "until": now + visibility, "worker": worker, "most": limit}
    more: dict[str, Any] = {"but": sorted(but)} if but else {}
    rows = conn.execute(_claim(table, tuple(where), bool(but)), given | more).all()
    return sorted(rows, key=lambda row: row.id)


@cache
def _claim(table: Table, where: tuple[ColumnElement[bool], ...], spares: bool) -> Any:
    if spares:
        where += (table.c.business_id.not_in(bindparam("but", expanding=True)),)
    due = (
        select(table.c.id)
        .where(table.c.due_at <= bindparam("now", type_=table.c.due_at.type), *where)
        .order_by(table.c.due_at)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = (
        update(table)
        .where(table.c.id.in_(select(due.c.id)))
        .values(
            due_at=bindparam("until", type_=table.c.due_at.type),
            lease=table.c.lease + 1,
            attempts=table.c.attempts + 1,
            leased_by=bindparam("worker"),
        )
        .returning(table)
    )
    return across_salons(taken)


def finish(
    conn: Connection,
    table: Table,
    row_id: int,
    lease: int,
    *,
    due_at: datetime | None = None,
    keep_attempts: bool = False,
    **values: Any,
) -> None:
    """
    Give claimed work back: done (`due_at` None) or due again at a time.

    LeaseLost if another worker has claimed it since; the caller's transaction
    must then be rolled back, which raising out of the verb does.
    """
    if not keep_attempts:
        values["attempts"] = 0
    mine = {"id": row_id, "lease": lease}
    values |= {"due_at": due_at, "leased_by": None}
    if change(conn, table, mine, values, everywhere=True) == 0:
        raise LeaseLost(f"{table.name} {row_id} was taken over")


def free_all(conn: Connection, table: Table, now: datetime, *, of: str | None = None) -> int:
    """Make claimed work due now: right only when no other worker can be alive, or of a dead one."""
    theirs = table.c.leased_by.is_not(None) if of is None else table.c.leased_by == of
    freed = conn.execute(
        across_salons(
            update(table).where(theirs).values(due_at=now, leased_by=None, lease=table.c.lease + 1)
        )
    )
    return freed.rowcount


def next_due(conn: Connection, table: Table) -> datetime | None:
    """When the first of a to-do list is due; None if nothing waits."""
    found: datetime | None = conn.execute(_next_due(table)).scalar_one()
    return found


@cache
def _next_due(table: Table) -> Any:
    return across_salons(select(func.min(table.c.due_at)))


def backoff(attempts: int, *, first_s: float = 1.0, most_s: float = 300.0) -> timedelta:
    """How long to wait after the n-th failure: 1, 2, 4 … seconds, at most five minutes."""
    return timedelta(seconds=min(first_s * 2 ** max(attempts - 1, 0), most_s))
