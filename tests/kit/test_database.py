"""Reading and writing: one promise on two engines."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Connection, Engine, event, select, text
from sqlalchemy.exc import DBAPIError, StatementError
from written import NOW, WRITES_ONE_JOB, count, keys, put

from beautybot.kit import jobs
from beautybot.kit.db import Database, DatabaseUnavailable, connect


def put_and_break(conn: Connection, key: str) -> None:
    put(conn, key)
    raise LookupError("the verb changed its mind")


@contextlib.contextmanager
def counted_commits() -> Iterator[list[None]]:
    commits: list[None] = []

    def seen(_conn: Connection) -> None:
        commits.append(None)

    event.listen(Engine, "commit", seen)
    try:
        yield commits
    finally:
        event.remove(Engine, "commit", seen)


async def test_what_a_verb_wrote_is_there_for_the_next_reader(db: Database) -> None:
    """A write is visible as soon as it returns."""
    await db.write(put, "one")

    assert await db.read(keys) == ["one"]


async def test_a_verb_that_raises_undoes_itself_and_not_its_neighbours(db: Database) -> None:
    """Verbs that share a commit share nothing else."""
    outcomes = await asyncio.gather(
        db.write(put, "before"),
        db.write(put_and_break, "broken"),
        db.write(put, "after"),
        return_exceptions=True,
    )

    assert isinstance(outcomes[1], LookupError)
    assert sorted(await db.read(keys)) == ["after", "before"]


async def test_writes_that_wait_together_share_commits(sqlite_db: Database) -> None:
    """A hundred webhooks cost a few fsyncs, not a hundred."""
    with counted_commits() as commits:
        await asyncio.gather(*(sqlite_db.write(put, str(n)) for n in range(100)))

    assert await sqlite_db.read(count) == 100
    assert len(commits) < 50


async def test_a_reader_cannot_write(db: Database) -> None:
    """`read` is a promise the database keeps."""
    with pytest.raises((DBAPIError, DatabaseUnavailable)):
        await db.read(put, "sneaked in")

    assert await db.read(keys) == []


async def test_a_reader_sees_one_moment(db: Database) -> None:
    """What is committed while a verb looks does not change what it sees."""
    loop = asyncio.get_running_loop()
    looked, written = asyncio.Event(), threading.Event()

    def twice(conn: Connection) -> tuple[int, int]:
        first = count(conn)
        loop.call_soon_threadsafe(looked.set)
        written.wait(5)
        return first, count(conn)

    if db.url.startswith("sqlite"):
        reading = asyncio.ensure_future(db.read(twice))
        await looked.wait()
        await db.write(put, "meanwhile")
        written.set()
        seen = await reading
    else:  # its verbs run in the loop itself: the other connection is a second database object
        seen = await asyncio.to_thread(_reads_around_a_write, db.url)

    assert seen == (0, 0)
    assert await db.read(count) == 1


def _reads_around_a_write(url: str) -> tuple[int, int]:
    other = connect(url)

    def twice(conn: Connection) -> tuple[int, int]:
        first = count(conn)
        subprocess.run(
            [sys.executable, "-c", WRITES_ONE_JOB.replace("range(20)", "range(1)"), url], check=True
        )
        return first, count(conn)

    async def main() -> tuple[int, int]:
        seen = await other.read(twice)
        await other.close()
        return seen

    return asyncio.run(main())


async def test_a_server_that_is_away_is_unavailable(free_tcp_port: int) -> None:
    """PostgreSQL stopped: our own error, not the driver's."""
    db = connect(f"postgresql://nobody@127.0.0.1:{free_tcp_port}/none")

    with pytest.raises(DatabaseUnavailable):
        await db.read(count)

    await db.close()


async def test_a_serialization_failure_is_tried_again(postgres_db: Database) -> None:
    """40001 is PostgreSQL's way to say: once more."""
    tries: list[None] = []

    def unlucky(conn: Connection) -> int:
        tries.append(None)
        if len(tries) < 3:
            conn.execute(
                text("DO $$ BEGIN RAISE EXCEPTION 'once more' USING ERRCODE = '40001'; END $$")
            )
        put(conn, "at last")
        return len(tries)

    assert await postgres_db.write(unlucky) == 3
    assert await postgres_db.read(keys) == ["at last"]


async def test_times_come_back_aware_and_in_utc(db: Database) -> None:
    """Whatever zone a time was given in, it is stored and read as one instant."""
    moscow = NOW.astimezone(timezone(timedelta(hours=3)))

    def around(conn: Connection) -> datetime:
        jobs.put(conn, "test", "t", {}, due_at=moscow, now=moscow)
        return conn.execute(select(jobs.jobs.c.created_at)).scalar_one()

    stored = await db.write(around)

    assert stored == NOW
    assert stored.tzinfo is UTC


async def test_a_naive_time_never_reaches_the_database(db: Database) -> None:
    """It would be somebody's local time by accident."""
    naive = NOW.replace(tzinfo=None)

    with pytest.raises(StatementError, match="must be aware"):
        await db.write(jobs.put, "test", "t", {}, due_at=naive, now=naive)


@pytest.mark.parametrize("odd", ["\x00", "🎀", "\u202e", "'; DROP TABLE jobs; --"])
async def test_odd_text_survives_in_json(db: Database, odd: str) -> None:
    """Both engines keep what JSON can say, NUL too."""

    def around(conn: Connection) -> str:
        jobs.put(conn, "test", "t", {"text": odd}, due_at=NOW, now=NOW)
        value: str = conn.execute(select(jobs.jobs.c.args)).scalar_one()["text"]
        return value

    assert await db.write(around) == odd
