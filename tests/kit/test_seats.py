"""Seats: so many and no more, whoever dies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from beautybot.kit import seats
from beautybot.kit.db import Database

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + seats.HELD_FOR + timedelta(seconds=1)


async def test_no_more_seats_are_held_than_there_are(db: Database) -> None:
    """The third of two gets none until one is given back."""
    await db.write(seats.provide, "model", 2)

    first = await db.write(seats.take, "model", 2, "a", NOON)
    second = await db.write(seats.take, "model", 2, "b", NOON)
    third = await db.write(seats.take, "model", 2, "c", NOON)
    await db.write(seats.give, "model", 0, "a")
    again = await db.write(seats.take, "model", 2, "c", NOON)

    assert (first, second, third, again) == (0, 1, None, 0)


async def test_a_dead_holder_loses_its_seat_and_cannot_give_away_another_s(db: Database) -> None:
    """After its time the seat is free; the late holder neither keeps nor frees it."""
    await db.write(seats.provide, "poll", 1)
    await db.write(seats.take, "poll", 1, "dead", NOON)

    taken = await db.write(seats.take, "poll", 1, "alive", LATER)
    kept = await db.write(seats.keep, "poll", 0, "dead", LATER)
    await db.write(seats.give, "poll", 0, "dead")
    third = await db.write(seats.take, "poll", 1, "third", LATER)

    assert taken == 0
    assert not kept
    assert third is None


async def test_a_seat_is_kept_by_asking(db: Database) -> None:
    """Who asks in time holds it on."""
    await db.write(seats.provide, "poll", 1)
    await db.write(seats.take, "poll", 1, "a", NOON)

    kept = await db.write(seats.keep, "poll", 0, "a", NOON + timedelta(seconds=20))
    other = await db.write(seats.take, "poll", 1, "b", NOON + timedelta(seconds=40))

    assert kept
    assert other is None


async def test_what_is_provided_twice_is_there_once(db: Database) -> None:
    """Every process provides the seats at its start."""
    await db.write(seats.provide, "model", 1)
    await db.write(seats.provide, "model", 1)

    await db.write(seats.take, "model", 1, "a", NOON)

    assert await db.write(seats.take, "model", 1, "b", NOON) is None
