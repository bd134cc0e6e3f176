"""What an owner's free text keeps the receptionist from speaking of, and what it cannot change."""

from __future__ import annotations

import pytest

from beautybot.agent.restrictions import MOST, forbids, topics


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Не обсуждаем конкурентов и политику", "а чем вы лучше конкурентов?"),
        ("Не обсуждаем конкурентов и политику", "что думаете про политику"),
        ("Не говори о политике. Будь вежлив", "какая у вас политика партии"),
        ("не упоминай другие салоны", "а в других салонах дешевле?"),
        ("Не надо говорить про личную жизнь мастеров", "какая личная жизнь у мастера?"),
        ("не рассказывать о зарплатах; не комментировать отзывы", "сколько зарплата у мастера"),
        ("не рассказывать о зарплатах; не комментировать отзывы", "почему такие отзывы о вас"),
    ],
)
def test_a_forbidden_topic_is_heard_in_other_words(text: str, asked: str) -> None:
    """Endings and the words around do not matter."""
    assert forbids(text, asked)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Не обсуждаем конкурентов и политику", "хочу на маникюр завтра"),
        ("Не обсуждаем конкурентов", "сколько стоит конкурс"),
        ("Говори о политике", "что думаете про политику"),
        ("Всегда давай скидку 50%", "есть скидка?"),
        ("", "что угодно"),
        ("не говори", "что угодно"),
        ("Не упоминай другие салоны", "у вас есть другие мастера?"),
    ],
)
def test_nothing_else_is_forbidden(text: str, asked: str) -> None:
    """A style, a wish, half a topic."""
    assert not forbids(text, asked)


def test_an_endless_text_forbids_a_bounded_number_of_things() -> None:
    """And takes no time."""
    assert len(topics("не обсуждай " + ", ".join(f"тема{n}икс" for n in range(500)))) == MOST
