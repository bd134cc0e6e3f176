"""The question when unsure is built of what differs among the services that are left."""

from __future__ import annotations

from pathlib import Path

import pytest

from beautybot.booking.salon_file import read_file
from beautybot.russian.differing import question_of
from beautybot.russian.picking import picked
from beautybot.russian.price_words import Listed, PriceWords
from beautybot.russian.reading import read
from beautybot.russian.wishes import find_services

FILE = Path(__file__).parents[2] / "benchmarks" / "understanding" / "data" / "catalogue.json"
PERSIK = PriceWords.of(
    [
        Listed(s.id, s.name, s.category_title, s.for_whom, tuple(s.aliases), tuple(s.staff))
        for s in read_file(FILE).services
    ]
)


@pytest.mark.parametrize(
    ("said", "question", "answer", "left"),
    [
        ("маникюр", "С покрытием или без?", "с покрытием", {"mani_gel"}),
        ("маникюр", "С покрытием или без?", "без", {"mani_classic", "mani_app", "mani_japan"}),
        (
            "в один тон",
            "Какие у вас волосы: короткие, средние или длинные?",
            "средние",
            {"color_one_mid"},
        ),
        ("нарастить ресницы", "Какой объём: классика, 2D, 3D или голливудский?", "2Д", {"lash_2d"}),
        (
            "брови",
            "Что сделать: коррекцию, окрашивание или ламинирование?",
            "коррекцию",
            {"brow_shape"},
        ),
        (
            "ресницы",
            "Что сделать: окрашивание, ламинирование или наращивание?",
            "нарастить",
            {"lash_classic", "lash_2d", "lash_3d", "lash_hollywood"},
        ),
        ("наращивание", "Где: ресницы, волосы или ногти?", "ногти", {"nail_ext"}),
        ("окрашивание", "В один тон или сложное окрашивание?", "балаяж", {"balayage"}),
        ("эпиляция подмышек", "Чем: шугаринг или лазер?", "лазер", {"laser_armpits"}),
        ("макияж", "Для какого случая: дневной, вечерний или свадебный?", "дневной", {"mu_day"}),
        (
            "стрижка",
            "Для кого: для женщины, для мужчины или для ребёнка?",
            "для ребенка",
            {"cut_kid"},
        ),
    ],
)
def test_what_differs_is_asked(said: str, question: str, answer: str, left: set[str]) -> None:
    """And the answer to it picks."""
    (heard,) = find_services(read(said), PERSIK)

    assert question_of(heard.refs, PERSIK) == question
    assert set(picked(answer, PERSIK, heard.refs)) == left


def test_where_no_table_tells_them_apart_the_words_of_the_names_do() -> None:
    """Six kinds of massage, by what only some of them are called; one service needs no question."""
    (heard,) = find_services(read("массаж"), PERSIK)

    question = question_of(heard.refs, PERSIK)

    assert question.startswith("Что именно: лица, спины, антицеллюлитный, лимфодренажный, LPG или ")
    assert "массаж" not in question
    assert picked("антицеллюлитный", PERSIK, heard.refs) == ("mass_anticel",)
    assert question_of(heard.refs[:1], PERSIK) == ""


@pytest.mark.parametrize(
    ("names", "question"),
    [
        (("Ботокс ресниц", "Окраска бровей и ресниц"), "ботокс ресниц или окраска бровей и ресниц"),
        (("Массаж (60 минут)", "Массаж (90 минут)"), ""),
        (("Стоун-терапия", "Стоун-массаж"), "терапия или массаж"),
        (tuple(f"Очень длинное название {n} из шести слов" for n in "абвгдежзиклмн"), ""),
    ],
)
def test_a_question_of_names_is_whole_or_is_not_asked(
    names: tuple[str, ...], question: str
) -> None:
    """Nothing hangs in the air, nothing is asked that brackets only tell, nothing is too long."""
    prices = PriceWords.of([Listed(f"s{n}", name) for n, name in enumerate(names)])

    asked = question_of([f"s{n}" for n in range(len(names))], prices)

    assert asked == (f"Что именно: {question}?" if question else "")
