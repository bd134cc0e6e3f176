"""Reminders whatever the clock and the book do: once, awake, true when they leave."""

from __future__ import annotations

import random
import sys
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, update
from world import MONDAY, World

sys.path.insert(0, str(Path(__file__).parents[1] / "dialogues"))
sys.path.insert(0, str(Path(__file__).parents[1] / "booking"))

from talk import Talk
from visits_made import made, moved

from beautybot.booking import appointments
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import rules, salons
from beautybot.businesses.models import businesses
from beautybot.businesses.salons import Business, SalonSettings
from beautybot.conversations.models import messages, outbox
from beautybot.kit.db import Database
from beautybot.notifications import quiet, reminders
from beautybot.notifications.models import reminders as reminders_table

DAYS, VISITS, JUMPS = 6, 5, 60
ZONES = ("Europe/Moscow", "Europe/Berlin", "Asia/Vladivostok", "America/New_York")
# Around both changes of the clock in Berlin and in New York.
BEGINNINGS = [datetime(2026, m, d, 9, tzinfo=MONDAY.tzinfo) for m, d in ((3, 25), (10, 22), (3, 5))]


@pytest.fixture
async def talk(db: Database, world: World) -> Talk:
    """Ольга has written once, so that she can be written to."""
    talk = await Talk.open(db, world)
    await talk.says("здравствуйте")
    return talk


async def test_once_each_whatever_the_clock_does(talk: Talk, db: Database) -> None:
    """Random jumps to and fro over weeks with a change of the clock, moves and cancels between."""
    for seed in range(6):
        dice = random.Random(seed)
        salon = await db.write(_set_up, talk, dice)
        now = BEGINNINGS[seed % len(BEGINNINGS)]
        booked = [await db.write(_book, salon, now, dice) for _ in range(VISITS)]
        for _ in range(JUMPS):
            now += timedelta(minutes=dice.choice((-180, -1, 1, 1, 7, 30, 60, 240, 1440)))
            await db.write(reminders.remind, salon.id, now)
            if dice.random() < 0.1:
                await db.write(_change, salon, dice.choice(booked), now, dice)
        await db.read(_check, salon)
        await db.write(_forget, salon)


def _set_up(conn: Connection, talk: Talk, dice: random.Random) -> Business:
    salon = talk.world.romashka
    settings = SalonSettings(
        reminders_h=tuple(dice.sample((1, 2, 24, 48, 100), 3)),
        quiet_hours=dice.choice((("21:00", "09:00"), ("00:00", "08:30"), ("13:00", "14:00"))),
    )
    assert list(rules.problems(settings)) == []
    conn.execute(
        update(businesses)
        .where(businesses.c.id == salon.id)
        .values(settings=salons.settings_json(settings), timezone=dice.choice(ZONES))
    )
    return salons.get(conn, salon.id)


def _book(conn: Connection, salon: Business, now: datetime, dice: random.Random) -> Appointment:
    start = _time(salon, now, dice)
    while True:
        try:
            return made(conn, salon, start, "haircut-women", now=now, client_id=1)
        except AssertionError:
            start = _time(salon, now, dice)


def _time(salon: Business, now: datetime, dice: random.Random) -> datetime:
    day = (now + timedelta(days=dice.randrange(1, DAYS))).astimezone(salon.zone)
    return day.replace(hour=dice.randrange(10, 19), minute=0, second=0, microsecond=0)


def _change(
    conn: Connection, salon: Business, visit: Appointment, now: datetime, dice: random.Random
) -> None:
    current = appointments.get(conn, salon.id, visit.id)
    if current.status is not Status.BOOKED or current.start <= now:
        return
    if dice.random() < 0.4:
        appointments.cancel(conn, salon, visit.id, now=now, by="user:1", enforce_policy=False)
        return
    try:
        with conn.begin_nested():
            moved(conn, salon, visit, _time(salon, now, dice), now)
    except AssertionError:
        return


def _check(conn: Connection, salon: Business) -> None:
    rows: list[Any] = list(
        conn.execute(select(reminders_table).where(reminders_table.c.business_id == salon.id))
    )
    sent = [row for row in rows if row.outcome == "sent"]
    assert sent, "control: something was reminded of"
    times = Counter((row.appointment_id, row.starts_at, row.hours) for row in rows)
    assert set(times.values()) == {1}
    for row in sent:
        assert row.starts_at - timedelta(hours=row.hours) <= row.at < row.starts_at
        assert not quiet.is_quiet(salon, row.at)
        nearer = [h for h in salon.settings.reminders_h if h < row.hours]
        assert not any(row.starts_at - timedelta(hours=h) <= row.at for h in nearer) or any(
            r.appointment_id == row.appointment_id and r.hours in nearer for r in rows
        )
    carried = conn.execute(
        select(messages.c.id).where(
            messages.c.business_id == salon.id, messages.c.author == "system"
        )
    ).scalars()
    assert len(list(carried)) == len(sent)


def _forget(conn: Connection, salon: Business) -> None:
    mine = salon.id
    for visit in appointments.listing(conn, mine, statuses=[Status.BOOKED]):
        appointments.cancel(
            conn, salon, visit.id, now=visit.start, by="user:1", enforce_policy=False
        )
    conn.execute(reminders_table.delete().where(reminders_table.c.business_id == mine))
    conn.execute(outbox.delete().where(outbox.c.business_id == mine))
    conn.execute(
        messages.delete().where(messages.c.business_id == mine, messages.c.author == "system")
    )


async def test_who_was_moved_into_the_interval_is_not_reminded_at_once(
    talk: Talk, db: Database, world: World
) -> None:
    """They have just been told the new time; the nearer reminder still comes."""
    salon, friday = world.romashka, MONDAY + timedelta(days=4)
    visit = await db.write(
        lambda conn: made(conn, salon, friday, "pedicure", now=MONDAY, client_id=1)
    )
    now = MONDAY + timedelta(hours=3)
    tomorrow = MONDAY + timedelta(days=1)
    await db.write(lambda conn: moved(conn, salon, visit, tomorrow, now))

    at_once = await db.write(reminders.remind, salon.id, now + timedelta(minutes=1))
    near = await db.write(reminders.remind, salon.id, tomorrow - timedelta(hours=1))

    assert (at_once, near) == (0, 1)


@pytest.mark.parametrize("what", ["cancelled", "moved", "begun"])
async def test_what_is_true_no_more_does_not_leave(
    talk: Talk, db: Database, world: World, what: str
) -> None:
    """A reminder that waited for its channel is looked at again right before it goes."""
    salon, friday = world.romashka, MONDAY + timedelta(days=4)
    visit = await db.write(
        lambda conn: made(conn, salon, friday, "pedicure", now=MONDAY, client_id=1)
    )
    talk.now = friday - timedelta(hours=1)
    assert await db.write(reminders.remind, salon.id, talk.now) == 1

    def change(conn: Connection) -> None:
        if what == "cancelled":
            appointments.cancel(
                conn, salon, visit.id, now=talk.now, by="user:1", enforce_policy=False
            )
        elif what == "moved":
            moved(conn, salon, visit, friday + timedelta(days=1), talk.now)

    await db.write(change)
    if what == "begun":
        talk.passes(timedelta(hours=1))
    said = await talk._answer("olga")

    assert said == ""


async def test_what_is_still_true_leaves(talk: Talk, db: Database, world: World) -> None:
    """Control."""
    salon, friday = world.romashka, MONDAY + timedelta(days=4)
    await db.write(lambda conn: made(conn, salon, friday, "pedicure", now=MONDAY, client_id=1))
    talk.now = friday - timedelta(hours=1)
    await db.write(reminders.remind, salon.id, talk.now)

    assert "Придёте?" in await talk._answer("olga")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (SalonSettings(quiet_hours=("25:00", "09:00")), "quiet_hours"),
        (SalonSettings(reminders_h=(0,)), "reminders_h"),
        (SalonSettings(reminders_h=(1, 2, 3, 4, 5, 6)), "reminders_h"),
        (SalonSettings(cancel_window_h=-1), "cancel_window_h"),
        (SalonSettings(waitlist_hold_min=0), "waitlist_hold_min"),
        (SalonSettings(horizon_days=100_000), "horizon_days"),
    ],
)
def test_rules_that_cannot_be_are_named(settings: SalonSettings, named: str) -> None:
    """By the name they have in the salon's file."""
    (problem,) = rules.problems(settings)

    assert problem.startswith(named)
