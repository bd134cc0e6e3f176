"""How clients give their names, and phones that are spoken group by group."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from beautybot.russian.answers import Context, yes_or_no
from beautybot.russian.introductions import name_in, signature_before
from beautybot.russian.phones import find_phone
from beautybot.russian.reading import read

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=ZoneInfo("Europe/Moscow"))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("меня Игорем зовут", "Игорь"),
        ("меня Яна зовут", "Яна"),
        ("зовут меня Ника", "Ника"),
        ("зовите Сергеем", "Сергей"),
        ("на имя Дарья пожалуйста", "Дарья"),
        ("меня зовут Ольга хочу стрижку", "Ольга"),
        ("меня зовут ольга смирнова", "Ольга смирнова"),
        ("ой, Олеся я", "Олеся"),
        ("Татьяна Петровна", "Татьяна Петровна"),
        ("а зачем вам имя?", None),
        ("позже скажу", None),
    ],
)
def test_a_name_is_taken_without_what_stands_beside_it(said: str, name: str | None) -> None:
    """In the form she would sign with, and without courtesies and wishes."""
    got = name_in(said, Context(NOW, "name"), None)

    assert (got and got.lower()) == (name and name.lower())


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("восемь девятьсот девять потом сто потом двадцать ноль ноль", "+79091002000"),
        (
            "восемь девятьсот десять запятая триста двадцать один пятьдесят ноль ноль",
            "+79103215000",
        ),
        ("восемь девятьсот пять три тройки сорок восемь пятьдесят", "+79053334850"),
        ("сто двадцать", None),
        (
            "восемь девятьсот шестьдесят три ой шестьдесят два сто два двадцать тридцать",
            "+79621022030",
        ),
        ("восемь девятьсот десять дважды ноль пять тридцать шесть сорок", "+79100053640"),
        ("восемь девятсот шеснадцать сто двацать три сорок пять шестьдесят семь", "+79161234567"),
        ("восемь девятьсот два двойка ноль двойка двадцать два двадцать два", "+79022022222"),
    ],
)
def test_groups_said_apart_are_apart(said: str, number: str | None) -> None:
    """«Сто, потом двадцать» is 100 and 20; «сто двадцать» is 120."""
    found = find_phone(read(said), asked=True)

    assert (found.e164 if found else None) == number


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("педикюр завтра в 10, Света 8 903 123-45-67", "света"),
        ("запишите меня Света 89031234567", "света"),
        ("на маникюр, Ольга: +7 903 123 45 67", "ольга"),
        ("к Свете завтра, 89031234567", None),
        ("запишите к мастеру Света 89031234567", None),
        ("Света свободна? 89031234567", None),
    ],
)
def test_who_signs_with_a_number_is_the_client(said: str, name: str | None) -> None:
    """Right before it and after a pause, in the form people call themselves by."""
    reading = read(said)
    phone = find_phone(reading)
    assert phone is not None

    signature = signature_before(reading, phone)

    assert (signature.text if signature else None) == name


def test_another_master_is_no_name() -> None:
    """«Пусть Артём», when the consent was asked; an answer with a name is one."""
    assert name_in("ладно, пусть Артём", Context(NOW, "consent"), None) is None
    assert name_in("да, Ольга", Context(NOW, "consent"), None) == "Ольга"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("буду, спасибо", True),
        ("так и сделаем", True),
        ("возражений нет", True),
        ("спасибо", None),
        ("завтра", None),
        ("буду, но не в пять", None),
        ("а пофиг, давайте", True),
        ("ну а куда деваться, давайте", True),
        ("записала себе, буду", True),
        ("да ну", False),
        ("не, лучше в пятницу", False),
        ("не в пять, в шесть", False),
        ("давайте попозже напишу", None),
    ],
)
def test_a_short_answer_may_be_all_courtesies(said: str, answer: bool | None) -> None:
    """One of them must still say yes."""
    assert yes_or_no(read(said), Context(NOW, "confirm")) is answer
