"""Many rows in one statement are the same rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import DBAPIError

from beautybot.conversations import inbox
from beautybot.conversations.inbox import RawEvent
from beautybot.conversations.models import inbound_events
from beautybot.kit.db import Database, across_salons

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
async def test_on_postgresql_a_batch_is_one_statement(postgres_db: Database, count: int) -> None:
    """It is committed by itself, without BEGIN: a second statement would be a second commit."""
    said: list[str] = []
    event.listen(Engine, "before_cursor_execute", watch := lambda *a: said.append(a[2]))
    try:
        await postgres_db.write_first(inbox.accept, [made(n) for n in range(count)])
    finally:
        event.remove(Engine, "before_cursor_execute", watch)

    assert [text.split(" (")[0] for text in said] == ["INSERT INTO inbound_events"]
    assert len(await stored(postgres_db)) == count, "and it is there"


async def test_a_key_too_long_is_refused_and_not_cut(postgres_db: Database) -> None:
    """A cut key could be another delivery's; the whole batch is told."""
    with pytest.raises(DBAPIError):
        await postgres_db.write_first(inbox.accept, [made(1), RawEvent("x", "k" * 129, NOON, b"")])

    assert await stored(postgres_db) == []
