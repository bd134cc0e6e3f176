"""Answers to what we asked: yes and no, one of the options."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from beautybot.russian.clocks import TimeWish
from beautybot.russian.numbers import figure_of, ordinal_of, value_of
from beautybot.russian.reading import Reading, table

_INSTEAD = re.compile(r"^(?:ой |подождите |стоп )*не (?:\w+ ){1,4}а \w")
_STOP = re.compile(r"[,.;!()\n]+")
_PLUSES = re.compile(r"[+ ]+1?")
_HALVES = ("пол", "половина", "половине", "половину")
LONGEST_ANSWER = 120
_NUMBER_CHOICE = re.compile(
    r"^(?:ну |да,? |давайте |давай |можно |хочу |беру |лучше |пусть |будет |тогда )*"
    r"(?:под )?(?:номер(?:ом)? |вариант |№ ?|no ?|но ?)?"
    r"(\d{1,2})(?:[.)]|[- ]?(?:й|е|ый|ой|ий|ое|ая|ую|я|ю))?"
    r"(?: (?:вариант\w*|пожалуйста|подходит|подойдет|пойдет|норм|ок|окошко|время))*$"
)


@dataclass(frozen=True, slots=True)
class Context:
    """
    What a message answers to.

    `asked` is the open question: booking, service, specialist, when, slot,
    consent, name, phone, confirm, which, or empty.  `offered` holds the clock
    times of the numbered options in the salon's zone.  `expects` says of an
    open "when" whether the day or the hour is wanted.
    """

    now: datetime
    asked: str = ""
    offered: tuple[datetime, ...] = ()
    options: int = 0
    known_day: date | None = None
    expects: str = ""

    @property
    def wants(self) -> str:
        """What a number alone would be: a `day`, an `hour`, or either (`when`)."""
        return self.expects or "when" if self.asked == "when" else ""


LAST_SLIP = 7
"""«8» may be an hour in the morning; a smaller number beside a list is one of the list's."""


def choice_in(reading: Reading, context: Context) -> int | None:
    """
    Which of the offered options a message takes, from one; -1 is the last.

    A small bare number beyond the list is a slip and not an hour: it is given
    as it is, so that the client hears that there is no such option.
    """
    if not context.options:
        return None
    text = " ".join(reading.text.strip(" .!)(").split())
    if match := _NUMBER_CHOICE.match(text):
        number = int(match[1])
        return number if 1 <= number <= max(context.options, LAST_SLIP) else None
    words = reading.words
    if (alone := _number_alone(words)) is not None:
        return alone if 1 <= alone <= context.options else None
    if context.options % 2 and {*words} & _choice("middle"):
        return context.options // 2 + 1
    if len(_named_choices(words)) > 1 and {"или", "либо"} & {*words}:
        return None  # «первый или второй»
    for i, word in enumerate(words):
        before, after = (*words[max(0, i - 1) : i], ""), (*words[i + 1 : i + 2], "")
        if before[0] in ("не", "кроме"):
            continue
        if word.startswith("последн") and not after[0].startswith(("врем", "раз")):
            return -1
        if word == "last":
            return -1
        if before[0] in ("номер", "номером", "вариант") and (value := value_of(word)):
            return value if value <= context.options else None
        nth = ordinal_of(word)
        if nth and nth <= context.options and _chooses(word, before[0], after[0]):
            return nth
    return None


def _number_alone(words: Sequence[str]) -> int | None:
    """«Два», «двойка», «под цифрой два», «выбираю 1»: a number and nothing but courtesies."""
    left = [w for w in words if w not in _choice("led") and w not in _fillers()]
    return figure_of(left[0]) if len(left) == 1 and "час" not in left else None


def _named_choices(words: Sequence[str]) -> set[int]:
    return {nth for word in words if (nth := ordinal_of(word)) is not None}


def _chooses(word: str, before: str, after: str) -> bool:
    """«второй», «первое окошко»; not «второй раз», «третьего декабря», «пол первого»."""
    if after.startswith(_no_choice_before()) or before in (
        "пол",
        "половина",
        "половине",
        "половину",
    ):
        return False
    return not word.endswith(("ого", "его", "ому", "ему")) or after.startswith("вариант")


def offered_in(when: TimeWish, context: Context) -> int | None:
    """A clock time that was offered: «давайте в 14»."""
    minutes = when.clock_min
    if minutes is None and when.kind == "exact" and when.start is not None:
        for number, at in enumerate(context.offered, 1):
            if at == when.start:
                return number
        return None
    if minutes is None:
        return None
    same = [n for n, at in enumerate(context.offered, 1) if at.hour * 60 + at.minute == minutes]
    return same[0] if len(same) == 1 else None


def yes_or_no(reading: Reading, context: Context) -> bool | None:
    """A yes or a no, only where something was asked; None for neither."""
    if not context.asked:
        return None
    if reading.text.strip() in ("-", "—", "–"):
        return False
    text = " ".join(re.sub(r"[^\w\s+]", " ", reading.text).split())
    if len(text) > LONGEST_ANSWER:
        return None
    text, idioms = _idioms().subn(" ", text)
    if _says("no", text) or _INSTEAD.search(text):
        return False
    clauses = _clauses(reading.text)
    if any(_is_wholly("no", clause) for clause in clauses) or _corrects(clauses):
        return False
    agrees = bool(idioms) or _says("yes", text) or _PLUSES.fullmatch(text) is not None
    agrees = agrees or any(_is_wholly("yes", clause) for clause in clauses)
    if agrees and not _but().search(text) and "?" not in reading.text:
        return True
    return None


def _says(answer: str, text: str) -> bool:
    """The words of this answer begin the message, stand in it, or are all of it."""
    table_of = table("answers")[answer]
    if _any_of(answer, "anywhere").search(text):
        return True
    begun = _fillers_first().sub("", text)
    if _any_of(answer, "first").match(begun) or _any_of(answer, "first").match(text):
        return True
    alone = _listed(table_of["alone"])
    others = [w for w in text.split() if w not in _fillers()]
    if not others and alone & {*text.split()}:
        return True  # «буду, спасибо»
    return " ".join(others) in alone or text in alone


def _clauses(text: str) -> list[str]:
    parts = (re.sub(r"[^\w\s+]", " ", part) for part in _STOP.split(text))
    return [said for part in parts if (said := " ".join(part.split()))]


def _is_wholly(answer: str, clause: str) -> bool:
    """This clause says that and nothing else: «а пофиг, давайте», «не, лучше в пятницу»."""
    told = table("answers")[answer]
    listed = _listed(told["first"]) | _listed(told["alone"])
    words = [w for w in clause.split() if w not in _fillers()]
    if not words and _listed(told["alone"]) & {*clause.split()}:
        return True  # «записала себе, буду»
    return bool(words) and (" ".join(words) in listed or all(w in listed for w in words))


def _corrects(clauses: Sequence[str]) -> bool:
    """«Не в пять, в шесть»."""
    begun = [clause.split()[:2] for clause in clauses[:2]]
    return len(begun) == 2 and begun[0] == ["не", begun[1][0]]


def _listed(words: str) -> frozenset[str]:
    return frozenset(word.strip() for word in words.split(","))


@cache
def _any_of(answer: str, place: str) -> re.Pattern[str]:
    return _spelt(_listed(table("answers")[answer][place]))


def _spelt(words: Iterable[str]) -> re.Pattern[str]:
    longest = sorted(words, key=len, reverse=True)
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest)) + r")(?!\w)")


@cache
def _idioms() -> re.Pattern[str]:
    return _spelt(_listed(table("answers")["idioms"]["yes"]))


@cache
def _but() -> re.Pattern[str]:
    return _spelt(_listed(table("answers")["yes_but"]["words"]))


@cache
def _fillers() -> frozenset[str]:
    return _listed(table("answers")["fillers"])


@cache
def _fillers_first() -> re.Pattern[str]:
    return re.compile(rf"^(?:(?:{'|'.join(sorted(_fillers()))})\s+)+")


@cache
def _choice(name: str) -> frozenset[str]:
    return frozenset(table("answers")["choice"][name].split())


@cache
def _no_choice_before() -> tuple[str, ...]:
    return tuple(table("answers")["choice"]["not_before"].split())
