"""
One database, two engines, plain functions.

What touches the database is an ordinary function `verb(conn, …)` of
SQLAlchemy Core.  `await db.read(verb, …)` and `await db.write(verb, …)` run it
in one transaction and give back what it returns: values, never live rows.
"""

from beautybot.kit.db.bulk import Filled, ManyRows
from beautybot.kit.db.database import Database, DatabaseUnavailable, connect, insist
from beautybot.kit.db.rows import add, add_many_once, add_once, change, one, remove
from beautybot.kit.db.schema import (
    Instant,
    Json,
    across_salons,
    insert,
    is_unique_violation,
    metadata,
    violated,
)

__all__ = [
    "Database",
    "DatabaseUnavailable",
    "Filled",
    "Instant",
    "Json",
    "ManyRows",
    "across_salons",
    "add",
    "add_many_once",
    "add_once",
    "change",
    "connect",
    "insert",
    "insist",
    "is_unique_violation",
    "metadata",
    "one",
    "remove",
    "violated",
]
