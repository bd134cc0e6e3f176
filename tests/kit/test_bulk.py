"""Many rows in one statement are the same rows."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from asyncpg import StringDataRightTruncationError
from sqlalchemy import Connection, Engine, event, select, text
from sqlalchemy.exc import IntegrityError

from beautybot.conversations import inbox
from beautybot.conversations.inbox import RawEvent
from beautybot.conversations.models import inbound_events
from beautybot.kit.db import Database, DatabaseUnavailable, across_salons

NOON = datetime(2026, 3, 2, 9, 0, 0, 5, tzinfo=UTC)


def made(number: int, body: bytes = b"{}") -> RawEvent:
    return RawEvent("whatsapp", f"key-{number}", NOON + timedelta(seconds=number), body)


async def stored(db: Database) -> list[tuple[str, datetime, bytes]]:
    return await db.read(
        lambda conn: [
            (row.key, row.received_at, row.body)
            for row in conn.execute(
                across_salons(select(inbound_events).order_by(inbound_events.c.id))
            )
        ]
    )


@pytest.mark.parametrize("count", [1, 7, 8, 9, 128, 131])
async def test_every_row_arrives_in_its_order(db: Database, count: int) -> None:
    """Whatever their number, in the order given, with their own values."""
    events = [made(n, f"body {n}".encode()) for n in range(count)]

    await db.write(inbox.accept, events)

    assert await stored(db) == [(e.key, e.received_at, e.body) for e in events]


async def test_a_key_twice_in_one_batch_is_stored_once(db: Database) -> None:
    """The first of them; and once more in a later batch changes nothing."""
    await db.write(inbox.accept, [made(1, b"first"), made(2), made(1, b"second")])
    await db.write(inbox.accept, [made(1, b"third")])

    assert [(key, body) for key, _, body in await stored(db)] == [
        ("key-1", b"first"),
        ("key-2", b"{}"),
    ]


@pytest.mark.parametrize("count", [1, 128, 300])
async def test_on_postgresql_a_batch_is_one_transaction(postgres_db: Database, count: int) -> None:
    """Every row was made by the same one; a second statement would be a second commit."""
    await postgres_db.insert_first(inbox.accepting([made(n) for n in range(count)]))

    makers = await postgres_db.read(
        lambda conn: conn.execute(text("SELECT xmin::text FROM inbound_events")).scalars().all()
    )
    assert len(makers) == count
    assert len(set(makers)) == 1


@pytest.mark.parametrize("count", [1, 128, 300])
async def test_on_sqlite_a_batch_is_one_statement(sqlite_db: Database, count: int) -> None:
    """Neither BEGIN nor COMMIT is said around it; control: a verb says BEGIN."""
    said: list[str] = []
    event.listen(Engine, "before_cursor_execute", watch := lambda *a: said.append(a[2]))
    try:
        await sqlite_db.insert_first(inbox.accepting([made(n) for n in range(count)]))
        alone = list(said)
        await sqlite_db.write(inbox.accept, [made(count + 1)])
    finally:
        event.remove(Engine, "before_cursor_execute", watch)

    assert [words.split(" (")[0] for words in alone] == ["INSERT INTO inbound_events"]
    assert "BEGIN IMMEDIATE" in said
    assert len(await stored(sqlite_db)) == count + 1


async def test_a_batch_with_a_bad_row_is_not_half_stored(sqlite_db: Database) -> None:
    """The whole statement is undone, and the next batch goes as if nothing had been."""
    bad = made(2)._replace(body=None)  # type: ignore[arg-type]

    with pytest.raises(IntegrityError):
        await sqlite_db.insert_first(inbox.accepting([made(1), bad, made(3)]))
    await sqlite_db.insert_first(inbox.accepting([made(4)]))

    assert [key for key, _, _ in await stored(sqlite_db)] == ["key-4"]


async def test_a_connection_that_was_cut_is_replaced(postgres_db: Database) -> None:
    """While nobody says anything, and in the middle of a statement: the next one arrives."""
    await postgres_db.insert_first(inbox.accepting([made(1)]))
    await postgres_db.read(_cut_the_others)
    with suppress(DatabaseUnavailable):  # told, if the end of it had not been noticed yet
        await postgres_db.insert_first(inbox.accepting([made(2)]))
    await postgres_db.insert_first(inbox.accepting([made(3)]))

    assert {"key-1", "key-3"} <= {key for key, _, _ in await stored(postgres_db)}


def _cut_the_others(conn: Connection) -> None:
    conn.execute(
        text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    )


async def test_a_key_too_long_is_refused_and_not_cut(postgres_db: Database) -> None:
    """A cut key could be another delivery's; the whole batch is told."""
    batch = [made(1), RawEvent("x", "k" * 129, NOON, b"")]

    with pytest.raises(StringDataRightTruncationError):
        await postgres_db.insert_first(inbox.accepting(batch))

    assert await stored(postgres_db) == []
