"""
An SQLite database in memory, run inside the event loop's own thread.

For simulations: nothing here waits for a thread or a disk, so the same run
repeats to the letter.  Pragmas and transactions are those of the file.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import StaticPool

from beautybot.kit import migrate
from beautybot.kit.db.bulk import Filled

P = ParamSpec("P")
T = TypeVar("T")


class MemoryDatabase:
    """A Database for one thread; open it with `in_memory`."""

    url = "sqlite://"

    def __init__(self, raw: sqlite3.Connection) -> None:
        engine = create_engine("sqlite://", poolclass=StaticPool, creator=lambda: raw)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
        self._conn = engine.connect()

    def run(
        self, verb: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """One transaction, at once; an exception of the verb undoes it."""
        with self._conn.begin():
            return verb(self._conn, *args, **kwargs)

    async def read(
        self, verb: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same, for who awaits it."""
        return self.run(verb, *args, **kwargs)

    async def write(
        self, verb: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same, for who awaits it."""
        return self.run(verb, *args, **kwargs)

    def image(self) -> bytes:
        """All of it, to open copies from."""
        raw = self._conn.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        return raw.serialize()

    async def insert_first(self, filled: Filled) -> None:
        """The same: nothing waits here."""
        self.run(filled.insert)

    async def scrub(self) -> bool:
        """There is no log to empty."""
        return True

    async def close(self) -> None:
        """Forget everything."""
        self._conn.close()


def of_image(image: bytes) -> MemoryDatabase:
    """A database of its own that begins as an earlier one was."""
    raw = sqlite3.connect(":memory:")
    raw.deserialize(image)
    return MemoryDatabase(raw)


async def in_memory() -> MemoryDatabase:
    """A migrated, empty database; it is gone when it is closed."""
    with tempfile.TemporaryDirectory(prefix="beautybot-") as folder:
        path = Path(folder, "made.db")
        await migrate.upgrade(f"sqlite:///{path}")
        made = sqlite3.connect(path)
        made.execute("PRAGMA journal_mode=DELETE")  # what is in memory can have no log beside it
        image = made.serialize()
        made.close()
    return of_image(image)


def _prepare(raw: Any, _record: Any) -> None:
    raw.isolation_level = None
    raw.execute("PRAGMA foreign_keys=ON")
