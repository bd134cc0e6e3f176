"""Invitations to come again: only after a yes of their own, once, and "стоп" ends them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from talk import Talk
from world import World

from beautybot.booking.visits import Status
from beautybot.businesses import salons
from beautybot.conversations import consents
from beautybot.conversations.consents import Purpose
from beautybot.kit.db import Database

LATER = timedelta(days=31)


@pytest.fixture
async def talk(db: Database, world: World) -> Talk:
    """«Ромашка» invites a month after a visit; Ольга has just said yes to a booking."""
    settings = salons.settings_json(world.romashka.settings)
    settings |= {"nudge_after_days": 30, "complete_after_h": 2}
    await db.write(lambda conn: salons.change(conn, world.romashka.id, settings=settings))
    talk = await Talk.open(db, world)
    for line in ("маникюр к вере завтра в 14", "да", "Ольга 89161234567"):
        await talk.says(line)
    booked = await talk.says("да")
    assert "вы записаны" in booked and "написать вам, когда придёт время повторить?" in booked
    return talk


async def agreed(talk: Talk) -> bool:
    """Whether the advertising consent stands."""
    return await talk.db.read(consents.has, talk.world.romashka.id, 1, Purpose.ADVERTISING)


async def later(talk: Talk) -> str:
    """What comes unasked a month after the visit; the reminders in between are not it."""
    talk.passes(timedelta(hours=4))
    await talk.comes()
    talk.passes(timedelta(days=2))
    await talk.comes()
    talk.passes(LATER)
    return await talk.comes()


async def test_who_agreed_is_invited_once_and_books_with_one_word(talk: Talk) -> None:
    """The visit counts as completed by the salon's own setting."""
    thanks = await talk.presses("Да, напишите")
    invited, again = await later(talk), await talk.comes()
    answer = await talk.says("да")

    assert "«стоп»" in thanks
    assert "Записать вас снова?" in invited and "Вера Павлова" in invited and "«стоп»" in invited
    assert again == ""
    assert "Как в прошлый раз: Маникюр, мастер Вера Павлова" in answer
    assert [v.status for v in await talk.book()] == [Status.COMPLETED]


@pytest.mark.parametrize("answer", ["нет", "спасибо", "", "сколько стоит педикюр?"])
async def test_without_a_yes_of_its_own_nobody_is_invited(talk: Talk, answer: str) -> None:
    """The yes to the booking and to personal data are no such yes."""
    if answer:
        await talk.says(answer)

    assert not await agreed(talk)
    assert await later(talk) == ""


async def test_a_yes_in_words_counts_when_the_question_was_read(talk: Talk) -> None:
    """It is kept with its text's hash and the message."""
    await talk.says("да")

    assert await agreed(talk)


async def test_yes_upon_yes_to_the_booking_is_no_consent(db: Database, world: World) -> None:
    """Five yeses in a breath were said before the question was there to be read."""
    settings = salons.settings_json(world.romashka.settings) | {"nudge_after_days": 30}
    await db.write(lambda conn: salons.change(conn, world.romashka.id, settings=settings))
    talk = await Talk.open(db, world)
    for line in ("маникюр к вере завтра в 14", "да", "Ольга 89161234567"):
        await talk.says(line)
    await talk.burst(["да", "да", "да"])

    assert not await agreed(talk)


@pytest.mark.parametrize("way", ["стоп", "не пишите мне больше", "Не присылать"])
async def test_stop_works_before_and_after(talk: Talk, way: str) -> None:
    """In words at any time; by the button under the invitation."""
    await talk.presses("Да, напишите")
    if way == "Не присылать":
        assert await later(talk) != ""
        await talk.presses(way)
        assert not await agreed(talk)
        return
    await talk.says(way)

    assert not await agreed(talk)
    assert await later(talk) == ""


async def test_who_has_booked_again_is_not_invited(talk: Talk) -> None:
    """There is nothing to invite to."""
    await talk.presses("Да, напишите")
    talk.passes(timedelta(days=30))
    await talk.says("маникюр к вере через неделю в 14")
    await talk.says("да")

    talk.passes(timedelta(days=2))
    assert await talk.comes() == ""
