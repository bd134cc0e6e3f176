"""
Many rows in one INSERT.

`executemany` steps once a row and lets go of the interpreter's lock at each;
beside a busy event loop every step then waits to get it back.  One statement
for a whole batch spares that, and is one round trip on PostgreSQL.  Its text
is made once for each size.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

Insert = sqlite.Insert | postgresql.Insert
Bind = Callable[[Any], Any]
MOST = 128


@dataclass(frozen=True, slots=True)
class Made:
    """
    A statement for so many rows: what converts each column, then what follows the rows.

    `rest` are the parameters after the last row: a name and its own value, if
    the statement itself has it.
    """

    text: str
    binds: tuple[Bind | None, ...]
    rest: tuple[tuple[str, Bind | None], ...]
    constants: Mapping[str, Any]


class ManyRows:
    """
    An INSERT for any number of rows of some columns of a table.

    `finish` adds what the statement says of conflicts; every bindparam that it
    uses must be given as `shared` at each call.
    """

    def __init__(
        self, table: Table, columns: Sequence[str], finish: Callable[[Insert], Insert]
    ) -> None:
        self._table = table
        self._columns = tuple(columns)
        self._finish = finish
        self._made: dict[tuple[str, int], Made] = {}

    def insert(
        self, conn: Connection, rows: Sequence[Sequence[Any]], shared: Mapping[str, Any]
    ) -> None:
        """Insert all rows, each in the order of the columns, in as few statements as may be."""
        at = 0
        while at < len(rows):
            size = min(len(rows) - at, MOST)
            made = self._for(conn, size)
            given = {**made.constants, **shared}
            values = [
                value if bind is None else bind(value)
                for row in rows[at : at + size]
                for value, bind in zip(row, made.binds, strict=True)
            ]
            values += [
                given[name] if bind is None else bind(given[name]) for name, bind in made.rest
            ]
            conn.exec_driver_sql(made.text, tuple(values))
            at += size

    def _for(self, conn: Connection, size: int) -> Made:
        known = self._made.get((conn.dialect.name, size))
        if known is None:
            known = self._made[conn.dialect.name, size] = self._make(conn, size)
        return known

    def _make(self, conn: Connection, size: int) -> Made:
        make = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
        # Two underscores: SQLAlchemy numbers parameters of its own with one.
        named = [
            {c: bindparam(f"{c}__{n}", type_=self._table.c[c].type) for c in self._columns}
            for n in range(size)
        ]
        compiled = self._finish(make(self._table).values(named)).compile(dialect=conn.dialect)
        order: Sequence[str] = compiled.positiontup or ()
        processors: Mapping[str, Any] = compiled._bind_processors
        rows = [f"{c}__{n}" for n in range(size) for c in self._columns]
        if list(order[: len(rows)]) != rows:
            raise AssertionError("the dialect orders the parameters of many rows in another way")
        return Made(
            text=compiled.string,
            binds=tuple(processors.get(f"{c}__0") for c in self._columns),
            rest=tuple((name, processors.get(name)) for name in order[len(rows) :]),
            constants=dict(compiled.params),
        )
