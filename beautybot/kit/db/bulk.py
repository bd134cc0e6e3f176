"""
Many rows in one INSERT.

`executemany` steps once a row and lets go of the interpreter's lock at each;
beside a busy event loop every step then waits to get it back.  One statement
for a whole batch spares that, and is one round trip on PostgreSQL.  SQLite's
has a row of parameters for each row, so there is a text for each size, made of
that for one row; PostgreSQL's takes whole columns as arrays and is one for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ARRAY, Connection, Dialect, String, Table, Text, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

Insert = sqlite.Insert | postgresql.Insert
Bind = Callable[[Any], Any]
Rows = Sequence[Sequence[Any]]
Said = tuple[str, tuple[Any, ...]]
"""A statement's text and its parameters, as the driver takes them."""
MOST = 1024
"""SQLite takes 32,766 parameters in a statement."""


@dataclass(frozen=True, slots=True)
class Made:
    """
    A statement for so many rows: what converts each column, then what follows the rows.

    `rest` are the parameters after them: a name and what converts it.
    `constants` are the values that the statement itself has.
    """

    text: str
    binds: tuple[Bind | None, ...]
    rest: tuple[tuple[str, Bind | None], ...]
    constants: Mapping[str, Any]

    def last(self, shared: Mapping[str, Any]) -> list[Any]:
        """The parameters after the last row, as the driver takes them."""
        given = {**self.constants, **shared}
        return [given[name] if bind is None else bind(given[name]) for name, bind in self.rest]


class ManyRows:
    """
    An INSERT for any number of rows of some columns of a table.

    `finish` adds what the statement says of conflicts; every bindparam that it
    uses must be given as `shared` at each call.
    """

    def __init__(
        self, table: Table, columns: Sequence[str], finish: Callable[[Insert], Insert]
    ) -> None:
        self._types = {column: table.c[column].type for column in columns}
        self._table = table
        self._finish = finish
        self._rows: dict[int, Made] = {}
        self._arrays: Made | None = None

    def of_rows(self, dialect: Dialect, rows: Rows, shared: Mapping[str, Any]) -> Said:
        """SQLite's statement and its parameters, row after row."""
        made = self._rows.get(len(rows))
        if made is None:
            if 1 not in self._rows:
                self._rows[1] = self._of_row(dialect)
            made = self._rows[len(rows)] = _repeated(self._rows[1], len(rows))
        values = [
            value if bind is None else bind(value)
            for row in rows
            for value, bind in zip(row, made.binds, strict=True)
        ]
        return made.text, (*values, *made.last(shared))

    def of_columns(self, dialect: Dialect, rows: Rows, shared: Mapping[str, Any]) -> Said:
        """PostgreSQL's statement and its parameters, one array for each column."""
        made = self._arrays = self._arrays or self._of_arrays(dialect)
        columns = [
            column if bind is None else [bind(value) for value in column]
            for column, bind in zip(zip(*rows, strict=True), made.binds, strict=True)
        ]
        return made.text, (*columns, *made.last(shared))

    def _of_row(self, dialect: Dialect) -> Made:
        # Two underscores: SQLAlchemy gives parameters of its own the names of columns.
        named = {c: bindparam(f"{c}__", type_=kind) for c, kind in self._types.items()}
        names = [name.key for name in named.values()]
        return self._made(sqlite.insert(self._table).values(named), names, dialect)

    def _of_arrays(self, dialect: Dialect) -> Made:
        arrays = [bindparam(c, type_=ARRAY(_uncut(kind))) for c, kind in self._types.items()]
        whole = select(*(func.unnest(array) for array in arrays))
        statement = postgresql.insert(self._table).from_select(list(self._types), whole)
        return self._made(statement, [array.key for array in arrays], dialect)

    def _made(self, statement: Insert, names: Sequence[str], dialect: Dialect) -> Made:
        compiled = self._finish(statement).compile(dialect=dialect)
        order: Sequence[str] = compiled.positiontup or ()
        if list(order[: len(names)]) != list(names):
            raise AssertionError("the dialect orders the parameters of many rows in another way")
        processors: Mapping[str, Any] = compiled._bind_processors
        return Made(
            text=compiled.string,
            binds=tuple(
                kind.dialect_impl(dialect).bind_processor(dialect) for kind in self._types.values()
            ),
            rest=tuple((name, processors.get(name)) for name in order[len(names) :]),
            constants=dict(compiled.params),
        )


@dataclass(frozen=True, slots=True)
class Filled:
    """Rows to insert, each in the order of the columns of `into`."""

    into: ManyRows
    rows: Rows
    shared: Mapping[str, Any]

    def insert(self, conn: Connection) -> None:
        """Insert all: up to MOST of them in one statement, on PostgreSQL always."""
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql(*self.as_columns(conn.dialect))
            return
        for at in range(0, len(self.rows), MOST):
            some = self.rows[at : at + MOST]
            conn.exec_driver_sql(*self.into.of_rows(conn.dialect, some, self.shared))

    def as_columns(self, dialect: Dialect) -> Said:
        """The one statement that PostgreSQL hears."""
        return self.into.of_columns(dialect, self.rows, self.shared)


def _repeated(one: Made, size: int) -> Made:
    """The statement for so many rows: to compile each size would take milliseconds."""
    row = f"({', '.join('?' * len(one.binds))})"
    head, values, tail = one.text.partition(f" VALUES {row}")
    if not values or row in tail:
        raise AssertionError("the dialect writes the values of a row in another way")
    return replace(one, text=f"{head} VALUES {', '.join([row] * size)}{tail}")


def _uncut(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """A text of any length: a cast to a shorter one would cut it without a word."""
    return Text() if isinstance(kind, String) else kind
