"""A yes that comes after its hold is gone: nobody gets somebody else's time by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from talk import Talk
from world import World

from beautybot.booking.visits import Status
from beautybot.kit.db import Database

WISH = "маникюр к вере завтра в 14"


@pytest.fixture
async def talk(db: Database, world: World) -> Talk:
    """Ольга was asked for her yes; then she went silent until the hold was dropped."""
    talk = await Talk.open(db, world)
    await asked(talk, "olga", "Ольга 89161234567")
    talk.passes(timedelta(minutes=40))
    assert await talk.comes() == ""
    assert await talk.book() == []
    return talk


async def asked(talk: Talk, client: str, contact: str) -> None:
    """One step before the booking."""
    for line in (WISH, "да", contact):
        answer = await talk.says(line, client)
    assert "Записать вас?" in answer


async def test_a_time_that_is_still_free_is_kept_anew_and_asked_for_again(talk: Talk) -> None:
    """The yes was to a hold that is gone, so it books nothing by itself."""
    again = await talk.says("да")
    (held,) = await talk.book()
    done = await talk.says("да")

    assert "Записать вас?" in again
    assert held.status is Status.HELD
    assert "вы записаны" in done


@pytest.mark.parametrize("way", ["pressed", "said"])
async def test_the_hold_of_another_client_is_not_taken_over(talk: Talk, way: str) -> None:
    """Though it is for the very same visit, and the database might give it the same id."""
    olgas = dict(talk.buttons)
    await asked(talk, "ira", "Ира 89160001122")
    talk.buttons["olga"] = olgas["olga"]

    late = await (talk.presses("Да, записать") if way == "pressed" else talk.says("да"))
    (held,) = await talk.book()
    done = await talk.says("да", "ira")

    assert "вы записаны" not in late
    assert held.status is Status.HELD
    assert "вы записаны" in done
    (visit,) = [v for v in await talk.book() if v.status is Status.BOOKED]
    assert visit.client_name == "Ира"
