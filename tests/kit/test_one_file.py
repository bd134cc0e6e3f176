"""One SQLite file: who owns it, who writes beside, and what happens when it cannot be written."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import Connection
from written import NOW, WRITES_ONE_JOB, count, keys, put

from beautybot.kit import jobs
from beautybot.kit.db import DatabaseUnavailable, connect, sqlite
from beautybot.kit.db.sqlite import DatabaseInUse


async def test_a_second_server_is_refused(tmp_path: Path) -> None:
    """Two owners of one file would corrupt it."""
    url = f"sqlite:///{tmp_path / 'one.db'}"
    first = connect(url, owner=True)

    with pytest.raises(DatabaseInUse, match="stop it first"):
        connect(url, owner=True)

    await first.close()
    await connect(url, owner=True).close()


async def test_a_command_writes_beside_a_busy_server(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost when another process writes between our commits and checkpoints."""
    monkeypatch.setattr(sqlite, "CHECKPOINT_PAGES", pages := 500)
    server = connect(sqlite_url, owner=True)
    wide = "x" * 4000
    theirs = subprocess.Popen([sys.executable, "-c", WRITES_ONE_JOB, sqlite_url])

    ours = 0
    while theirs.poll() is None or ours * len(wide) < 3 * pages * 4096:
        await asyncio.gather(
            *(
                server.write(jobs.put, "ours", str(ours + n), {"wide": wide}, due_at=NOW, now=NOW)
                for n in range(50)
            )
        )
        ours += 50

    assert theirs.returncode == 0
    assert await server.read(count) == ours + 20
    await server.close()


async def test_a_locked_file_is_unavailable_and_recovers(sqlite_url: str) -> None:
    """Somebody holds the lock: an answer within seconds, and no half-written row."""
    db = connect(sqlite_url)
    holder = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    started = time.monotonic()

    with pytest.raises(DatabaseUnavailable, match="locked"):
        await db.write(put, "one")

    assert 2 < time.monotonic() - started < 20  # three seconds, on an idle machine
    holder.execute("ROLLBACK")
    await db.write(put, "two")
    assert await db.read(keys) == ["two"]
    holder.close()
    await db.close()


async def test_a_full_disk_is_unavailable_and_recovers(sqlite_url: str) -> None:
    """Reads go on, a write says so, and the next one works as soon as there is room."""
    db = connect(sqlite_url)

    def fill(conn: Connection) -> None:
        raw = conn.connection.driver_connection
        assert raw is not None
        pages = raw.execute("PRAGMA page_count").fetchone()[0]
        raw.execute(f"PRAGMA max_page_count={pages + 2}")

    def empty(conn: Connection) -> None:
        raw = conn.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA max_page_count=1000000")

    def put_much(conn: Connection) -> None:
        jobs.put(conn, "test", "much", {"x": "x" * 100_000}, due_at=NOW, now=NOW)

    await db.write(fill)
    with pytest.raises(DatabaseUnavailable, match="full"):
        await db.write(put_much)
    assert await db.read(keys) == []

    await db.write(empty)
    await db.write(put_much)
    assert await db.read(keys) == ["much"]
    await db.close()


async def test_closing_finishes_what_was_queued(sqlite_url: str) -> None:
    """A server that stops commits what it has accepted."""
    db = connect(sqlite_url)
    queued = [asyncio.ensure_future(db.write(put, str(n))) for n in range(20)]
    await asyncio.sleep(0)

    await db.close()

    assert await asyncio.gather(*queued) == [True] * 20
    with contextlib.closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as conn:
        assert conn.execute("SELECT count(*) FROM jobs").fetchone() == (20,)
        assert conn.execute("SELECT json(args) FROM jobs").fetchone() == (json.dumps({}),)
