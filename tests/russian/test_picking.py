"""An answer to "which of these" by the word that tells them apart."""

from __future__ import annotations

import pytest
from price_lists import price_words

from beautybot.russian.picking import Direction, direction_in, minutes_aside, picked, visit_in
from beautybot.russian.price_words import Listed, PriceWords

MANICURES = PriceWords.of(
    [
        Listed("japan", "Маникюр японский", "Ногти"),
        Listed("gel", "Маникюр с покрытием гель-лаком", "Ногти"),
        Listed("classic", "Маникюр классический", "Ногти"),
        Listed("device", "Маникюр аппаратный", "Ногти"),
        Listed("pedicure", "Педикюр классический", "Ногти"),
    ]
)
OFFERED = ("japan", "gel", "classic", "device")
LASHES = ("classic", "two-d", "three-d", "mega")


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ("Японский", ("japan",)),
        ("давайте японскй", ("japan",)),
        ("с гель-лаком пожалуйста", ("gel",)),
        ("с покрытием", ("gel",)),
        ("обычный", ("classic",)),
        ("маникюр аппаратный", ("device",)),
        ("любой, только не японский", ("gel", "classic", "device")),
        ("маникюр", ()),
        ("лучше педикюр классический", ()),
        ("а сколько это по времени?", ()),
        ("", ()),
    ],
)
def test_the_telling_word_picks(answer: str, left: tuple[str, ...]) -> None:
    """What it leaves of the four; nothing where it tells nothing, or wants another service."""
    assert picked(answer, MANICURES, OFFERED) == left


def test_it_works_in_another_salon_s_words() -> None:
    """Nothing in it knows of manicures."""
    assert picked("2д", price_words("lashes"), LASHES) == ("two-d",)
    assert picked("классику", price_words("lashes"), LASHES) == ("classic",)


@pytest.mark.parametrize(
    ("said", "direction"),
    [
        ("а попозже есть?", Direction.LATER),
        ("Можно позже?", Direction.LATER),
        ("давайте пораньше", Direction.EARLIER),
        ("другие варианты?", Direction.OTHER),
        ("что ещё есть", Direction.OTHER),
        ("ничего не подходит", Direction.OTHER),
        ("в пятницу", None),
        ("да", None),
        ("я раньше ходила к вам на маникюр и мне всё очень нравилось", None),
    ],
)
def test_where_to_look_from_the_offer(said: str, direction: Direction | None) -> None:
    """Only a short message speaks of the times before the eyes."""
    assert direction_in(said) is direction


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("ой а можно на час позже", 60),
        ("на полчасика раньше", None),  # nobody knows how much that is
        ("на полчаса пораньше", 30),
        ("на полтора часа позже", 90),
        ("на два часа позже", 120),
        ("на 15 минут позже", 15),
        ("на 2 часа", 120),
        ("на ноль часов позже", None),
        ("попозже", None),
        ("на часть дня", None),
    ],
)
def test_how_far_aside(text: str, minutes: int | None) -> None:
    """In minutes; None where it does not say."""
    assert minutes_aside(text) == minutes


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("отмените первую", 1),
        ("перенесите вторую запись на час позже", 2),
        ("третью отмените", 3),
        ("отмените последнюю", -1),
        ("перенесите на вторую половину дня", None),
        ("отмените запись на второе", None),
    ],
)
def test_a_visit_may_be_told_by_its_place_in_the_list(text: str, place: int | None) -> None:
    """An ordinal of a visit, not of a day or a half of it."""
    assert visit_in(text) == place
