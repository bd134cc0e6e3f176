"""Answers the owner approved, found in other words."""

from __future__ import annotations

import pytest
from faq_talk import FAQ as LIVED_IN, NOT_ASKED, asked

from beautybot.agent import knowledge
from beautybot.booking.catalogue import Faq

FAQ = [
    Faq("Есть ли у вас парковка?", "Двор за шлагбаумом, код у администратора."),
    Faq("Можно ли прийти с ребёнком?", "Да, есть детский уголок."),
    Faq("Как подготовиться к лазерной эпиляции?", "Сбрейте волоски за сутки."),
]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("а с парковкой у вас как?", "Двор"),
        ("парковки нет?", "Двор"),
        ("я буду с ребенком, это ничего?", "детский"),
        ("как готовиться к эпиляции лазерной", "Сбрейте"),
    ],
)
def test_an_approved_answer_is_found_in_other_words(said: str, answer: str) -> None:
    """Endings, order and ё do not matter."""
    found = knowledge.find(FAQ, said)

    assert found is not None
    assert answer in found


@pytest.mark.parametrize("said", ["", "??", "хочу на маникюр завтра", "сколько стоит стрижка"])
def test_what_nobody_approved_is_not_answered(said: str) -> None:
    """Nothing is made up out of half a likeness."""
    assert knowledge.find(FAQ, said) is None


def test_most_ways_to_ask_find_the_right_answer_and_none_a_wrong_one() -> None:
    """Fifty ways to ask of eighteen things, none of them in the owner's words."""
    found = [(knowledge.find(LIVED_IN, said) or "", answer) for said, answer in asked()]

    assert [(got, right) for got, right in found if got and got != right] == []
    assert sum(got == right for got, right in found) >= 48


def test_a_wish_or_a_price_is_no_such_question() -> None:
    """At most one of twenty ordinary messages is near enough to be taken for one."""
    assert sum(knowledge.find(LIVED_IN, said) is not None for said in NOT_ASKED) <= 1


def test_a_question_of_another_subject_is_not_answered_with_a_like_one() -> None:
    """Cash is not cards, a dog is no child, however alike the words around."""
    for said, wrong in (("можно ли оплатить криптой?", "card"), ("можно прийти с мужем?", "pets")):
        assert knowledge.find(LIVED_IN, said) != wrong
