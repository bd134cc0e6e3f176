"""Many rows in one statement are the same rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from beautybot.conversations import inbox
from beautybot.conversations.inbox import RawEvent
from beautybot.conversations.models import inbound_events
from beautybot.kit.db import Database, across_salons

NOON = datetime(2026, 3, 2, 9, 0, 0, 5, tzinfo=UTC)


def event(number: int, body: bytes = b"{}") -> RawEvent:
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
    events = [event(n, f"body {n}".encode()) for n in range(count)]

    await db.write(inbox.accept, events)

    assert await stored(db) == [(e.key, e.received_at, e.body) for e in events]


async def test_a_key_twice_in_one_batch_is_stored_once(db: Database) -> None:
    """The first of them; and once more in a later batch changes nothing."""
    await db.write(inbox.accept, [event(1, b"first"), event(2), event(1, b"second")])
    await db.write(inbox.accept, [event(1, b"third")])

    assert [(key, body) for key, _, body in await stored(db)] == [
        ("key-1", b"first"),
        ("key-2", b"{}"),
    ]
