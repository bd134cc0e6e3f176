"""Said otherwise, it means the same: case, ё, signs, chatter around, a slip, another order."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from price_lists import price_words

from beautybot.russian.answers import Context
from beautybot.russian.clocks import Hours
from beautybot.russian.frame import frame_of
from beautybot.russian.meaning import Lexicon, understand

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 11, 23, 10, 30, tzinfo=MOSCOW)
WEEK = {**dict.fromkeys(range(6), ((540, 1260),)), 6: ((600, 1200),)}
SALON = Lexicon(price_words("studio"), [], Hours(WEEK, MOSCOW))

MESSAGES = [
    "запишите на маникюр завтра в 15:00",
    "хочу на стрижку в субботу после шести",
    "сколько стоит педикюр",
    "есть места на пятницу вечером?",
    "перенесите запись на четверг на 18:30",
    "отмените запись на среду",
    "маникюр 28 ноября в полтретьего",
    "можно на брови на следующей неделе во вторник",
    "запишите на двадцать пятое к двенадцати",
    "в воскресенье не раньше двух на маникюр",
    "до скольки вы работаете в субботу",
    "через неделю в понедельник с утра на педикюр",
]
CHATTER = ["ой девочки, ", "ну короче ", "слушайте а ", "скажите пожалуйста, ", "так вот "]
DAYS = ["завтра", "в пятницу", "в субботу", "28 ноября", "послезавтра", "двадцать пятого"]
HOURS = ["в 15:00", "в полтретьего", "после шести", "к двенадцати", "с 14 до 16", "утром"]


def meant(text: str) -> dict[str, object]:
    """The frame without the words it was said in."""
    frame = frame_of(understand(text, SALON, Context(NOW)), NOW, MOSCOW)
    when = frame["when"]
    return frame | {
        "when": when and {key: when[key] for key in ("kind", "start", "end", "ask")},
        "services": [sorted(s["ids"]) for s in frame["services"]],
    }


def slipped(text: str) -> Iterator[str]:
    """Each long word with two neighbouring letters swapped, one word at a time."""
    words = text.split()
    for i, word in enumerate(words):
        if len(word) >= 7 and word.isalpha():
            swapped = word[:3] + word[4] + word[3] + word[5:]
            yield " ".join([*words[:i], swapped, *words[i + 1 :]])


CHANGES: dict[str, Callable[[str], str]] = {
    "loud": str.upper,
    "a sentence": lambda t: t.capitalize() + "!!!",
    "without signs": lambda t: t.replace("?", "").replace(",", ""),
    "spaced": lambda t: "  " + t.replace(" ", "   ") + " ",
    "with ё": lambda t: t.replace("четверг", "чётверг").replace("еще", "ещё"),
    "an emoji": lambda t: t + " 😊🌸",
    "in lines": lambda t: t.replace(" на ", "\nна ", 1),
    "an unseen sign": lambda t: t[:5] + "\u200b" + t[5:],
    "a look-alike": lambda t: t.replace("а", "a", 1) if " " not in t[:6] else t,
}


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("change", list(CHANGES))
def test_another_spelling_means_the_same(change: str, message: str) -> None:
    """Signs, case and layout are not meaning."""
    assert meant(CHANGES[change](message)) == meant(message)


@pytest.mark.parametrize("message", MESSAGES)
def test_chatter_in_front_changes_nothing(message: str) -> None:
    """What people say before they come to the point."""
    for chatter in CHATTER:
        assert meant(chatter + message) == meant(message)


@pytest.mark.parametrize("message", MESSAGES)
def test_a_slip_in_a_long_word_is_forgiven(message: str) -> None:
    """The time and the services are those meant, or a question is asked; never other ones."""
    right = meant(message)
    for text in slipped(message):
        got = meant(text)
        when = got["when"]
        assert got["services"] == right["services"]
        assert when == right["when"] or (isinstance(when, dict) and when["ask"])


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("hour", HOURS)
def test_day_and_hour_stand_in_any_order(day: str, hour: str) -> None:
    """«в пятницу после шести» is «после шести в пятницу»."""
    assert meant(f"{hour} {day}")["when"] == meant(f"{day} {hour}")["when"]


def test_the_day_and_the_service_stand_in_any_order() -> None:
    """The wish first or the day first."""
    for _ in range(20):
        words = ["маникюр", "завтра", "в 15:00"]
        random.Random(_).shuffle(words)
        assert meant(" ".join(words)) == meant("маникюр завтра в 15:00")


def test_other_words_mean_other_things() -> None:
    """Control: the comparison sees a difference."""
    assert meant(MESSAGES[0]) != meant(MESSAGES[1])
    assert meant("завтра в 15:00")["when"] != meant("завтра в 16:00")["when"]


def test_the_table_of_phrases_is_read_in_capitals_too() -> None:
    """Every phrase of the table, shouted."""
    lines = Path(__file__).parent.joinpath("time/phrases.tsv").read_text("utf-8").splitlines()
    phrases = [line.split("\t")[0] for line in lines if "\t" in line]
    wrong = [p for p in phrases if meant(p.upper())["when"] != meant(p)["when"]]

    assert wrong == []
