"""The metadata all tables share, the column types, and what differs between the engines."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from sqlalchemy import DateTime, MetaData, Table, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

Statement = TypeVar("Statement", bound=Executable)


class Instant(TypeDecorator[datetime]):
    """
    An aware UTC datetime: timestamptz on PostgreSQL, sortable text on SQLite.

    A naive datetime is refused with ValueError before it reaches the database.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def bind_processor(self, dialect: Dialect) -> Any:
        """On SQLite straight to the text that its DateTime keeps: half of accept's time."""
        return super().bind_processor(dialect) if dialect.name == "postgresql" else _as_text

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


@lru_cache(maxsize=64)  # a row often holds one instant twice, and its neighbours hold it too
def _as_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is not UTC:
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        value = value.astimezone(UTC)
    return value.isoformat(" ", "microseconds")[:26]


class Json(TypeDecorator[Any]):
    """A plain value kept as JSON text; NUL is escaped, so both engines take any string."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else msgspec.json.decode(value)


def insert(conn: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """`INSERT` that can say `.on_conflict_do_nothing()` and `.on_conflict_do_update()`."""
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)


def across_salons(statement: Statement) -> Statement:
    """
    Mark a statement that is meant to see the rows of every salon.

    Without the mark, a test of the house refuses each statement on a table
    with a `business_id` that is not bound to one salon.
    """
    return statement.execution_options(across_salons=True)


def violated(error: DBAPIError) -> str:
    """The name of the constraint or trigger that refused, or the driver's words: lower case."""
    name = getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)
    return str(name or error.orig).lower()


def is_unique_violation(error: IntegrityError) -> bool:
    """True when a unique index refused a row, on either engine."""
    code = getattr(error.orig, "sqlstate", None)
    return code == "23505" or "unique constraint" in str(error.orig).lower()
