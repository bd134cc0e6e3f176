"""A client who takes her time: the kept time ran out, went by, or went to somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from talk import Talk
from world import MONDAY, World

from beautybot.booking import appointments
from beautybot.booking.visits import Status
from beautybot.kit.db import Database

ASKED = ("хочу на маникюр завтра", "1", "согласна", "Ольга", "+7 916 123-45-67")


@pytest.fixture
async def talk(db: Database, world: World) -> Talk:
    """A client at «Ромашка»."""
    return await Talk.open(db, world)


async def twenty_minutes_pass(talk: Talk) -> None:
    """The hold is over, and the chore that drops such holds came by."""
    talk.passes(timedelta(minutes=20))
    await talk.db.write(appointments.expire_holds, talk.now)


async def booked(talk: Talk) -> list[int]:
    """The hours, in Moscow, of what is in the book for good."""
    return [v.start.hour + 3 for v in await talk.book() if v.status is Status.BOOKED]


@pytest.mark.parametrize("pause_after", range(1, len(ASKED) + 1))
async def test_a_hold_that_ran_out_is_taken_again_and_asked_again(
    pause_after: int, talk: Talk
) -> None:
    """Wherever she paused: no question is lost, nothing is booked without the yes to it."""
    for number, text in enumerate(ASKED):
        shown = await talk.says(text)
        if number + 1 == pause_after:
            await twenty_minutes_pass(talk)
    if pause_after == len(ASKED):
        shown = await talk.says("да")
        unasked = await booked(talk)
    else:
        unasked = []
    done = await talk.says("да")

    assert unasked == []
    assert "Записать вас?" in shown
    assert "вы записаны" in done
    assert await booked(talk) == [10]


async def test_a_question_beside_a_lost_hold_is_answered(talk: Talk) -> None:
    """And the time is kept again."""
    for text in ASKED:
        await talk.says(text)
    await twenty_minutes_pass(talk)

    answer = await talk.says("а сколько стоит педикюр?")

    assert "2 400 ₽" in answer
    assert "Записать вас?" in answer


async def test_a_lost_hold_that_somebody_else_has_now_is_not_booked(talk: Talk) -> None:
    """She is told, and others are offered."""
    for text in ("хочу на маникюр к Вере завтра в 10", *ASKED[2:]):
        await talk.says(text)
    await twenty_minutes_pass(talk)
    for text in ("хочу на маникюр к Вере завтра в 10", "согласна", "Ира", "+79161112233"):
        other = await talk.says(text, client="ira")
    assert "завтра, вторник, 3 марта, 10:00" in other
    await talk.says("да", client="ira")

    answer = await talk.says("да")

    assert "заняли" in answer
    assert "1." in answer
    assert len(await booked(talk)) == 1


async def test_an_offered_time_that_went_by_is_not_kept(talk: Talk) -> None:
    """An hour later she takes the first option, which is in the past by now."""
    offer = await talk.says("хочу на маникюр сегодня")
    talk.passes(timedelta(hours=5))
    answer = await talk.says("1")

    assert "13:15" in offer
    assert "прошло" in answer
    assert [v for v in await talk.book() if v.start < talk.now] == []


async def test_a_proposal_that_went_by_is_not_booked(talk: Talk) -> None:
    """Without the chore, too: the yes comes after the visit should have begun."""
    for text in ("хочу на маникюр сегодня", *ASKED[1:]):
        await talk.says(text)
    talk.passes(timedelta(hours=6))

    answer = await talk.says("да")

    assert talk.now > MONDAY + timedelta(hours=6)
    assert "прошло" in answer
    assert await booked(talk) == []


async def test_a_number_beside_a_yes_is_asked_about_and_not_booked(talk: Talk) -> None:
    """ "3" and a press on "Да, записать" in one breath: whatever she meant, she is asked."""
    for text in ASKED:
        await talk.says(text)
    shown = next(b for b in talk.buttons["olga"] if b.title == "Да, записать")
    await talk._put("olga", text="3")
    await talk._put("olga", text=shown.title, press=shown.id)

    answer = await talk._answer("olga")

    assert "Записать вас?" in answer
    assert await booked(talk) == []
