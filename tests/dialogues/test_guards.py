"""Loops, floods, strangers' topics: when the receptionist stops, and what the person is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from talk import Talk
from world import World, open_salons

from beautybot.businesses import notices
from beautybot.businesses.notices import NoticeKind
from beautybot.kit.db import Database


@pytest.fixture
async def talk(sqlite_db: Database, world_on_sqlite: World) -> Talk:
    """A client at «Ромашка»."""
    return await Talk.open(sqlite_db, world_on_sqlite)


@pytest.fixture
async def world_on_sqlite(sqlite_db: Database) -> World:
    """Both salons."""
    return await sqlite_db.write(open_salons)


async def told(talk: Talk) -> list[str]:
    """What the salon was told about people to be answered by a person."""
    found = await talk.db.read(notices.listing, talk.world.romashka.id)
    return [n.text for n in found if n.kind is NoticeKind.HANDOFF]


async def test_another_bot_that_repeats_itself_is_answered_three_times(talk: Talk) -> None:
    """Then a person is called, once, and there is silence."""
    answers = [await talk.says("Ваше сообщение очень важно для нас!") for _ in range(12)]

    assert [bool(a) for a in answers].count(True) <= 4
    assert answers[-1] == ""
    assert len(await told(talk)) == 1


async def test_our_own_words_coming_back_are_not_answered_for_ever(talk: Talk) -> None:
    """Somebody's forwarding rule sends us every answer of ours."""
    last, answered = "здравствуйте", 0
    for _ in range(12):
        last = await talk.says(last) or last
        answered += bool((await talk.summary()).handoff is None)

    assert answered < 6
    assert len(await told(talk)) == 1


async def test_a_flood_of_turns_calls_a_person(talk: Talk) -> None:
    """Forty answers in ten minutes are enough for anybody."""
    answers = [await talk.says(f"вопрос {n}: сколько стоит маникюр?") for n in range(45)]

    assert answers[35]
    assert answers[-1] == ""
    assert "Слишком много" in (await told(talk))[0]


async def test_a_client_who_repeats_a_question_over_days_is_answered(talk: Talk) -> None:
    """Only what is repeated within the hour is a loop."""
    for _ in range(6):
        talk.passes(timedelta(hours=5))
        answer = await talk.says("сколько стоит маникюр?")

    assert "1 800 ₽" in answer


async def test_the_person_who_takes_over_is_told_what_was_wanted(talk: Talk) -> None:
    """Why, the wish so far, and the last words."""
    await talk.says("хочу на маникюр к Вере завтра")
    await talk.says("позовите человека")

    [summary] = await told(talk)
    assert summary.count("человека") == 2, "once in our words, once in the client's own"
    assert "Маникюр" in summary
    assert "Вера Павлова" in summary
    assert "позовите человека" in summary


async def test_off_topic_is_refused_politely_and_then_not_answered(talk: Talk) -> None:
    """No essay is written for anybody."""
    answers = [await talk.says("расскажи анекдот") for _ in range(3)]

    assert "Ромашк" in answers[0]
    assert answers[-1] == ""


@pytest.mark.parametrize(
    "said",
    [
        "можно ли делать лазерную эпиляцию при диабете?",
        "у меня аллергия на гель-лак, что посоветуете",
    ],
)
async def test_medical_questions_go_to_a_person(talk: Talk, said: str) -> None:
    """Never advice."""
    answer = await talk.says(said)

    assert "специалист" in answer
    assert (await talk.summary()).handoff is not None
