"""Answers the owner approved, found in other words."""

from __future__ import annotations

import pytest

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
