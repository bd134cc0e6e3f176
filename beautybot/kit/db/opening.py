"""How an SQLite file is opened: the log beside it, every commit synced, no checkpoint unasked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

ALONE = "alone"
"""In a connection's `info`: its next statement is a transaction by itself, BEGIN is not said."""


def engine_of(path: Path, busy_ms: int, *, read_only: bool) -> Engine:
    """An engine for the file; `busy_ms` is how long a connection waits for another's lock."""
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"check_same_thread": False, "timeout": busy_ms / 1000}
    )

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # the driver must not start transactions by itself
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}")
        raw.execute(f"PRAGMA busy_timeout={busy_ms}")
        raw.execute("PRAGMA wal_autocheckpoint=0")
        raw.execute("PRAGMA cache_size=-16000")
        raw.execute("PRAGMA temp_store=MEMORY")  # a statement of many rows keeps its undo here
        raw.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten
        if read_only:
            raw.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        if ALONE not in conn.info:
            conn.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine
