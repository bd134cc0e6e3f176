"""
A counted right that several processes share through the database: so many seats, no more.

A seat is held until a time, not until a word: a process that dies gives its
seats back by doing nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    String,
    Table,
    UniqueConstraint,
    select,
    update,
)

from beautybot.kit.db import Instant, insert, metadata

HELD_FOR = timedelta(seconds=30)
PAST = datetime(2000, 1, 1, tzinfo=UTC)

seats = Table(
    "seats",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("what", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("until", Instant, nullable=False),  # in the past: free
    Column("holder", String(64), nullable=False, server_default=""),
    UniqueConstraint("what", "number"),
)


def provide(conn: Connection, what: str, count: int) -> None:
    """See to it that there is a row for every seat."""
    rows = [{"what": what, "number": n, "until": PAST} for n in range(count)]
    conn.execute(insert(conn, seats).values(rows).on_conflict_do_nothing())


def take(conn: Connection, what: str, count: int, holder: str, now: datetime) -> int | None:
    """Hold one of the first `count` seats for `HELD_FOR`; its number, None if all are held."""
    free = conn.execute(
        select(seats.c.number)
        .where(seats.c.what == what, seats.c.number < count, seats.c.until <= now)
        .order_by(seats.c.number)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).scalar()
    if free is None:
        return None
    _set(conn, what, int(free), holder, now + HELD_FOR)
    return int(free)


def keep(conn: Connection, what: str, number: int, holder: str, now: datetime) -> bool:
    """Hold a seat for longer; False if it ran out and another holds it now."""
    if _holder(conn, what, number) != holder:
        return False
    _set(conn, what, number, holder, now + HELD_FOR)
    return True


def give(conn: Connection, what: str, number: int, holder: str) -> None:
    """Give a seat back, unless it ran out and another holds it."""
    if _holder(conn, what, number) == holder:
        _set(conn, what, number, "", PAST)


def vacate(conn: Connection, *, of: str | None = None) -> None:
    """Free every seat: right only when nobody else can be alive; or those of one who is dead."""
    held = seats.c.holder != "" if of is None else seats.c.holder == of
    conn.execute(update(seats).where(held).values(holder="", until=PAST))


def _holder(conn: Connection, what: str, number: int) -> str | None:
    held = select(seats.c.holder).where(seats.c.what == what, seats.c.number == number)
    return conn.execute(held.with_for_update()).scalar()


def _set(conn: Connection, what: str, number: int, holder: str, until: datetime) -> None:
    conn.execute(
        update(seats)
        .where(seats.c.what == what, seats.c.number == number)
        .values(holder=holder, until=until)
    )
