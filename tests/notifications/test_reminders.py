"""Reminders: once, awake, where the client can be reached, and their buttons."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from world import World

sys.path.insert(0, str(Path(__file__).parents[1] / "dialogues"))

from talk import Talk

from beautybot.booking.visits import Status
from beautybot.businesses import notices, salons
from beautybot.conversations import history
from beautybot.kit.db import Database
from beautybot.notifications import reminders

BOOKING = ("маникюр к вере в пятницу в 14", "да", "Ольга 89161234567", "да")


@pytest.fixture
async def talk(db: Database, world: World) -> Talk:
    """Ольга is booked for Friday, 14:00; it is Monday noon."""
    talk = await Talk.open(db, world)
    for line in BOOKING:
        await talk.says(line)
    (visit,) = await talk.book()
    assert visit.status is Status.BOOKED
    return talk


async def remind(talk: Talk) -> str:
    """What the salon says by itself now."""
    await talk.db.write(reminders.remind, talk.world.romashka.id, talk.now)
    return await talk._answer("olga")


async def at(talk: Talk, hours_before: float) -> str:
    """The same at a time before the visit."""
    (visit,) = await talk.book()
    talk.now = visit.start - timedelta(hours=hours_before)
    return await remind(talk)


async def test_each_reminder_goes_once(talk: Talk) -> None:
    """A day before and two hours before, and never a second time."""
    early, day, again = await at(talk, 30), await at(talk, 23.9), await at(talk, 23)
    soon, twice = await at(talk, 1.9), await at(talk, 1.8)

    assert (early, again, twice) == ("", "", "")
    assert "в пятницу, 06.03 в 14:00" in day and "Вера Павлова" in day
    assert "Придёте?" in soon


async def test_after_a_downtime_only_the_nearest_goes(talk: Talk) -> None:
    """The missed ones are not made up for."""
    first, second = await at(talk, 1.5), await at(talk, 1.4)

    assert "Придёте?" in first
    assert second == ""


async def test_nothing_comes_after_the_visit_began(talk: Talk) -> None:
    """However late the worker is."""
    assert await at(talk, -0.1) == ""


async def test_the_salon_sleeps_at_night(talk: Talk, db: Database, world: World) -> None:
    """What falls into the quiet hours waits for their end."""
    settings = salons.settings_json(world.romashka.settings) | {"quiet_hours": ["12:00", "15:00"]}
    await db.write(salons.change, world.romashka.id, settings=settings)

    quiet, awake = await at(talk, 23.9), await at(talk, 22.9)

    assert quiet == ""
    assert "Придёте?" in awake


async def test_a_cancelled_visit_is_not_reminded_of(talk: Talk) -> None:
    """Nor one that was moved away from that time."""
    await talk.says("отмените запись")
    await talk.says("да")

    assert await at(talk, 23.9) == ""


@pytest.mark.parametrize("agent", [True, False])
async def test_i_will_come(talk: Talk, db: Database, world: World, agent: bool) -> None:
    """The button works also where the agent is off."""
    await db.write(salons.update_agent, world.romashka.id, enabled=agent)
    await at(talk, 23.9)

    answer = await talk.presses("Приду")

    assert "ждём вас" in answer


async def test_cancel_works_without_the_agent(talk: Talk, db: Database, world: World) -> None:
    """At once: the button said which visit."""
    await db.write(salons.update_agent, world.romashka.id, enabled=False)
    await at(talk, 23.9)

    answer = await talk.presses("Отменить")

    assert "отменена" in answer
    (visit,) = await talk.book()
    assert visit.status is Status.CANCELLED


async def test_move_starts_the_search_for_a_new_time(talk: Talk) -> None:
    """With the agent on, as if the client had asked for it."""
    await at(talk, 23.9)

    answer = await talk.presses("Перенести")

    assert "Переносим" in answer


async def test_a_strangers_button_does_nothing(talk: Talk) -> None:
    """Somebody else's visit is not theirs to cancel."""
    await at(talk, 23.9)
    (visit,) = await talk.book()

    answer = await talk._line("ira", text="Отменить", press=f"r:cancel:{visit.id}")

    assert "отменена" not in answer
    assert (await talk.book())[0].status is Status.BOOKED


async def test_who_cannot_be_reached_is_the_salons_business(
    talk: Talk, db: Database, world: World
) -> None:
    """No channel is open: a notice with the phone number."""
    (summary,) = await db.read(history.listing, world.romashka.id, talk.now)
    await talk.says("не пишите мне больше")
    assert summary

    silence = await at(talk, 23.9)

    told = [n.text for n in await db.read(notices.listing, world.romashka.id)]
    assert silence == ""
    assert any("Некуда напомнить" in text and "+79161234567" in text for text in told)
