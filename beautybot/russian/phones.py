"""Phone numbers as clients write or dictate them, to E.164."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from beautybot.russian.numbers import value_of
from beautybot.russian.reading import Reading, Token, table

_WRITTEN = re.compile(r"(?<![0-9])(?<![0-9][.:,])\+?[0-9](?:[\s()\-–—./]{0,3}[0-9]){8,15}(?![0-9])")
_DATE_AHEAD = re.compile(r"(?:\d{4}-\d\d-\d\d|\d{1,2}\.\d{1,2}\.(?:20)?\d\d)(?!\d)")
APART = "|"
"""Stands between figures that were said apart: «сто, потом двадцать» is not 120."""
_TOO_SHORT = re.compile(r"\+?[0-9](?:[\s()\-–—./]{0,3}[0-9]){4,7}")
FEWEST_FIGURES = 5
"""What a client answers with fewer figures than this is no attempt at a phone."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164, or None where its length cannot be right; and where it stands."""

    e164: str | None
    start: int
    end: int


def find_phone(reading: Reading, *, asked: bool = False) -> Phone | None:
    """
    The phone in a message, also one dictated in words.

    Russia and Kazakhstan by +7, 8 or bare ten digits; other countries by "+".
    `asked`: what looks like an attempt at a phone counts, with `e164` None.
    """
    failed: Phone | None = None
    for match in _WRITTEN.finditer(reading.text):
        if _DATE_AHEAD.match(match[0]):
            continue
        phone = Phone(_e164(match[0]), match.start(), match.end())
        if phone.e164:
            return phone
        failed = failed or phone
    for digits, start, end in _dictated(reading):
        if failed and start < failed.end and end > failed.start:
            continue  # a written number of a wrong length is not a dictated one
        phone = Phone(_e164(digits), start, end)
        if phone.e164:
            return phone
        if len(digits.lstrip("+")) >= FEWEST_FIGURES:
            failed = failed or phone
    if asked and failed is None and _is_too_short(reading.text.strip()):
        return Phone(None, 0, len(reading.text))
    return failed if asked else None


def _is_too_short(text: str) -> bool:
    """True for figures alone that would be a phone if there were more of them."""
    return bool(_TOO_SHORT.fullmatch(text)) and not _DATE_AHEAD.match(text)


def _e164(written: str) -> str | None:
    digits = re.sub(r"[^0-9]", "", written)
    plus = written.startswith("+")
    if digits.startswith("00") and len(digits) > 11:
        digits, plus = digits[2:], True
    if len(digits) == 11 and digits[0] in "78":
        return f"+7{digits[1:]}"
    if len(digits) == 10 and digits[0] in "97" and not plus:
        return f"+7{digits}"
    if plus and 8 <= len(digits) <= 15 and digits[0] not in "07":
        return f"+{digits}"
    return None


# -- dictated -------------------------------------------------------------------------------


def _dictated(reading: Reading) -> Iterator[tuple[str, int, int]]:
    """Runs of figures with their places: "восемь девятьсот шестнадцать сто двадцать три …"."""
    run: list[Token] = []
    before = plus = ""
    for token in reading.tokens:
        if _figure(token.text) is not None:
            plus = plus if run else before
            run.append(token)
        elif token.text in _apart() and run:
            run.append(Token(APART, token.start, token.end))
        elif token.text not in _between() and run:
            yield from _of_run(run, plus)
            run = []
        before = token.text
    yield from _of_run(run, plus)


def _of_run(run: list[Token], before: str) -> Iterator[tuple[str, int, int]]:
    """The figures of a run; «плюс» before it is the sign, and «семь» then the country."""
    while run and run[-1].text == APART:
        run.pop()
    if len(run) > 1:
        sign = "+" if before in ("плюс", "+") else ""
        yield sign + _digits([t.text for t in run]), run[0].start, run[-1].end


def _digits(words: list[str]) -> str:
    """«двести тридцать четыре» is 234, «сорок сорок» 4040, «две пятёрки» 55."""
    digits = ""
    group: int | None = None
    for i, word in enumerate(words):
        if word == APART:
            digits, group = digits + _flush(group), None
            continue
        value = _figure(word) or 0
        following = words[i + 1] if i + 1 < len(words) else ""
        if word in _names_of_figures():
            times = group if group is not None and 2 <= group <= 4 else None
            digits += str(value) * times if times else _flush(group) + str(value)
            group = None
        elif word.isdigit():
            digits += _flush(group) + word
            group = None
        elif group is not None and _joins(group, value) and following not in _names_of_figures():
            group += value
        else:
            digits += _flush(group)
            group = value
    return digits + _flush(group)


def _joins(group: int, value: int) -> bool:
    return (group % 100 == 0 and group > 0 and 0 < value < 100) or (
        group % 10 == 0 and group % 100 >= 20 and 0 < value < 10
    )


def _flush(group: int | None) -> str:
    return "" if group is None else str(group)


def _figure(word: str) -> int | None:
    if word in ("час", "пара", "пару"):
        return None
    named = _names_of_figures().get(word)
    return named if named is not None else value_of(word)


@cache
def _names_of_figures() -> dict[str, int]:
    figures = table("numbers")["figures"]
    return {word: int(number) for number, words in figures.items() for word in words.split()}


@cache
def _apart() -> frozenset[str]:
    return frozenset(table("numbers")["between_figures"]["apart"].split())


@cache
def _between() -> frozenset[str]:
    return frozenset(table("numbers")["between_figures"]["words"].split())
