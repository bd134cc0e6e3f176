"""The way of a question nobody has answered: to the salon once, and back as an answer for all."""

from __future__ import annotations

import pytest
from talk import Talk
from world import World, open_salons

from beautybot.businesses import notices
from beautybot.businesses.notices import NoticeKind
from beautybot.conversations import questions
from beautybot.kit.db import Database
from beautybot.kit.errors import NotFound
from beautybot.notifications import teaching


async def test_a_persons_answer_becomes_the_salons_own(db: Database, world: World) -> None:
    """Asked by three, told to the salon once, answered by the receptionist ever after."""
    talk, salon = await Talk.open(db, world), world.romashka.id
    first = await talk.says("можно оплатить картой?", "olga")
    await talk.says("а картой оплатить можно?", "irina")
    told = [n for n in await db.read(notices.listing, salon) if n.kind is NoticeKind.QUESTION]
    [question] = await db.read(questions.waiting, salon)
    answer = "Да, картой, наличными и по QR-коду."
    await db.write(questions.answer, salon, question.id, answer, talk.now)
    offered = (await db.read(questions.waiting, salon))[0].answer

    await db.write(teaching.adopt, salon, question.id, talk.now)

    assert "передам" in first
    assert [n.details["question_id"] for n in told] == [question.id]
    assert (question.times, offered) == (2, answer)
    assert await db.read(questions.waiting, salon) == []
    assert answer in await talk.says("можно ли оплатить картой", "vera")


async def test_the_salon_is_told_who_asks_for_a_discount(db: Database, world: World) -> None:
    """«Спрошу администратора» is no empty word."""
    talk = await Talk.open(db, world)

    await talk.says("скидки новым клиентам есть?")

    [question] = await db.read(questions.waiting, world.romashka.id)
    assert question.text == "скидки новым клиентам есть?"


async def test_only_the_salon_that_was_asked_may_answer(db: Database, world: World) -> None:
    """And a question without an answer is not adopted."""
    talk = await Talk.open(db, world)
    await talk.says("можно оплатить картой?")
    [question] = await db.read(questions.waiting, world.romashka.id)

    for verb, more in ((questions.answer, ("Да",)), (teaching.adopt, ())):
        with pytest.raises(NotFound):
            await db.write(verb, world.lilia.id, question.id, *more, talk.now)
    with pytest.raises(teaching.NotAnswered):
        await db.write(teaching.adopt, world.romashka.id, question.id, talk.now)
    assert await db.read(questions.waiting, world.lilia.id) == []


@pytest.mark.parametrize(
    ("said", "others"),
    [
        ("есть парковка?", ("адрес", "Цветочная")),
        ("кофе у вас есть?", ("Ногти", "Мы делаем")),
        ("у вас есть wi-fi?", ("Ногти", "Мы делаем")),
        ("где можно машину поставить?", ("другими словами",)),
    ],
)
async def test_what_is_neither_a_service_nor_an_address_is_passed_on(
    said: str, others: tuple[str, ...], sqlite_db: Database
) -> None:
    """Not answered with a price list or an address, and not taken for nonsense."""
    talk = await Talk.open(sqlite_db, await sqlite_db.write(open_salons))

    answer = await talk.says(said)

    assert "передам вопрос" in answer
    assert not [other for other in others if other in answer]


async def test_where_and_where_to_park_gets_both(sqlite_db: Database) -> None:
    """The address is known, the parking is asked of the salon."""
    talk = await Talk.open(sqlite_db, await sqlite_db.write(open_salons))

    answer = await talk.says("где вы находитесь и есть ли парковка?")

    assert "Цветочная" in answer
    assert "передам вопрос" in answer
