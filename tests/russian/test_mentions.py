"""Whom clients mean: two of a name, a surname, work, "not to", a slip, and names that are words."""

from __future__ import annotations

from functools import cache

import pytest

from beautybot.russian.mentions import Names, Wanted, find_people
from beautybot.russian.people import Person, name_forms
from beautybot.russian.reading import read

STAFF = [
    ("anna_s", "Анна Соколова", "стилист-колорист"),
    ("anna_l", "Анна Ли", "массажист"),
    ("vera", "Вера Павлова", "визажист"),
    ("timur", "Тимур Гасанов", "барбер"),
    ("olga", "Ольга Титова", "мастер эпиляции"),
]


@cache
def names() -> Names:
    return Names.of([Person(ref, name, name_forms(name), role) for ref, name, role in STAFF])


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("Аня, та что красит", ("anna_s",)),
        ("к Ане которая массаж делает", ("anna_l",)),
        ("к Анне, она колорист", ("anna_s",)),
        ("к Ане", ("anna_s", "anna_l")),
        ("не к массажисту, а к Ане", ("anna_s",)),
    ],
)
def test_of_two_who_bear_a_name_their_work_tells(text: str, refs: tuple[str, ...]) -> None:
    """A name alone leaves both."""
    assert wanted(text).refs == refs


@pytest.mark.parametrize(
    "text",
    ["пишет вам Ольга", "мою подругу Олю запишите", "я записана как Вера", "Оля сказала написать"],
)
def test_a_name_of_somebody_else_is_no_wish(text: str) -> None:
    """Control: the same name after «к»."""
    assert wanted(text) == Wanted()
    assert wanted("к Оле").refs == ("olga",)


def wanted(text: str, *, asked: bool = False) -> Wanted:
    """What the rules make of it."""
    return find_people(read(text), names(), asked=asked) or Wanted()


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("к Ане на массаж", ("anna_s", "anna_l")),
        ("к Анне Ли", ("anna_l",)),
        ("к Соколовой Ане", ("anna_s",)),
        ("к массажисту Анне", ("anna_l",)),
        ("к Ане, которая колорист", ("anna_s",)),
        ("к барберу", ("timur",)),
        ("к Тимурчику", ("timur",)),
        ("у Верочки есть время?", ("vera",)),
        ("Вера завтра работает?", ("vera",)),
        ("с верой в лучшее", ()),
        ("оля-ля", ()),
        ("меня зовут Ольга", ()),
        ("я Ольга, запишите меня", ()),
        ("к Олгье", ("olga",)),
        ("к нашей любимой Оле", ("olga",)),
        ("with Olga please", ("olga",)),
        ("k Timuru", ("timur",)),
        ("k Olge na shugaring", ("olga",)),
        ("колорист Анна", ("anna_s",)),
        ("массажистка Аня", ("anna_l",)),
        ("Оля или Вера", ("vera", "olga")),
        ("есть вера в лучшее", ()),
        ("а в субботу Вера работает?", ("vera",)),
    ],
)
def test_who_is_meant(text: str, refs: tuple[str, ...]) -> None:
    """Both of two who bear the name, unless a surname or her work tells them apart."""
    assert wanted(text).refs == refs


@pytest.mark.parametrize(
    ("text", "refs", "excluded"),
    [
        ("только не к Ольге", (), ("olga",)),
        ("к кому угодно, кроме Веры", (), ("vera",)),
        ("не к Вере, а к Ольге", ("olga",), ("vera",)),
        ("без Тимура, пожалуйста", (), ("timur",)),
        ("к Анне, но не Ли", ("anna_s",), ("anna_l",)),
    ],
)
def test_who_is_not_wanted(text: str, refs: tuple[str, ...], excluded: tuple[str, ...]) -> None:
    """A refusal excludes, and with nobody named besides anybody else will do."""
    said = wanted(text)

    assert (said.refs, said.excluded) == (refs, excluded)
    assert said.any_one == (not refs)


def test_two_people_named_apart_are_two_mentions() -> None:
    """«маникюр у Веры, а стрижка у Тимура»."""
    said = wanted("макияж у Веры, а стрижка у Тимура")

    assert [m.refs for m in said.mentions] == [("vera",), ("timur",)]


def test_a_name_nobody_bears_is_said_so() -> None:
    """«к Наташе» is nobody of this salon, and never the nearest name."""
    assert wanted("к Наташе").unknown == "Наташа"
    assert wanted("к Марине").refs == ()


def test_asked_for_a_name_a_bare_one_is_enough() -> None:
    """«Вера» is a word elsewhere, and an answer here."""
    assert wanted("вера").refs == ()
    assert wanted("вера", asked=True).refs == ("vera",)
    assert wanted("любая", asked=True).any_one
