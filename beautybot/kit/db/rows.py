"""
The plain statements of the busy paths, built once for each shape.

To build a statement and the key of SQLAlchemy's cache costs four times what
running it does.  `add`, `change`, `remove` and `one` keep the statement of each
(table, columns) and only bind values.  Anything less plain is a `select()` of
the verb that needs it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Delete,
    Row,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from beautybot.kit.db.schema import across_salons

Values = Mapping[str, Any]


def add(conn: Connection, table: Table, values: Values) -> int:
    """Insert one row; its id."""
    statement = _insert(conn.dialect.name, table, frozenset(values), False)
    made: int = conn.execute(statement, dict(values)).scalar_one()
    return made


def add_once(conn: Connection, table: Table, values: Values) -> int | None:
    """Insert one row; its id, or None if a unique index has it already."""
    statement = _insert(conn.dialect.name, table, frozenset(values), True)
    made: int | None = conn.execute(statement, dict(values)).scalar_one_or_none()
    return made


def add_many_once(conn: Connection, table: Table, rows: Sequence[Values]) -> list[int]:
    """Insert rows of the same columns at one go; the ids of those that no unique index had."""
    statement = _insert(conn.dialect.name, table, frozenset(rows[0]), True)
    made: list[int] = list(conn.execute(statement, [dict(row) for row in rows]).scalars())
    return made


def change(
    conn: Connection, table: Table, by: Values, values: Values, *, everywhere: bool = False
) -> int:
    """
    Set `values` on the rows whose columns equal `by`; how many there were.

    `everywhere`: the rows may be any salon's (a worker's own business).
    """
    statement = _update(table, tuple(by), tuple(values), everywhere)
    given = {f"by_{k}": v for k, v in by.items()} | {f"to_{k}": v for k, v in values.items()}
    return conn.execute(statement, given).rowcount


def remove(conn: Connection, table: Table, by: Values) -> int:
    """Delete the rows whose columns equal `by`; how many there were."""
    return conn.execute(_delete(table, tuple(by)), {f"by_{k}": v for k, v in by.items()}).rowcount


def one(
    conn: Connection, table: Table, by: Values, *, lock: bool = False, everywhere: bool = False
) -> Row[Any] | None:
    """The one row whose columns equal `by`, locked for this transaction if asked; None without."""
    statement = _select(table, tuple(by), lock, everywhere)
    return conn.execute(statement, {f"by_{k}": v for k, v in by.items()}).one_or_none()


@cache
def _insert(dialect: str, table: Table, names: frozenset[str], once: bool) -> Any:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table).values({name: bindparam(name) for name in names})
    if once:
        statement = statement.on_conflict_do_nothing()
    return statement.returning(table.c.id)


@cache
def _update(table: Table, by: tuple[str, ...], names: tuple[str, ...], everywhere: bool) -> Update:
    statement = (
        update(table)
        .where(*(table.c[name] == bindparam(f"by_{name}") for name in by))
        .values({name: bindparam(f"to_{name}", type_=table.c[name].type) for name in names})
    )
    return across_salons(statement) if everywhere else statement


@cache
def _delete(table: Table, by: tuple[str, ...]) -> Delete:
    return delete(table).where(*(table.c[name] == bindparam(f"by_{name}") for name in by))


@cache
def _select(table: Table, by: tuple[str, ...], lock: bool, everywhere: bool) -> Select[Any]:
    statement = select(table).where(*(table.c[name] == bindparam(f"by_{name}") for name in by))
    if lock:
        statement = statement.with_for_update()
    return across_salons(statement) if everywhere else statement
