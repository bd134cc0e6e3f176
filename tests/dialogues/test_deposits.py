"""A prepayment: said where the price is said, in the salon's words, and never called lost."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from talk import Talk
from world import FORMS, MONDAY, ROMASHKA, World

from beautybot.booking import answers, importing
from beautybot.booking.answers import EmptyAnswer
from beautybot.booking.models import faq_entries
from beautybot.booking.price_list import ImportProblem
from beautybot.booking.salon_file import of_json
from beautybot.businesses import salons
from beautybot.kit import refunds
from beautybot.kit.db import Database

WORDS = "Переводом на карту салона в день записи."
LOST = (
    "Предоплата не возвращается",
    "предоплата невозвратная",
    "Деньги не вернём",
    "Без возврата",
    "При отмене предоплата сгорает",
    "возврата денег нет",
    "The deposit is non-refundable",
)
GIVEN_BACK = (
    WORDS,
    "Предоплату вернём, если отмените за сутки",
    "Вычтем из цены визита",
    "Возвращаем предоплату за вычетом расходов",
)


def salon(**deposit: Any) -> dict[str, Any]:
    """«Ромашка» whose colouring wants a prepayment."""
    file = deepcopy(ROMASHKA)
    next(s for s in file["services"] if s["id"] == "colour").update(deposit)
    return file


@pytest.fixture
async def talk(db: Database, world: World) -> Talk:
    """A thousand roubles for colouring."""
    file = of_json(salon(deposit=1000, deposit_text=WORDS))
    await db.write(
        lambda conn: importing.apply(conn, file, now=MONDAY, name_forms=FORMS.__getitem__)
    )
    return await Talk.open(db, world)


async def test_it_is_said_with_the_price_and_before_the_yes(talk: Talk) -> None:
    """The client knows before agreeing, and has it in writing after."""
    price = await talk.says("сколько стоит окрашивание?")
    await talk.says("запишите на окрашивание завтра в 12")
    await talk.says("да")
    proposal = await talk.says("Ольга 89161234567")
    booked = await talk.says("да")

    assert "от 5 500 ₽ до 9 000 ₽, предоплата 1 000 ₽" in price and WORDS in price
    assert "предоплата 1 000 ₽" in proposal
    assert "предоплата 1 000 ₽" in booked
    assert not any(refunds.claims_none(said) for said in (price, proposal, booked))


async def test_a_question_about_it_is_answered_with_what_the_law_says(talk: Talk) -> None:
    """By service where one is named; and that it is given back."""
    all_ = await talk.says("нужна ли предоплата?")
    none = await talk.says("а предоплата за маникюр нужна?")
    back = await talk.says("а если я не приду, предоплату вернёте?")

    assert "Окрашивание волос: предоплата 1 000 ₽." in all_ and WORDS in all_
    assert "не нужна: «Маникюр»" in none
    assert "отдадут обратно" in all_ and "отдадут обратно" in back
    assert "передумаете" not in back, "a question about not coming is not a refusal"
    assert not any(refunds.claims_none(said) for said in (all_, back))


async def test_an_old_answer_that_calls_it_lost_is_not_given(
    talk: Talk, db: Database, world: World
) -> None:
    """Whoever wrote it into the database: the receptionist does not say it."""
    await db.write(
        lambda conn: (
            conn.execute(
                faq_entries.insert().values(
                    business_id=world.romashka.id,
                    question="Возвращается ли предоплата?",
                    answer=LOST[0],
                    approved_at=MONDAY,
                )
            ).rowcount
        )
    )
    await db.write(salons.touch_catalogue, world.romashka.id)

    said = await talk.says("возвращается ли предоплата?")

    assert said and not refunds.claims_none(said)


@pytest.mark.parametrize("text", LOST)
async def test_nobody_can_teach_it(db: Database, world: World, text: str) -> None:
    """Neither as an answer nor in the salon's file; and nothing is written."""
    with pytest.raises(EmptyAnswer):
        await db.write(answers.add, world.romashka.id, "Вернёте предоплату?", text, MONDAY)
    with pytest.raises(ImportProblem, match="deposit_text"):
        of_json(salon(deposit=500, deposit_text=text))
    with pytest.raises(ImportProblem, match="faq"):
        of_json(salon() | {"faq": [{"question": "Предоплата?", "answer": text}]})


@pytest.mark.parametrize("text", GIVEN_BACK)
def test_lawful_words_pass(text: str) -> None:
    """Control: the guard is no ban on the subject."""
    assert not refunds.claims_none(text)
    assert of_json(salon(deposit=500, deposit_text=text)).services


@pytest.mark.parametrize("amount", [-1, 1.5, "много", 10_000, True])
def test_an_absurd_prepayment_is_named(amount: Any) -> None:
    """By line and field."""
    with pytest.raises(ImportProblem, match=r"services\[4\]\.deposit"):
        of_json(salon(deposit=amount))
