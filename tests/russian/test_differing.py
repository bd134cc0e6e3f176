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


def test_nothing_is_asked_where_no_single_word_tells_them_apart() -> None:
    """Six kinds of massage are only listed; one service needs no question."""
    (heard,) = find_services(read("массаж"), PERSIK)

    assert question_of(heard.refs, PERSIK) == ""
    assert question_of(heard.refs[:1], PERSIK) == ""
