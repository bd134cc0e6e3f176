"""
Bring the tables up to date: every step that is missing, all of them or none.

The steps run in one transaction, so a process killed on the way leaves the
database as it was and the next run does the whole work.  On PostgreSQL an
advisory lock makes the second of two migrating processes wait and then find
nothing to do; on SQLite the write lock does.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.pool import NullPool

from beautybot.kit.db import Database, connect
from beautybot.kit.db.database import PostgresDatabase, SqliteDatabase, translated
from beautybot.kit.db.locks import FileLocks
from beautybot.kit.steps import SCRIPTS, CannotMigrate, current, newest

_LOCK = 0x62_65_61_75_74_79
_WAIT_S = 30


async def upgrade(database: Database | str) -> str:
    """
    Take a database, open or named by its URL, to the newest step; return that step.

    Safe to run twice, to run from several processes at once and to run again
    after being killed.  CannotMigrate if a newer BeautyBot wrote it.
    """
    if isinstance(database, str):
        opened = connect(database)
        try:
            return await upgrade(opened)
        finally:
            await opened.close()
    if isinstance(database, SqliteDatabase):
        await translated(asyncio.to_thread(_upgrade_file, database.file.path))
    elif isinstance(database, PostgresDatabase):
        await database.write(_upgrade_locked)
    return newest()


def config(conn: Connection, **attributes: Any) -> Config:
    """Alembic's configuration for one connection; `attributes` reach migrations/env.py."""
    made = Config()
    made.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    made.attributes.update(attributes, connection=conn)
    return made


def _upgrade_file(path: Path) -> None:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: Any) -> None:
        raw.isolation_level = None
        raw.execute(f"PRAGMA busy_timeout={_WAIT_S * 1000}")
        # Here and not by the first user: the change waits for nobody, it fails at once.
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA wal_autocheckpoint=0")
        raw.execute("PRAGMA synchronous=FULL")
        # A step that rebuilds a table must be able to drop the old one.
        raw.execute("PRAGMA foreign_keys=OFF")

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE")

    locks = FileLocks(path)
    try:
        with locks.checkpointing(), engine.begin() as conn:
            _upgrade(conn)
            if conn.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise CannotMigrate("a step would leave rows that refer to nothing; restore a copy")
    finally:
        locks.close()
        engine.dispose()


def _upgrade_locked(conn: Connection) -> None:
    conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    _upgrade(conn)


def _upgrade(conn: Connection) -> None:
    whole = conn.execution_options(across_salons=True)
    try:
        command.upgrade(config(whole), "head")
    except CommandError as error:
        at = current(conn)
        raise CannotMigrate(
            f"the database is at step {at}, which this version does not know: "
            "it was written by a newer BeautyBot"
        ) from error
