"""
The database's own refusal under fire: one process, SQLite in memory, raw rows.

No availability is asked here; every attempt goes straight at the constraint.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, bindparam, create_engine, delete, func, insert, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.pool import StaticPool

from beautybot.booking import overlap
from beautybot.booking.models import appointments, busy_spans, resources, specialists
from beautybot.businesses.models import businesses
from beautybot.conversations.models import clients
from beautybot.kit.db import metadata
from beautybot.proof.salon import NOW

TABLES = [businesses, clients, specialists, resources, appointments, busy_spans]
SPECIALISTS = 6
UNITS = 2
TICKS = 288  # two days of ten minutes
JUDGED_EVERY = 20_000
HOLD = 400  # attempts until a hold is over

Row = tuple[int, int, int | None, int | None, int, str, str]
"""Salon, visit, specialist, resource, unit, from, to."""


@dataclass(frozen=True, slots=True)
class Salvo:
    """A share of the attempts."""

    seed: str
    attempts: int
    guarded: bool = True


@dataclass(slots=True)
class Book:
    """What this process knows of its own visits: spans, and until when they are held."""

    visits: dict[int, list[Row]] = field(default_factory=dict)
    until: dict[int, int] = field(default_factory=dict)
    ids: list[int] = field(default_factory=list)


def fire(salvo: Salvo) -> tuple[Counter[str], int]:
    """Run the attempts; what came of them, and how many pairs of spans were seen to meet."""
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as conn:
        metadata.create_all(conn, tables=TABLES)
        conn.execute(
            insert(resources).values(business_id=1, id=1, ref="r", name="R", quantity=UNITS)
        )
        if salvo.guarded:
            for statement in overlap.SQLITE:
                conn.exec_driver_sql(statement)
        conn.commit()
        raw = conn.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.isolation_level = None
        gun = Gun(raw, Random(salvo.seed))
        seen = 0
        for attempt in range(salvo.attempts):
            gun.attempt(attempt)
            if attempt % JUDGED_EVERY == JUDGED_EVERY - 1:
                seen = max(seen, _meeting(conn))
        seen = max(seen, _meeting(conn))
    engine.dispose()
    return gun.tally, seen


class Gun:
    """Prebuilt statements and dice."""

    def __init__(self, raw: sqlite3.Connection, dice: Random) -> None:
        self.raw = raw
        self.dice = dice
        self.book = Book()
        self.tally: Counter[str] = Counter()
        self.next_id = 1
        self.ticks = [_text(NOW + timedelta(minutes=10 * n)) for n in range(TICKS + 30)]
        self.verbs = (self._hold, self._hold, self._hold, self._book, self._move, self._cancel)

    def attempt(self, number: int) -> None:
        """One random verb; expired holds are dropped on the way."""
        if number % 50 == 0:
            self._expire(number)
        verb = self.dice.choice(self.verbs)
        try:
            done = verb(number)
        except sqlite3.IntegrityError:
            if self.raw.in_transaction:
                self.raw.execute("ROLLBACK")
            done = False
        self.tally[verb.__name__[1:] if done else "refused"] += 1

    def _hold(self, number: int) -> bool:
        made = self.next_id
        self.next_id += 1
        rows = self._rows(made)
        self.raw.execute("BEGIN")
        self.raw.execute(HOLD_SQL, (made, 1, str(made), "held", "chat", *rows[0][5:], *REST))
        self.raw.executemany(KEEP_SQL, rows)
        self.raw.execute("COMMIT")
        self.book.visits[made] = rows
        self.book.until[made] = number + HOLD
        self.book.ids.append(made)
        return True

    def _book(self, number: int) -> bool:
        chosen = self._somebody()
        if chosen is None or self.book.until.pop(chosen, None) is None:
            return False
        self.raw.execute(BOOK_SQL, ("booked", 1, chosen))
        return True

    def _move(self, number: int) -> bool:
        chosen = self._somebody()
        if chosen is None:
            return False
        rows = self._rows(chosen)
        self.raw.execute("BEGIN")
        if len(rows) == len(self.book.visits[chosen]) == 1 and self.dice.random() < 0.5:
            self.raw.execute(MOVE_SQL, (*rows[0][2:], 1, chosen))
        else:
            self.raw.execute(FREE_SQL, (1, chosen))
            self.raw.executemany(KEEP_SQL, rows)
        self.raw.execute("COMMIT")
        self.book.visits[chosen] = rows
        return True

    def _cancel(self, number: int) -> bool:
        chosen = self._somebody()
        if chosen is None:
            return False
        self._drop(chosen)
        return True

    def _expire(self, number: int) -> None:
        for chosen in [i for i, until in self.book.until.items() if until <= number]:
            self._drop(chosen)

    def _drop(self, chosen: int) -> None:
        self.raw.execute("BEGIN")
        self.raw.execute(FREE_SQL, (1, chosen))
        self.raw.execute(FORGET_SQL, (1, chosen))
        self.raw.execute("COMMIT")
        del self.book.visits[chosen]
        self.book.until.pop(chosen, None)

    def _somebody(self) -> int | None:
        """A visit that is still there; ids of those that are gone are thrown away when met."""
        ids = self.book.ids
        while ids:
            i = self.dice.randrange(len(ids))
            if ids[i] in self.book.visits:
                return ids[i]
            ids[i] = ids[-1]
            ids.pop()
        return None

    def _rows(self, visit: int) -> list[Row]:
        dice = self.dice
        who = dice.randrange(SPECIALISTS) + 1
        start = dice.randrange(TICKS)
        end = start + dice.randrange(1, 13)
        kind = dice.random()
        if kind < 0.7 or end - start < 4:
            rows: list[Row] = [(1, visit, who, None, 0, self.ticks[start], self.ticks[end])]
        else:  # a gap in which the specialist is free
            rows = [
                (1, visit, who, None, 0, self.ticks[start], self.ticks[start + 1]),
                (1, visit, who, None, 0, self.ticks[end - 1], self.ticks[end]),
            ]
        if kind > 0.85:
            rows.append(
                (1, visit, None, 1, dice.randrange(UNITS), self.ticks[start], self.ticks[end])
            )
        return rows


def _meeting(conn: Connection) -> int:
    """Pairs of spans that meet, by a join of the table with itself."""
    one, other = busy_spans.alias(), busy_spans.alias()
    found = 0
    for same in (
        one.c.specialist_id == other.c.specialist_id,
        (one.c.resource_id == other.c.resource_id) & (one.c.unit == other.c.unit),
    ):
        found += conn.execute(
            select(func.count())
            .select_from(one)
            .join(other, (one.c.id < other.c.id) & same)
            .where(
                one.c.business_id == 1,
                other.c.business_id == 1,
                one.c.starts_at < other.c.ends_at,
                other.c.starts_at < one.c.ends_at,
            )
        ).scalar_one()
    return found


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.000000")


def _sql(statement: Any, *keys: str) -> str:
    return str(statement.compile(dialect=sqlite.dialect(), column_keys=list(keys) or None))


REST = ("UTC", "", 0, 0, "RUB", _text(NOW))
SPAN = ("specialist_id", "resource_id", "unit", "starts_at", "ends_at")
HOLD_SQL = _sql(
    insert(appointments),
    *("id", "business_id", "number", "status", "source", "starts_at", "ends_at"),
    *("timezone", "local_start", "price_minor", "price_from", "currency", "created_at"),
)
KEEP_SQL = _sql(insert(busy_spans), "business_id", "appointment_id", *SPAN)
BOOK_SQL = _sql(
    update(appointments)
    .where(appointments.c.business_id == bindparam("mine"), appointments.c.id == bindparam("one"))
    .values(status=bindparam("to"))
)
MOVE_SQL = _sql(
    update(busy_spans)
    .where(
        busy_spans.c.business_id == bindparam("mine"),
        busy_spans.c.appointment_id == bindparam("one"),
    )
    .values({name: bindparam(f"to_{name}") for name in SPAN})
)
FREE_SQL = _sql(
    delete(busy_spans).where(
        busy_spans.c.business_id == bindparam("mine"),
        busy_spans.c.appointment_id == bindparam("one"),
    )
)
FORGET_SQL = _sql(
    delete(appointments).where(
        appointments.c.business_id == bindparam("mine"), appointments.c.id == bindparam("one")
    )
)
