"""The door to the database: `read` and `write`, the same on both engines."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import asyncpg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError, DBAPIError, TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from beautybot.kit.db.bulk import Filled
from beautybot.kit.db.direct import Direct
from beautybot.kit.db.sqlite import SqliteFile
from beautybot.kit.errors import BeautyBotError

P = ParamSpec("P")
T = TypeVar("T")

_RETRIED = {"40001", "40P01"}
_TRIES = 4
_NO_CONNECTION = (
    OSError,
    TimeoutError,
    PoolTimeout,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # cut while it was being asked
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)


class DatabaseUnavailable(BeautyBotError):
    """The database cannot be read or written now: try again, nothing was half-written."""


class Database(Protocol):
    """One open database; close it when done."""

    url: str

    async def read(
        self, verb: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a verb that only looks, on one consistent snapshot."""
        ...

    async def write(
        self, verb: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """
        Run a verb in one durable transaction: when this returns, a power cut loses nothing.

        An exception of the verb undoes all it wrote.  The verb may be run
        again after a serialization failure, so it must have no effect outside
        the database.
        """
        ...

    async def insert_first(self, filled: Filled) -> None:
        """
        Insert rows in one statement, a durable transaction by itself, before every verb that waits.

        For what somebody outside waits for: no BEGIN, no COMMIT, one round
        trip on PostgreSQL and nothing of SQLAlchemy's between.
        """
        ...

    async def scrub(self) -> bool:
        """
        Leave nothing of deleted rows where others could find it, as far as the engine can.

        SQLite: the write-ahead log is emptied (the file itself overwrites what
        is deleted).  PostgreSQL: VACUUM.  False if it could not be done now.
        """
        ...

    async def close(self) -> None:
        """Finish what runs and close every connection."""
        ...


def connect(url: str, *, owner: bool = False, ballast: int = 0) -> Database:
    """
    Open the database of a DATABASE_URL.

    On SQLite `owner` says that this process is the server: it holds the file
    alone, does the checkpoints, and keeps so many bytes in hand for a full
    disk.  DatabaseInUse if another server has it; DatabaseDamaged.
    """
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        return SqliteDatabase(url, path, owner=owner, ballast=ballast)
    return PostgresDatabase(url)


class SqliteDatabase:
    """A file: one writer thread that shares commits, a few reader threads."""

    def __init__(self, url: str, path: Path, *, owner: bool, ballast: int = 0) -> None:
        self.url = url
        self.file = SqliteFile(path, owner=owner, ballast=ballast)

    async def read(
        self, verb: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await translated(self.file.read(lambda conn: verb(conn, *args, **kwargs)))

    async def write(
        self, verb: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await translated(self.file.write(lambda conn: verb(conn, *args, **kwargs)))

    async def insert_first(self, filled: Filled) -> None:
        await translated(self.file.write(filled.insert, first=True))

    async def scrub(self) -> bool:
        return await translated(self.file.scrub())

    async def close(self) -> None:
        await asyncio.to_thread(self.file.close)


_SESSION = {
    # A process that was frozen in the middle must not hold its rows for ever; a machine
    # that is gone says nothing at all.
    "idle_in_transaction_session_timeout": "10s",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}


class PostgresDatabase:
    """A server: pooled asyncpg connections, verbs run by `run_sync`."""

    def __init__(self, url: str, pool: int = 10) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            _asyncpg(url),
            pool_size=pool,
            max_overflow=10,
            pool_pre_ping=False,
            pool_timeout=10,
            # All there are: with the usual hundred each pushes another out before it comes again.
            connect_args={"prepared_statement_cache_size": 1000, "server_settings": _SESSION},
        )
        self._direct = Direct(self.engine.execution_options(isolation_level="AUTOCOMMIT"))

    async def read(
        self, verb: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._run(lambda conn: verb(conn, *args, **kwargs), read_only=True)

    async def write(
        self, verb: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._run(lambda conn: verb(conn, *args, **kwargs), read_only=False)

    async def insert_first(self, filled: Filled) -> None:
        statement, values = filled.as_columns(self.engine.dialect)
        for attempt in range(1, _TRIES + 1):
            try:
                await self._direct.say(statement, values)
                return
            except _NO_CONNECTION as error:
                raise DatabaseUnavailable("the database does not answer") from error
            except asyncpg.PostgresError as error:
                if _state_is_down(error.sqlstate or ""):
                    raise DatabaseUnavailable("the database does not answer") from error
                if error.sqlstate not in _RETRIED or attempt == _TRIES:
                    raise
            await _pause(attempt)

    async def scrub(self) -> bool:
        async with self.engine.connect() as conn:
            await conn.execution_options(isolation_level="AUTOCOMMIT")
            await conn.execute(text("VACUUM"))
        return True

    async def close(self) -> None:
        await self._direct.close()
        await self.engine.dispose()

    async def _run(self, verb: Callable[[Connection], T], *, read_only: bool) -> T:
        for attempt in range(1, _TRIES + 1):
            try:
                async with self.engine.connect() as conn:
                    if read_only:
                        await conn.execute(_SNAPSHOT)
                    result = await conn.run_sync(verb)
                    if not read_only:
                        await conn.commit()
                    return result
            except DBAPIError as error:
                again = getattr(error.orig, "sqlstate", None) in _RETRIED or _was_closed(error)
                down = error.connection_invalidated or _is_down(error)
                if down and (attempt == _TRIES or not (again or read_only)):
                    raise DatabaseUnavailable("the database does not answer") from error
                if not (again or down) or attempt == _TRIES:
                    raise
            except _NO_CONNECTION as error:  # the driver's own: while connecting nobody wraps them
                raise DatabaseUnavailable("the database does not answer") from error
            await _pause(attempt)
        raise AssertionError("unreachable: the last try returns or raises")


async def insist(
    db: Database, verb: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """
    `db.write`, tried again for as long as the database is away.

    For what has already happened outside and must be kept.  A write whose
    answer was lost may have been done, and another worker may have taken the
    work over meanwhile: the verb has to see both, by its lease.
    """
    pause = 0.1
    while True:
        try:
            return await db.write(verb, *args, **kwargs)
        except DatabaseUnavailable:
            await asyncio.sleep(random.uniform(pause / 2, pause))
            pause = min(2 * pause, 2.0)


_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _asyncpg(url: str) -> str:
    return "postgresql+asyncpg://" + url.split("://", 1)[1]


def _was_closed(error: DBAPIError) -> bool:
    """The connection was gone before it was asked: what it had not committed is undone."""
    return "connection is closed" in str(error.orig)


def _is_down(error: DBAPIError) -> bool:
    code = str(getattr(error.orig, "sqlstate", "") or "")
    return _state_is_down(code) or (not code and "connection" in str(error.orig).lower())


def _state_is_down(code: str) -> bool:
    return code.startswith(("08", "57P", "53", "25P03"))


async def _pause(attempt: int) -> None:
    """Two that were in each other's way do not come back at one moment."""
    await asyncio.sleep(random.uniform(0, 0.02 * 2**attempt))


_CANNOT_BE_USED = (
    *("locked", "readonly", "full", "disk i/o", "unable to open"),
    *("malformed", "not a database"),
)
"""SQLite's words for what a person has to mend, or time."""


async def translated(work: asyncio.Future[T] | Any) -> T:
    try:
        result: T = await work
        return result
    except DatabaseError as error:
        words = str(error.orig).lower()
        if any(sign in words for sign in _CANNOT_BE_USED):
            raise DatabaseUnavailable(f"the database cannot be used now: {error.orig}") from error
        raise
