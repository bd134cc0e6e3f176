"""Distress, minors, abuse and "are you a person?": who is heard so, and who is not."""

from __future__ import annotations

import pytest

from beautybot.agent import commands as c, delicate
from beautybot.agent.topics import Topic

UNCLEAR = [c.Unclear("?")]


def reasons(text: str) -> list[str]:
    """Why a person would be called, where the rules understood nothing."""
    return [k.reason for k in delicate.heard(text, UNCLEAR) if isinstance(k, c.Human)]


@pytest.mark.parametrize(
    "text",
    [
        "не хочу жить",
        "Я больше так не могу, не хочу больше жить",
        "жить не хочется совсем",
        "думаю покончить с собой",
        "у меня мысли о самоубийстве",
        "хочу убить себя",
        "вскрою вены",
        "меня бьёт муж, замажете синяк?",
        "хочу умереть.",
    ],
)
def test_distress_is_heard_before_anything_else(text: str) -> None:
    """Also where a service is named in the same breath."""
    wanted = [c.Book(), c.SetServices(())]

    assert delicate.heard(text, wanted) == [c.Human("distress")]


@pytest.mark.parametrize(
    "text",
    [
        "мне 15 лет, можно татуаж?",
        "Мне уже шестнадцать лет",
        "мне ещё нет 18, можно одной прийти?",
        "я несовершеннолетняя",
        "здравствуйте мне 13 лет хочу покраситься",
    ],
)
def test_a_minor_is_a_persons_business(text: str) -> None:
    """By a figure, a word, or the thing itself."""
    assert delicate.heard(text, [c.Book()]) == [c.Human("minor")]


@pytest.mark.parametrize(
    "text", ["тупой бот", "идите на хер", "вы там дебилы что ли", "пошла ты нахуй"]
)
def test_abuse_is_a_persons_business_if_it_is_all_there_is(text: str) -> None:
    """A client who swears and wants a manicure gets her manicure."""
    assert reasons(text) == ["angry"]
    assert delicate.heard(f"{text}, хочу на маникюр", [c.Book()]) == [c.Book()]


LOOK_ALIKES = """
хочу жить красиво
не хочу ждать
не могу больше ждать, запишите
умираю как хочу маникюр
хочу умереть какая красота у вас в ленте
порезала палец, можно маникюр?
убила бы за такие ресницы
отменить всё
мне 35 лет, что посоветуете?
мне 10 лет назад делали татуаж
дочке 12 лет, хочу записать на стрижку
сыну 7 лет, детская стрижка
мне к 15 марта надо
мне на 15 часов
мне 15 минут хватит дойти
вам уже 15 лет? поздравляю
мне 18 лет
мне нужно 16 накладных ногтей
ваш бот удобный
лохматая стрижка
сука какие красивые ногти, хочу так же на завтра
дурацкий вопрос: сколько стоит маникюр
хулиганский цвет хочу
робот-пылесос у вас есть?
как зовут мастера?
кто у вас работает завтра?
кто делает педикюр?
с кем записана моя подруга?
вы живёте где? адрес какой
человек пять нас будет
это быстро?
это больно?
"""


def test_ordinary_clients_are_not_taken_for_others() -> None:
    """Not one of these look-alikes, where the rules understood something."""
    understood = [c.Book()]
    said = [line for line in LOOK_ALIKES.splitlines() if line]

    assert [s for s in said if delicate.heard(s, understood) != understood] == []


@pytest.mark.parametrize(
    "text",
    ["вы бот?", "ты живой?", "кто ты", "Вы кто?", "как тебя зовут", "с кем я говорю?"]
    + ["это робот?", "вы настоящий человек?", "я с человеком говорю или с роботом?"],
)
def test_who_is_answering_is_told(text: str) -> None:
    """Whatever else the rules took it for."""
    for found in (UNCLEAR, [c.OffTopic()], [c.Human("asked")], [c.Book()]):
        [answer] = delicate.heard(text, found)
        assert isinstance(answer, c.AskInfo)
        assert answer.topic is Topic.ASSISTANT


def test_who_asks_and_wants_more_gets_both() -> None:
    """And who asks for a person in the same breath gets a person."""
    long = "а это бот отвечает? запишите меня на маникюр"
    both = delicate.heard(long, [c.Book()])
    person = delicate.heard("вы бот что ли? позовите мне живого человека", [c.Human("asked")])

    assert [type(k) for k in both] == [c.AskInfo, c.Book]
    assert c.Human("asked") in person
