"""
SQLite as the house uses it: WAL, synchronous=FULL, one writer, shared commits.

SQLite before 3.51.3 can corrupt a WAL file when a checkpoint in one process
meets a commit in another (https://sqlite.org/wal.html, "WAL-reset bug").  So
automatic checkpoints are off, only the owner of the file does them, and a
process beside it commits only while no checkpoint runs.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from beautybot.kit import clock, log
from beautybot.kit.db import soundness
from beautybot.kit.db.ballast import Ballast
from beautybot.kit.db.giving_way import GivesWay, GivingWay
from beautybot.kit.db.line import Line
from beautybot.kit.db.locks import FileLocks
from beautybot.kit.db.opening import ALONE, engine_of
from beautybot.kit.db.outcomes import tell
from beautybot.kit.errors import BeautyBotError

T = TypeVar("T")
Verb = Callable[[Connection], Any]
logger = log.get(__name__)

LEAST_S, LONGEST_S = 0.015, 0.05
"""How long verbs that share a commit may take together before it is made."""
CHECKPOINT_PAGES = 8000
"""32 MB of log: a page of an index written in a hundred commits is moved once."""
READERS = 4
BUSY_MS, HELD_MS = 2500, 250
"""How long a server's write waits for another process: a delivery hears 503 in three seconds."""
BESIDE_MS = 10_000
"""How long a command's write waits beside a server, which commits all the time."""


class DatabaseInUse(BeautyBotError):
    """Another server holds this database file."""


class SqliteFile:
    """
    One database file opened by this process.

    `owner=True` takes the file for a server; otherwise this is an operator's
    command, which becomes the owner for its short life if nobody else is.
    """

    def __init__(self, path: Path, *, owner: bool, ballast: int = 0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._locks = FileLocks(path)
        self.is_owner = self._locks.own()
        if owner and not self.is_owner:
            self._locks.close()
            raise DatabaseInUse(f"another server already uses {path.name}; stop it first")
        try:
            if self._locks.known:
                soundness.miss(path)
            if owner:
                soundness.look(path)
        except soundness.DatabaseDamaged:
            self._locks.close()
            raise
        self._ballast = Ballast(path, ballast if owner else 0)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._read_engine = engine_of(path, BUSY_MS, read_only=True)
        self._local = threading.local()
        self._opened: list[Connection] = []
        self._writer: Writer | None = None
        self._start = threading.Lock()

    def write(self, verb: Callable[[Connection], T], *, first: bool = False) -> asyncio.Future[T]:
        """Queue a verb for the writer thread; the future is done after the shared commit."""
        with self._start:
            if self._writer is None:
                self._writer = Writer(
                    self.path, self._locks, self._ballast, checkpoints=self.is_owner
                )
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writer.put(verb, future, first=first)
        return future

    async def scrub(self) -> bool:
        """Move the WAL into the file and empty it; False if another process owns the file."""
        if not self.is_owner:
            return False
        await self.write(_nothing)
        assert self._writer is not None
        self._writer.checkpoint_next()
        await self.write(_nothing)  # it is followed by the checkpoint,
        await self.write(_nothing)  # which is over when this one is done
        return self._locks.wal_size() == 0

    def read(self, verb: Callable[[Connection], T]) -> asyncio.Future[T]:
        """Run a verb on a reader thread."""
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._readers, self._read, verb)

    def _read(self, verb: Callable[[Connection], T]) -> T:
        conn: Connection | None = getattr(self._local, "conn", None)
        if conn is None or conn.closed:
            conn = self._local.conn = self._read_engine.connect()
            self._opened.append(conn)
        with conn.begin():
            return verb(conn)

    def close(self) -> None:
        """Commit what is queued, close every connection, give the file back."""
        if self._writer is not None:
            self._writer.close()
        self._readers.shutdown()
        for conn in self._opened:
            conn.close()
        self._read_engine.dispose()
        self._locks.close()


class Writer:
    """The one thread that writes.  Verbs that wait for the same commit share it."""

    def __init__(
        self, path: Path, locks: FileLocks, ballast: Ballast, *, checkpoints: bool
    ) -> None:
        self._engine = engine_of(path, BUSY_MS if checkpoints else BESIDE_MS, read_only=False)
        self._locks = locks
        self._checkpoints = checkpoints
        self._ballast = ballast
        self._asked = False
        self._held = False  # somebody else has the file, and has had it for BUSY_MS
        self._line = Line[tuple[Verb, Any]]()
        self._giving_way = GivingWay(self._engine, self._line.someone_is_first)
        self._commit_s = 0.0
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def put(self, verb: Verb, future: asyncio.Future[Any], *, first: bool) -> None:
        self._line.join((verb, future), first=first)

    def checkpoint_next(self) -> None:
        """Do a checkpoint after the next commit, however small the WAL is."""
        self._asked = True

    def close(self) -> None:
        self._line.close()
        self._thread.join()

    def _run(self) -> None:
        conn: Connection | None = None
        while self._line.is_open():
            batch, urgent = self._line.take(self._giving_way.is_due)
            try:
                conn = conn or self._connected()
                outcomes = self._commit_or_make_room(conn, [verb for verb, _ in batch], urgent)
                self._wait_for_lock(conn, held=False)
            except BaseException as error:
                if "locked" in str(error) and conn is not None:
                    batch += self._line.take()[0]  # who came meanwhile has waited as long
                    self._wait_for_lock(conn, held=True)
                outcomes = [(None, error)] * len(batch)
                conn = self._trusted(conn, error)
            self._line.give_back(batch[len(outcomes) :])
            tell([future for _, future in batch[: len(outcomes)]], outcomes)
            if self._checkpoints and conn is not None:
                conn = self._checkpoint(conn)
        if conn is not None:
            conn.close()
        self._engine.dispose()

    def _connected(self) -> Connection:
        self._ballast.lay()
        return self._engine.connect()

    def _wait_for_lock(self, conn: Connection, *, held: bool) -> None:
        """Once the file was held by somebody for BUSY_MS, who comes next need not wait as long."""
        if held == self._held or not self._checkpoints:
            return
        self._held = held
        raw = conn.connection.driver_connection
        assert raw is not None
        raw.execute(f"PRAGMA busy_timeout={HELD_MS if held else BUSY_MS}")

    def _commit_or_make_room(
        self, conn: Connection, verbs: list[Verb], urgent: int
    ) -> list[tuple[Any, BaseException | None]]:
        """On a full disk the ballast goes, and the whole commit is tried again, once."""
        try:
            return self._commit(conn, verbs, urgent)
        except DBAPIError as error:
            if "full" not in str(error.orig) or not self._ballast.give_up():
                raise
        logger.error("❌ Ошибка: диск полон, запасное место отдано", file=str(self._ballast.path))
        return self._commit(conn, verbs, urgent)

    def _commit(
        self, conn: Connection, verbs: list[Verb], urgent: int
    ) -> list[tuple[Any, BaseException | None]]:
        """
        Run verbs and commit: all that are urgent, and of the rest what is done in a short time.

        A batch lasts about as long as its commit, or LEAST_S: more would make the next delivery
        wait, less would make more commits than verbs.  One that gave way is the first of the rest.
        """
        outcomes: list[tuple[Any, BaseException | None]] = []
        if len(verbs) == 1:
            with suppress(GivesWay):
                outcomes.append((self._commit_one(conn, verbs[0], alone=urgent == 1), None))
            return outcomes
        began = committing = clock.monotonic()
        with self._locks.committing(alone=self._checkpoints), conn.begin():
            raw = conn.connection.driver_connection
            assert raw is not None
            for number, verb in enumerate(verbs):
                if number <= urgent:
                    began = committing
                elif committing - began > max(LEAST_S, self._commit_s):
                    break
                with self._giving_way.allowed(number >= urgent):
                    outcome = _alone(conn, raw, verb)
                if isinstance(outcome[1], GivesWay):
                    break
                outcomes.append(outcome)
                committing = clock.monotonic()
        if outcomes:
            self._commit_s = min(clock.monotonic() - committing, LONGEST_S)
        return outcomes

    def _commit_one(self, conn: Connection, verb: Verb, *, alone: bool) -> Any:
        """
        A verb that shares its commit with nobody: what fails may undo the whole transaction.

        `alone`: it is one statement and needs no BEGIN and COMMIT, at each of which this
        thread would wait for the interpreter's lock.
        """
        if alone:
            conn.info[ALONE] = True
        try:
            with (
                self._locks.committing(alone=self._checkpoints),
                conn.begin(),
                self._giving_way.allowed(not alone),
            ):
                return verb(conn)
        finally:
            conn.info.pop(ALONE, None)

    def _checkpoint(self, conn: Connection) -> Connection | None:
        try:
            self._locks.remember()
            if not self._asked and not self._locks.log_is_long(CHECKPOINT_PAGES * 4096):
                return conn
            self._asked = False
            with self._locks.checkpointing():
                raw = conn.connection.driver_connection
                assert raw is not None
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                conn.rollback()
            self._ballast.lay()
        except (OSError, DBAPIError, sqlite3.Error) as error:  # the commits that follow will say so
            return self._trusted(conn, error)
        return conn

    def _trusted(self, conn: Connection | None, error: BaseException) -> Connection | None:
        """A descriptor whose sync failed tells of it once: the next commit gets another."""
        if conn is None or "disk i/o" not in str(error).lower():
            return conn
        logger.error("❌ Ошибка диска: записать не удалось", error=str(error))
        conn.invalidate()
        conn.close()
        return None


def _alone(conn: Connection, raw: Any, verb: Verb) -> tuple[Any, BaseException | None]:
    """One verb of several in a savepoint of its own: what fails undoes only itself."""
    raw.execute("SAVEPOINT verb")
    try:
        outcome: tuple[Any, BaseException | None] = (verb(conn), None)
    except BaseException as error:
        if not raw.in_transaction:  # the engine gave the whole transaction up
            raise
        raw.execute("ROLLBACK TO verb")
        outcome = (None, error)
    raw.execute("RELEASE verb")
    return outcome


def _nothing(_conn: Connection) -> None:
    return None
