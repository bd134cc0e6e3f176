"""
No number without a receipt: what a text claims must stand in this turn's facts.

A text is searched for every figure, clock, date, weekday, month, money word
and promise; each must occur in the facts that the desk gave.  Numbered lines
of our own options are the only figures that need none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_FIGURE = re.compile(r"\d+(?:[\u00a0 ]\d{3})*(?:[.,:]\d+)*")
_LIST_NUMBER = re.compile(r"^\d{1,2}\. ", re.MULTILINE)
_WORD = re.compile(r"[а-яё]+", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.|t\.me/|wa\.me/)\S+|\S+@\S+\.\w+", re.IGNORECASE)

# Stems of what only a fact may say: the days, the months, the promises.
_WEEKDAY_STEMS = ("понедельник", "вторник", "сред", "четверг", "пятниц", "суббот", "воскресен")
_MONTH_STEMS = (
    "январ",
    "феврал",
    "март",
    "апрел",
    "июн",
    "июл",
    "август",
    "сентябр",
    "октябр",
    "ноябр",
    "декабр",
)
_PROMISE_STEMS = ("скидк", "бесплатн", "гаранти", "подар", "акци", "перезвон", "кешбэк", "кэшбэк")
_NOT_WEEKDAYS = ("средн", "средств", "средой")
_CLAIMS = (*_WEEKDAY_STEMS, *_MONTH_STEMS, *_PROMISE_STEMS)


@dataclass(frozen=True, slots=True)
class Unproven:
    """What a text claims and no fact of the turn supports."""

    claims: tuple[str, ...]


def check(text: str, facts: Iterable[str]) -> Unproven | None:
    """None if every claim of the text has a receipt among the facts; else what has none."""
    known = [_flat(fact) for fact in facts]
    figures = {figure for fact in known for figure in _figures(fact)}
    words = {_stem(word) for fact in known for word in _WORD.findall(fact)} - {None}
    links = {link for fact in known for link in _LINK.findall(fact)}
    flat = _flat(_LIST_NUMBER.sub("", text))
    missing = [f for f in _figures(flat) if f not in figures]
    missing += [w for w in _WORD.findall(flat) if (stem := _stem(w)) and stem not in words]
    missing += [link for link in _LINK.findall(flat) if link not in links]
    return Unproven(tuple(missing)) if missing else None


def _figures(text: str) -> list[str]:
    return [re.sub(r"[\u00a0 ]", "", figure) for figure in _FIGURE.findall(text)]


def _stem(word: str) -> str | None:
    if word.startswith(_NOT_WEEKDAYS):
        return None
    return next((stem for stem in _CLAIMS if word.startswith(stem)), None)


def _flat(text: str) -> str:
    return text.lower().replace("ё", "е")
