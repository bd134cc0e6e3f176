"""Silence begins the moment a person takes over, whatever the agent is doing."""

from __future__ import annotations

import pytest
from salons_at_work import open_both
from sqlalchemy import Connection, update
from world import World

from beautybot.conversations import answering, handoff, talks, turns
from beautybot.conversations.models import conversations
from beautybot.kit import clock
from beautybot.kit.db import Database
from beautybot.kit.leases import LeaseLost


async def test_a_turn_that_is_thinking_writes_nothing(db: Database, world: World) -> None:
    """It loses its lease when somebody takes over; without that it would hold it."""
    romashka, _ = await db.write(open_both, world)
    talk, salon, now = romashka.ids["conversations"], romashka.business, clock.now()

    def make_due(conn: Connection) -> None:
        mine = (conversations.c.business_id == salon.id, conversations.c.id == talk)
        conn.execute(update(conversations).where(*mine).values(due_at=now))

    await db.write(make_due)
    (claim,) = await db.write(turns.take, now, "worker", 5)
    await db.write(turns.hold, claim)  # control: nobody has taken over yet
    await db.write(answering.take, salon.id, talk, "user:1", now)

    with pytest.raises(LeaseLost):
        await db.write(turns.hold, claim)
    held = await db.read(handoff.current, salon.id, talk, now)
    assert held is not None and held.claimed_by == "user:1"


@pytest.mark.parametrize("claimed", [False, True])
async def test_who_was_answered_by_a_person_does_not_wait(
    db: Database, world: World, claimed: bool
) -> None:
    """The count beside «Диалоги»; taking it alone is no answer."""
    romashka, _ = await db.write(open_both, world)
    talk, salon = romashka.ids["conversations"], romashka.business
    before = await db.read(talks.waiting, salon.id, clock.now())
    if claimed:
        await db.write(answering.take, salon.id, talk, "user:1", clock.now())
    taken = await db.read(talks.waiting, salon.id, clock.now())
    await db.write(answering.say, salon.id, talk, "user:1", "Уже иду", clock.now())
    after = await db.read(talks.waiting, salon.id, clock.now())
    listed = await db.read(talks.inbox, salon.id, clock.now(), only=talks.Only.WAITING)

    assert (before, taken, after, listed) == (1, 1, 0, [])
