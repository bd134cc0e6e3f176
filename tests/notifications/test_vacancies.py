"""Freed time and those who wait for it: in order, one at a time, never by night."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select
from world import MONDAY, World

sys.path.insert(0, str(Path(__file__).parents[1] / "dialogues"))
sys.path.insert(0, str(Path(__file__).parents[1] / "booking"))

from talk import Talk
from visits_made import made

from beautybot.booking import appointments, freed, waitlist
from beautybot.booking.appointments import Appointment
from beautybot.booking.visits import Status
from beautybot.booking.waitlist import Wanted
from beautybot.businesses import notices
from beautybot.conversations import consents
from beautybot.kit.db import Database
from beautybot.kit.jobs import jobs

FRIDAY = MONDAY + timedelta(days=4, hours=2)  # 14:00 in Moscow
WISH = "маникюр к вере в пятницу в 14, если освободится — напишите"


@pytest.fixture
async def talk(db: Database, world: World) -> Talk:
    """Friday 14:00 is taken; Ольга, Ира and Нина wait for it, in this order."""
    talk = await Talk.open(db, world)
    await taken(talk, FRIDAY)
    for client in ("olga", "ira", "nina"):
        assert "в лист ожидания" in await talk.says(WISH, client)
    return talk


async def taken(talk: Talk, at: datetime) -> Appointment:
    """Somebody by phone has it: Вера's time, so nobody else's."""
    return await talk.db.write(
        lambda conn: made(conn, talk.world.romashka, at, "manicure-gel", now=talk.now)
    )


async def cancelled(talk: Talk) -> None:
    """It is free again."""
    salon = talk.world.romashka
    (visit,) = [v for v in await talk.book() if v.status is Status.BOOKED]
    await talk.db.write(
        lambda conn: appointments.cancel(
            conn, salon, visit.id, now=talk.now, by="user:1", enforce_policy=False
        )
    )


async def heard(talk: Talk) -> dict[str, str]:
    """Who is written to now."""
    found = {client: await talk.comes(client) for client in ("olga", "ira", "nina")}
    return {client: said for client, said in found.items() if said}


async def test_one_after_the_other_and_each_once(talk: Talk) -> None:
    """Silence passes the time on; when all were silent, nobody is asked again."""
    await cancelled(talk)
    rounds = []
    for _ in range(5):
        rounds.append(sorted(await heard(talk)))
        held = [v for v in await talk.book() if v.status is Status.HELD]
        assert len(held) <= 1
        talk.passes(timedelta(minutes=31))

    assert rounds == [["olga"], ["ira"], ["nina"], [], []]


async def test_nobody_is_written_to_by_night(talk: Talk) -> None:
    """The first in line hears of it in the morning, if it is still free."""
    talk.now = FRIDAY.replace(hour=20) - timedelta(days=1)  # 23:00 in Moscow
    await cancelled(talk)

    night = await heard(talk)
    talk.now = FRIDAY.replace(hour=6, minute=1)  # 09:01
    morning = await heard(talk)

    assert night == {}
    assert sorted(morning) == ["olga"]
    assert "сегодня, пятница, 6 марта, 14:00" in morning["olga"]


async def test_who_booked_it_over_night_has_it(talk: Talk) -> None:
    """Nothing is offered that is not true."""
    talk.now = FRIDAY.replace(hour=20) - timedelta(days=1)
    await cancelled(talk)
    await heard(talk)
    await taken(talk, FRIDAY)

    talk.now = FRIDAY.replace(hour=6, minute=1)

    assert await heard(talk) == {}


async def test_who_cannot_be_written_to_is_the_salons_to_call(talk: Talk) -> None:
    """And the next in line is asked at once."""
    salon = talk.world.romashka.id
    await talk.db.write(consents.opt_out, salon, 1, talk.now)
    await cancelled(talk)

    asked = await heard(talk)

    told = [n.text for n in await talk.db.read(notices.listing, salon)]
    assert sorted(asked) == ["ira"]
    assert any("позвоните сами" in text and "06.03 14:00" in text for text in told)


async def test_only_what_fits_is_offered(talk: Talk) -> None:
    """Another hour, another specialist's time, another salon: nobody is asked."""
    await taken(talk, FRIDAY + timedelta(hours=3))
    salon = talk.world.romashka
    other = next(v for v in await talk.book() if v.start == FRIDAY + timedelta(hours=3))
    await talk.db.write(
        lambda conn: appointments.cancel(
            conn, salon, other.id, now=talk.now, by="user:1", enforce_policy=False
        )
    )

    assert await heard(talk) == {}


async def test_where_nobody_waits_nothing_is_scheduled(db: Database, world: World) -> None:
    """A cancel costs one look at the list."""

    def verb(conn: Connection) -> list[str]:
        visit = made(conn, world.romashka, FRIDAY, "pedicure", now=MONDAY)
        appointments.cancel(
            conn, world.romashka, visit.id, now=MONDAY, by="user:1", enforce_policy=False
        )
        return list(conn.execute(select(jobs.c.key).where(jobs.c.name == freed.JOB)).scalars())

    assert await db.write(verb) == []


async def test_the_same_wish_keeps_its_place_and_wishes_have_a_bound(
    db: Database, world: World, talk: Talk
) -> None:
    """Saying it twice does not make one wait twice; Борис sees none of it."""
    again = await talk.says(WISH)
    salon, now = world.romashka.id, talk.now
    mine = await db.read(waitlist.of_clients, salon, [1], now)

    def many(conn: Connection) -> None:
        for hours in range(10):
            window = (FRIDAY + timedelta(hours=hours), FRIDAY + timedelta(hours=hours + 1))
            waitlist.join(conn, salon, 1, Wanted((1,), (window,)), now)

    assert "в лист ожидания" in again
    assert len(mine) == 1
    with pytest.raises(waitlist.EnoughWaiting):
        await db.write(many)
    assert await db.read(waitlist.listing, world.lilia.id, now) == []
