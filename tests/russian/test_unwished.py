"""Services that are spoken of and not wished, and words of theirs that mean something else."""

from __future__ import annotations

from functools import cache

import pytest

from beautybot.russian.concepts import concept_of, heard_as, words_of
from beautybot.russian.price_words import Listed, PriceWords
from beautybot.russian.reading import read
from beautybot.russian.unwished import wished
from beautybot.russian.wishes import find_services

SERVICES = [
    Listed("mani", "Маникюр"),
    Listed("mani_gel", "Маникюр с покрытием гель-лаком"),
    Listed("pedi", "Педикюр"),
    Listed("pedi_gel", "Педикюр с покрытием гель-лаком"),
    Listed("off", "Снятие гель-лака"),
    Listed("cut", "Стрижка женская", for_whom="women"),
    Listed("cut_kid", "Стрижка детская", for_whom="kids"),
    Listed("color", "Окрашивание волос"),
    Listed("restore", "Восстановление волос"),
    Listed("brows", "Коррекция бровей"),
    Listed("wrap", "Обёртывание шоколадное"),
]


@cache
def prices() -> PriceWords:
    return PriceWords.of(SERVICES)


def heard(text: str) -> list[str]:
    """The first candidate of every service that was heard."""
    return [one.refs[0] for one in find_services(read(text), prices()) if one.refs]


@pytest.mark.parametrize(
    ("text", "services"),
    [
        ("делала у вас маникюр, теперь хочу педикюр", ["pedi"]),
        ("делала у вас маникюр теперь хочу педикюр", ["pedi"]),
        ("стрижку не надо, только педикюр", ["pedi"]),
        ("хотела маникюр, но лучше педикюр", ["pedi"]),
        ("ой нет не маникюр, педикюр", ["pedi"]),
        ("маникюр отменяется, давайте брови", ["brows"]),
        ("педикюр не люблю", []),
        ("делала у вас маникюр", ["mani"]),
        ("хочу маникюр, раньше не делала", ["mani"]),
        ("хотела узнать про маникюр, и ещё педикюр", ["mani", "pedi"]),
    ],
)
def test_what_was_done_refused_or_replaced_is_not_wished(text: str, services: list[str]) -> None:
    """The last lines are the control: what nothing replaces stays."""
    assert heard(text) == services


@pytest.mark.parametrize(
    ("another", "service"),
    [
        ("снимите трубку, звоню", "снимите пожалуйста завтра"),
        ("восстановите пароль", "восстановите волосы"),
        ("покрасили фасад, красиво", "покрасить хочу"),
        ("шоколадку вам занести?", "шоколадное обёртывание"),
        ("бровью не повела", "брови у Светы"),
        ("фото бровей скину потом", "хочу брови"),
        ("стрижом летит время", "стрижка"),
        ("подрезали меня на парковке", "подрезать волосы"),
    ],
)
def test_a_general_word_is_a_service_only_of_a_salons_things(another: str, service: str) -> None:
    """The same word beside a stranger's thing and beside none."""
    assert heard(another) == []
    assert len(heard(service)) == 1


def test_what_is_said_of_both_is_shared_out() -> None:
    """«Оба», «мне и дочке» speak of two."""
    assert heard("маникюр и педикюр оба с гель-лаком") == ["mani_gel", "pedi_gel"]
    assert heard("маникюр и педикюр с гель-лаком") == ["mani", "pedi_gel"]
    assert set(heard("мне и дочке стрижку")) == {"cut", "cut_kid"}
    assert heard("дочке стрижку") == ["cut_kid"]


@pytest.mark.parametrize(
    "word", ["рукав", "лакомый", "губернатор", "шел", "доброволец", "лицензия"]
)
def test_a_short_stem_takes_an_ending_and_nothing_else(word: str) -> None:
    """Control: «рукам», «лаком», «губы» are found."""
    assert concept_of(word) is None
    assert all(concept_of(w) for w in ("рукам", "лаком", "губы", "бровей", "лица"))


@pytest.mark.parametrize("word", ["принесу", "корзинка", "построить", "комплимент", "эксперт"])
def test_an_ordinary_word_is_no_slip(word: str) -> None:
    """Control: a slip in a word of a service is heard."""
    assert heard_as(word, {}) is None
    assert heard_as("пидекюр", {}) == "pedi"
    assert heard_as("окрашиванее", {}) == "color"


def test_blanks_keep_every_place() -> None:
    """Later stages point into the text."""
    text = "делала маникюр, теперь хочу педикюр"

    left = wished(text, list(words_of(text)), prices().local)

    assert len(left) == len(text)
    assert left.strip() == "теперь хочу педикюр"
