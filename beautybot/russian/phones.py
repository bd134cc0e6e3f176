"""Phone numbers as clients write or dictate them, to E.164."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from beautybot.russian.numbers import cardinals, figures, value_of
from beautybot.russian.reading import Reading, Token, table

_WRITTEN = re.compile(r"(?<![0-9])(?<![0-9][.:,])\+?[0-9](?:[\s()\-–—./]{0,3}[0-9]){8,15}(?![0-9])")
_DATE_AHEAD = re.compile(r"(?:\d{4}-\d\d-\d\d|\d{1,2}\.\d{1,2}\.(?:20)?\d\d)(?!\d)")
AGAIN = "!"
"""Stands where the last group is said anew: «шестьдесят восемь, ой, шестьдесят семь»."""
APART = "|"
"""Stands between figures that were said apart: «сто, потом двадцать» is not 120."""
_TOO_SHORT = re.compile(r"\+?[0-9](?:[\s()\-–—./]{0,3}[0-9]){4,7}")
MOST_TIMES = 4
SHORTEST = 3
"""Of the numbers in words only longer ones are also known misspelt."""
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
        elif token.text in _times() and run:
            run.append(token)
        elif token.text in _told("again") and run:
            run.append(Token(AGAIN, token.start, token.end))
        elif token.text in _told("apart") and run:
            run.append(Token(APART, token.start, token.end))
        elif token.text not in _told("words") and run:
            yield from _of_run(run, plus)
            run = []
        before = token.text
    yield from _of_run(run, plus)


def _of_run(run: list[Token], before: str) -> Iterator[tuple[str, int, int]]:
    """The figures of a run; «плюс» before it is the sign, and «семь» then the country."""
    while run and run[-1].text in (APART, AGAIN):
        run.pop()
    if len(run) > 1:
        sign = "+" if before in ("плюс", "+") else ""
        yield sign + _digits([t.text for t in run]), run[0].start, run[-1].end


def _digits(words: list[str]) -> str:
    """«двести тридцать четыре» is 234, «сорок сорок» 4040, «две пятёрки» 55."""
    digits = ""
    for part in _parted(words, AGAIN):
        anew = _groups(part)
        digits = digits[: -len(anew[0])] if digits and anew else digits
        digits += "".join(anew)
    return digits


def _parted(words: list[str], sign: str) -> Iterator[list[str]]:
    """The words between the signs."""
    while sign in words:
        yield words[: words.index(sign)]
        words = words[words.index(sign) + 1 :]
    yield words


def _groups(words: list[str]) -> list[str]:
    """The figures as they were said together: "8", "916", "123"."""
    groups: list[str] = []
    group: int | None = None
    times = 1
    for i, word in enumerate(words):
        if word == APART or word in _times():
            groups += _flush(group)
            group, times = None, _times().get(word, 1)
            continue
        value = _figure(word) or 0
        following = words[i + 1] if i + 1 < len(words) else ""
        if word in figures() or times > 1:
            counted = word in _several() and group is not None and 2 <= group <= MOST_TIMES
            said = [str(value) * (group or 1)] if counted else [*_flush(group), str(value) * times]
            groups, group, times = [*groups, *said], None, 1
        elif word.isdigit():
            groups, group = [*groups, *_flush(group), word], None
        elif group is not None and _joins(group, value) and not _counts(value, following):
            group += value
        else:
            groups, group = [*groups, *_flush(group)], value
    return [*groups, *_flush(group)]


def _counts(value: int, following: str) -> bool:
    """«Две пятёрки», but «сорок два, пятёрка»: how many times a figure comes."""
    return following in _several() and 2 <= value <= MOST_TIMES


def _joins(group: int, value: int) -> bool:
    return (group % 100 == 0 and group > 0 and 0 < value < 100) or (
        group % 10 == 0 and group % 100 >= 20 and 0 < value < 10
    )


def _flush(group: int | None) -> list[str]:
    return [] if group is None else [str(group)]


def _figure(word: str) -> int | None:
    if word in ("час", "пара", "пару"):
        return None
    named = figures().get(word)
    if named is None:
        named = value_of(word)
    return named if named is not None else _loosely().get(_loose(word))


@cache
def _told(name: str) -> frozenset[str]:
    return frozenset(table("numbers")["between_figures"][name].split())


@cache
def _times() -> dict[str, int]:
    return dict(table("numbers")["between_figures"]["times"])


@cache
def _several() -> frozenset[str]:
    """The names of figures in plural: «пятёрки», «нулей», not «пятёрка»."""
    return frozenset(w for w in figures() if w not in _told("one"))


@cache
def _loosely() -> dict[str, int]:
    """Numbers as they are misspelt and as they come from Latin letters: «девятсот»."""
    return {_loose(word): number for word, number in cardinals().items() if len(word) > SHORTEST}


def _loose(word: str) -> str:
    for spelt, heard in (("ь", ""), ("тс", "ц"), ("дц", "ц"), ("стн", "сн"), ("цц", "ц")):
        word = word.replace(spelt, heard)
    return word
