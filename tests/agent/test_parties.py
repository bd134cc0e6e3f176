"""Several people at once and brides are a person's; one client who speaks of a friend is not."""

from __future__ import annotations

import pytest

from beautybot.agent import commands as c, parties

WISH = [c.Book()]

SEVERAL = """
запишите меня и подругу на маникюр
хочу записаться с подругой, мы вдвоём
мы с сестрой хотим на педикюр в субботу
мне и маме на стрижку
нас двое, на завтра
нас будет трое
нас 5 человек
на двоих можно?
маникюр на троих
придём втроём
девичник в субботу, маникюр
запишите двух девушек на брови
5 девочек на маникюр
"""

ONE = """
подруга посоветовала вас, запишите на маникюр
хочу как у подруги
запишите маму на стрижку
дочке стрижку
сын хочет стрижку, я завтра свободна
в две руки можно?
маникюр и педикюр
через двоих стою в очереди
к двум часам
на второе число
"""

BRIDES = """
я невеста, нужна причёска
образ невесты в субботу
причёска для невесты
свадебный образ с выездом
репетиция свадебной причёски
"""

GUESTS = """
иду на свадьбу, нужна укладка
свадебная прическа и макияж 5 декабря с утра
на свадьбу подруги маникюр
невестка посоветовала
"""


def lines(text: str) -> list[str]:
    return text.split("\n")[1:-1]


def called(text: str, *, for_two: bool = False) -> bool:
    return parties.heard(text, WISH, for_two=for_two) != WISH


def test_several_people_are_a_persons() -> None:
    """Each of these; and not where the service is sold for two."""
    assert [line for line in lines(SEVERAL) if not called(line)] == []
    assert not called("массаж на двоих", for_two=True)


def test_one_client_is_booked_as_ever() -> None:
    """Whoever else is spoken of."""
    assert [line for line in lines(ONE) if called(line)] == []


def test_brides_are_a_persons_and_their_guests_are_not() -> None:
    """What the price list has for a wedding is booked from it."""
    assert [line for line in lines(BRIDES) if not called(line)] == []
    assert [line for line in lines(GUESTS) if called(line)] == []


@pytest.mark.parametrize("found", [c.AskPrice(()), c.ListBookings()])
def test_questions_are_answered(found: c.Command) -> None:
    """«Сколько стоит на двоих?» is a question of a price."""
    assert parties.heard("сколько на двоих?", [found], for_two=False) == [found]
