"""
No number without a receipt: what a text claims must stand in this turn's facts.

A text is searched for every amount, clock, date, duration, percent, phone,
weekday, month, link, name and promise; each must occur in the facts that the
desk gave, and as the same kind of thing: the 3 of "3 марта" is no receipt for
"3 ₽".  Numbered lines of our own options are the only figures that need none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from beautybot.russian import numbers
from beautybot.russian.people import is_first_name

_FIGURE = re.compile(r"\+?\d+(?:[\u00a0\u202f ]\d{3}(?!\d))*(?:[.,:]\d+)*")
_LIST_NUMBER = re.compile(r"^\d{1,2}\. ", re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]+")
_ENDS = ".,;:!?)»\"'…"  # where a sentence ends, an address has ended before
_LINK = re.compile(
    r"(?:https?://|www\.|t\.me/|wa\.me/)\S+|\S+@\S+\.\w+|\b[\w-]+\.(?:ru|рф|com|net|org|me|su|io)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?:^|[.!?:;•«\"\n(–—-])\s*$")

# What a figure counts, by the word behind it.
_UNITS = (
    ("money", re.compile(r"\s*(?:₽|руб|р\.|р\b|тыс|\$|€|usd|eur|тенге|₸|копе)", re.IGNORECASE)),
    ("percent", re.compile(r"\s*(?:%|процент)", re.IGNORECASE)),
    ("hours", re.compile(r"\s*(?:час|ч\b)", re.IGNORECASE)),
    ("minutes", re.compile(r"\s*мин", re.IGNORECASE)),
    (
        "date",
        re.compile(
            r"(?:-?г?о)?\s*(?:январ|феврал|март|апрел|ма[яйе]\b|июн|июл|август|сентябр|октябр"
            r"|ноябр|декабр|числа)",
            re.IGNORECASE,
        ),
    ),
)
_MONTH = re.compile(
    r"(?:-?г?о)?\s*(янв|фев|мар|апр|мая|май|мае|июн|июл|авг|сен|окт|ноя|дек)", re.IGNORECASE
)
_MAY = ("мая", "май", "мае")
_CLOCK = re.compile(r"\d{1,2}:\d\d")

# Stems of what only a fact may say: the days, the months, the promises.
_STEMS = (
    *("понедельник", "вторник", "четверг", "пятниц", "суббот", "воскресен", "круглосут"),
    *("январ", "феврал", "март", "апрел", "июн", "июл", "август", "сентябр", "октябр"),
    *("ноябр", "декабр", "скидк", "бесплатн", "гаранти", "подар", "акци", "перезвон", "кешб"),
    *("кэшб", "обещ", "бонус", "даром", "промокод", "распродаж", "вернем", "возврат", "халяв"),
    *("двумя", "тремя", "четырьмя", "пятью", "шестью", "семью", "восьмью", "девятью", "десят"),
    *("пятнадцатью", "двадцатью", "тридцатью", "стам", "сотн", "тысяч", "миллион", "полсотн"),
)
_DAYS = (
    "среда среду среды среде средам мая май мае маю пн вт ср чт пт сб вс сегодня завтра "
    "послезавтра вчера утром вечером ночью полдень полночь полтора полчаса пополудни"
)
_WORDS = frozenset(_DAYS.split())
_ONE = "один одна одно одну одного одной одним одном час"
_NOT_NUMBERS = frozenset(_ONE.split())


@dataclass(frozen=True, slots=True)
class Unproven:
    """What a text claims and no fact of the turn supports."""

    claims: tuple[str, ...]


def check(text: str, facts: Iterable[str]) -> Unproven | None:
    """None if every claim of the text has a receipt among the facts; else what has none."""
    receipts = set().union(*map(_receipts, facts))
    missing = [
        said
        for said in _claims(_flat(_LIST_NUMBER.sub("", text)))
        if said not in receipts and ("", said[1].partition(" ")[0]) not in receipts
    ]
    return Unproven(tuple(said for _, said in missing)) if missing else None


@lru_cache(maxsize=1024)
def _receipts(fact: str) -> frozenset[tuple[str, str]]:
    """What a fact proves; kept, because a salon's facts are the same from turn to turn."""
    return frozenset(_claims(_flat(fact), every_word=True))


def _claims(text: str, *, every_word: bool = False) -> Iterator[tuple[str, str]]:
    """What a text claims, with its kind; in a fact each word is a receipt."""
    for found in _FIGURE.finditer(text):
        kind, digits = _figure(text, found)
        month = _MONTH.match(text, found.end()) if kind == "date" else None
        said = month[1].lower() if month else ""
        yield kind, f"{digits} {_MAY[0] if said in _MAY else said}".strip()
        if every_word and month:  # «3 марта» also proves «3-го числа»
            yield kind, digits
    yield from (("sign", char) for char in text if char.isnumeric() and not char.isdecimal())
    yield from (("link", found.lower().rstrip(_ENDS)) for found in _LINK.findall(text))
    for word in _WORD.finditer(text):
        low = word[0].lower()
        if every_word or _is_name(text, word):
            yield "name", low
        if claim := _spoken(low):
            yield "word", claim


def _figure(text: str, found: re.Match[str]) -> tuple[str, str]:
    said = re.sub(r"[\u00a0\u202f ]", "", found[0])
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in said)
    if _CLOCK.fullmatch(digits):
        return "clock", digits
    kind = next((kind for kind, unit in _UNITS if unit.match(text, found.end())), "")
    return kind, digits


def _spoken(low: str) -> str | None:
    """A day, a month, a promise or a number in words; None for an ordinary word."""
    if low in _WORDS:
        return low
    if low.startswith(_STEMS):
        return next(stem for stem in _STEMS if low.startswith(stem))
    if low in _NOT_NUMBERS:
        return None
    number = numbers.value_of(low)
    return None if number is None or low.isdecimal() else low


def _is_name(text: str, word: re.Match[str]) -> bool:
    """A first name anywhere; any other capital inside a sentence, save a polite «Вы»; Latin."""
    said = word[0]
    if said[0].isascii():
        return True
    if not said[0].isupper():
        return False
    if is_first_name(said):
        return True
    return not said.startswith(("Вы", "Вас", "Вам", "Ваш")) and not _SENTENCE.search(
        text[: word.start()]
    )


def _flat(text: str) -> str:
    return text.replace("ё", "е").replace("Ё", "Е")
