"""Answers to what we asked: yes and no, one of the options, a name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from beautybot.russian.clocks import TimeWish
from beautybot.russian.numbers import ordinal_of, value_of
from beautybot.russian.people import is_called_so, stranger
from beautybot.russian.phones import Phone
from beautybot.russian.reading import Reading, table

_ONE_NAME = r"[А-ЯЁA-ZӘІҢҒҮҰҚӨҺ][\w-]+"
_NAME = re.compile(
    r"(?:меня зовут|мое имя|имя|это|на имя|я)\s+([А-ЯЁA-ZӘІҢҒҮҰҚӨҺ][\w-]+(?:\s+[А-ЯЁ][\w-]+)?)",
    re.IGNORECASE,
)
_INSTEAD = re.compile(r"^(?:да |ой |подождите |стоп |только |но |ага )*не (?:\w+ ){1,4}а \w")
_PLUSES = re.compile(r"[+ ]+1?")
_HALVES = ("пол", "половина", "половине", "половину")
LONGEST_ANSWER = 120
_NAME_BETWEEN = re.compile(r"\bменя\s+([А-ЯЁA-ZӘІҢҒҮҰҚӨҺ][\w-]+)\s+зовут", re.IGNORECASE)
_NAME_BEFORE = re.compile(rf"({_ONE_NAME}) меня зовут\s*(?:$|[.,!)\n])", re.IGNORECASE)
_CALLED = re.compile(rf"\b(?:зовите|называйте|можно звать)(?: меня)?(?: просто)? ({_ONE_NAME})", re.IGNORECASE)
_PRESENTED = re.compile(
    rf"^(?:[^?]{{0,40}}[,.!)\s])?(?:это|я|пишет|это пишет|с вами) ({_ONE_NAME})(?=\s*(?:$|[,.!)\n]))",
    re.IGNORECASE,
)
_FEW_FIGURES = re.compile(r"(?<=[^\W\d_])\W+\d{1,4}\b.*", re.DOTALL)
_ONLY_NAME = re.compile(r"^[^\W\d_]{2,}(?:[\s-][^\W\d_]{2,}){0,2}$")
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


def choice_in(reading: Reading, context: Context) -> int | None:
    """Which of the offered options a message takes, from one; -1 is the last."""
    if not context.options:
        return None
    text = " ".join(reading.text.strip(" .!)(").split())
    if match := _NUMBER_CHOICE.match(text):
        number = int(match[1])
        return number if 1 <= number <= context.options else None
    words = reading.words
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
    agrees = bool(idioms) or _says("yes", text) or _PLUSES.fullmatch(text) is not None
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
    bare = " ".join(w for w in text.split() if w not in _fillers())
    return bare in _listed(table_of["alone"]) or text in _listed(table_of["alone"])


def name_in(raw: str, reading: Reading, context: Context, phone: Phone | None) -> str | None:
    """The client's own name, when she says it or was asked."""
    if match := _NAME_BETWEEN.search(raw) or _NAME_BEFORE.search(raw):
        return _titled(match[1])
    if match := _CALLED.search(raw):
        return _titled(stranger(match[1].lower()) or match[1])
    if match := _NAME.search(raw):
        word = match[1].strip()
        introduced = re.search(r"зовут|имя", match[0], re.IGNORECASE)
        if introduced or (context.asked == "name" and word[:1].isupper()):
            return _titled(word)
    if (match := _PRESENTED.search(raw)) and is_called_so(match[1]):
        return _titled(match[1])
    if context.asked in ("name", "consent") or (context.asked == "phone" and phone):
        return _name_alone(raw, context)
    return None


def _name_alone(raw: str, context: Context) -> str | None:
    """A message that is a name and courtesies: «Ольга, 35 лет», «8 916 … Ирина»."""
    text = _FEW_FIGURES.sub(" ", re.sub(r"[\d+()\-]{5,}", " ", raw))
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", text)
    if any(w.lower() in _refusals() for w in words):
        return None
    words = [w for w in words if w.lower().replace("ё", "е") not in _not_names()]
    if context.asked != "name":
        words = [w for w in words if w[:1].isupper()]
    bare = " ".join(words)
    if words and len(words) <= 3 and _ONLY_NAME.match(bare) and "?" not in raw:
        return _titled(bare)
    return None


def _titled(name: str) -> str:
    return " ".join(w[:1].upper() + w[1:] for w in name.split())[:60]


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
def _not_names() -> frozenset[str]:
    return frozenset(table("answers")["names"]["never"].split())


@cache
def _refusals() -> frozenset[str]:
    return frozenset(table("answers")["names"]["refusal"].split())


@cache
def _no_choice_before() -> tuple[str, ...]:
    return tuple(table("answers")["choice"]["not_before"].split())
