"""Answers to what we asked: yes and no, one of the options, a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from beautybot.russian.clocks import TimeWish
from beautybot.russian.numbers import ordinal_of, value_of
from beautybot.russian.phones import Phone
from beautybot.russian.reading import Reading, table

_NAME = re.compile(
    r"(?:меня зовут|мое имя|имя|это|на имя|я)\s+([А-ЯЁA-ZӘІҢҒҮҰҚӨҺ][\w-]+(?:\s+[А-ЯЁ][\w-]+)?)",
    re.IGNORECASE,
)
_ONLY_NAME = re.compile(r"^[^\W\d_]{2,}(?:[\s-][^\W\d_]{2,}){0,2}$")
_NUMBER_CHOICE = re.compile(
    r"^(?:ну |давайте |давай |можно |хочу |беру |лучше )*(?:номер |вариант |№ ?)?"
    r"(\d{1,2})(?:[.)]|[- ]?(?:й|е|ый|ое|я|ю))?(?: вариант\w*)?$"
)


@dataclass(frozen=True, slots=True)
class Context:
    """
    What a message answers to.

    `asked` is the open question: booking, service, specialist, when, slot,
    consent, name, phone, confirm, which, or empty.  `offered` holds the clock
    times of the numbered options in the salon's zone.
    """

    now: datetime
    asked: str = ""
    offered: tuple[datetime, ...] = ()
    options: int = 0
    known_day: date | None = None


def choice_in(reading: Reading, context: Context) -> int | None:
    """Which of the offered options a message takes, from one; -1 is the last."""
    if not context.options:
        return None
    text = reading.text.strip(" .!")
    if match := _NUMBER_CHOICE.match(text):
        number = int(match[1])
        return number if 1 <= number <= max(context.options, 1) else None
    words = reading.words
    if any(w.startswith("последн") for w in words):
        return -1
    for i, word in enumerate(words):
        nth = ordinal_of(word)
        after = words[i + 1] if i + 1 < len(words) else ""
        before = words[i - 1] if i else ""
        if nth and nth <= context.options and not after.startswith("числ") and before != "пол":
            return nth
        if before in ("номер", "вариант") and (value := value_of(word)):
            return value
    return None


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
    text = " ".join(re.sub(r"[^\w\s+]", " ", reading.text).split())
    no = _matches(text, "no")
    yes = _matches(text, "yes")
    if no:
        return False
    if yes and not re.search(r"\b(?:но|только|а можно|лучше|подожд\w+)\b", text):
        return True
    return None


def _matches(text: str, kind: str) -> bool:
    words = text.split()
    phrases = _phrases(kind)
    return (
        any(
            text == p or text.startswith(p + " ") or (len(p) > 2 and f" {p} " in f" {text} ")
            for p in phrases
        )
        and len(words) <= 14
    )


def name_in(raw: str, reading: Reading, context: Context, phone: Phone | None) -> str | None:
    """The client's own name, when she says it or was asked."""
    if match := _NAME.search(raw):
        word = match[1].strip()
        introduced = re.search(r"зовут|имя", match[0], re.IGNORECASE)
        if introduced or (context.asked == "name" and word[:1].isupper()):
            return _titled(word)
    if context.asked in ("name", "consent") or (context.asked == "phone" and phone):
        text = re.sub(r"[\d+()\-]{5,}", " ", raw)
        words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)?", text)
        words = [w for w in words if w.lower().replace("ё", "е") not in _not_names()]
        if context.asked != "name":
            words = [w for w in words if w[:1].isupper()]
        bare = " ".join(words)
        if words and len(words) <= 3 and _ONLY_NAME.match(bare) and "?" not in raw:
            return _titled(bare)
    return None


def _titled(name: str) -> str:
    return " ".join(w[:1].upper() + w[1:] for w in name.split())[:60]


@cache
def _phrases(kind: str) -> tuple[str, ...]:
    return tuple(table("intents")["answers"][kind])


@cache
def _not_names() -> frozenset[str]:
    return frozenset(table("intents")["answers"]["not_names"].split())
