"""Phone numbers as clients write them, to E.164."""

from __future__ import annotations

import re
from dataclasses import dataclass

from beautybot.russian.numbers import value_of
from beautybot.russian.reading import Reading

_WRITTEN = re.compile(r"(?<![\d.:])\+?\d(?:[\s()\-–.]{0,3}\d){8,15}(?!\d)")


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164, or None where its length cannot be right; and where it stands."""

    e164: str | None
    start: int
    end: int


def find_phone(reading: Reading, *, asked: bool = False) -> Phone | None:
    """
    The phone in a message; dictated in words only where we asked for one.

    Russia and Kazakhstan by +7, 8 or bare ten digits; other countries by "+".
    """
    for match in _WRITTEN.finditer(reading.text):
        digits = re.sub(r"\D", "", match[0])
        number = _e164(digits, plus=match[0].startswith("+"))
        if number or asked:
            return Phone(number, match.start(), match.end())
    dictated = _dictated(reading)
    if dictated and (asked or len(dictated) >= 10):
        return Phone(_e164(dictated, plus=False), 0, len(reading.text))
    if asked:
        digits = "".join(t.text for t in reading.tokens if t.is_number)
        if len(digits) >= 5:
            return Phone(_e164(digits, plus="+" in reading.text), 0, len(reading.text))
    return None


def _e164(digits: str, *, plus: bool) -> str | None:
    if len(digits) == 11 and digits[0] in "78":
        return f"+7{digits[1:]}"
    if len(digits) == 10 and digits[0] in "97" and not plus:
        return f"+7{digits}"
    if plus and 8 <= len(digits) <= 15 and digits[0] not in "07":
        return f"+{digits}"
    return None


def _dictated(reading: Reading) -> str:
    """Digits said in groups: "восемь девятьсот шестнадцать сто двадцать три …"."""
    digits = ""
    group: int | None = None
    doubled = 1
    for word in reading.words:
        if word in ("две", "три") and group is None:
            doubled = 2 if word == "две" else 3
        value = value_of(word) if not word.isdigit() else None
        if word.isdigit():
            digits += _flush(group) + word
            group = None
        elif word in _FIGURES:
            digits += _flush(group) + _FIGURES[word] * doubled
            group, doubled = None, 1
        elif value is not None:
            if group is not None and _joins(group, value):
                group += value
            else:
                digits += _flush(group)
                group = value
        else:
            digits += _flush(group)
            group = None
    return digits + _flush(group)


def _joins(group: int, value: int) -> bool:
    return (group % 100 == 0 and group > 0 and value < 100) or (
        group % 10 == 0 and group % 100 >= 20 and 0 < value < 10
    )


def _flush(group: int | None) -> str:
    return "" if group is None else str(group)


_FIGURES = {
    "нули": "0",
    "нуля": "0",
    "единицы": "1",
    "единички": "1",
    "двойки": "2",
    "тройки": "3",
    "четверки": "4",
    "пятерки": "5",
    "шестерки": "6",
    "семерки": "7",
    "восьмерки": "8",
    "девятки": "9",
}
