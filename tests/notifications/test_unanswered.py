"""Who was reminded and says nothing is shown to the salon, until they answer."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from world import World

sys.path.insert(0, str(Path(__file__).parents[1] / "dialogues"))

from talk import Talk

from beautybot.kit.db import Database
from beautybot.notifications import reminders, unanswered

BOOKING = ("маникюр к вере в пятницу в 14", "да", "Ольга 89161234567", "да")


@pytest.fixture
async def talk(db: Database, world: World) -> Talk:
    """Ольга is booked for Friday, and was reminded a day before."""
    talk = await Talk.open(db, world)
    for line in BOOKING:
        await talk.says(line)
    (visit,) = await talk.book()
    assert await silent(talk) == []
    talk.now = visit.start - timedelta(hours=23.9)
    await db.write(reminders.remind, world.romashka.id, talk.now)
    assert "Придёте?" in await talk._answer("olga")
    return talk


async def silent(talk: Talk) -> list[str | None]:
    """Whom the salon may want to call."""
    romashka = talk.world.romashka.id
    found = await talk.db.read(unanswered.listing, romashka, talk.now)
    assert await talk.db.read(unanswered.listing, talk.world.lilia.id, talk.now) == []
    return [visit.client_name for visit in found]


async def test_a_silent_client_is_listed_until_the_visit_begins(talk: Talk) -> None:
    """Nothing was said yet; after the beginning there is nothing to call about."""
    assert await silent(talk) == ["Ольга"]

    talk.now += timedelta(hours=24)
    assert await silent(talk) == []


@pytest.mark.parametrize("words", ["да, приду", "отмените запись"])
async def test_an_answer_takes_the_client_off_the_list(words: str, talk: Talk) -> None:
    """In words as with a button."""
    await talk.says(words)
    if words.startswith("отмените"):
        await talk.says("да")

    assert await silent(talk) == []


async def test_a_moved_visit_is_not_waited_for(talk: Talk) -> None:
    """The new time is reminded of anew."""
    await talk.says("перенесите на субботу на 12")
    await talk.says("да")

    assert await silent(talk) == []
