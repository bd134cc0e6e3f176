"""Hours: the rules that make a clock time of words, and the halves it may mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from beautybot.russian.reading import table
from beautybot.russian.time.kinds import Kind, Token


@dataclass(frozen=True, slots=True)
class Clock:
    """
    A clock time in minutes.

    `fixed`: the half of the day is known.  `literal`: as written.  `length`:
    «на 2 часа» may say how long and not when.
    """

    minutes: int
    fixed: bool = False
    approximate: bool = False
    literal: bool = False
    length: bool = False


LONGEST_VISIT_H = 4
Builder = Callable[[Sequence[Token], date], Clock | None]
_MARKERS = (Kind.MARKER, Kind.OF_DAY, Kind.PART)
_WIDER = {(360, 720): (0, 720), (1020, 1440): (900, 1440)}
"""«Четыре утра» and «четыре вечера» lie outside what people call a morning and an evening."""


def made(minutes: int, tokens: Sequence[Token], *, fixed: bool = False, **more: bool) -> Clock:
    """A clock time in the half that a marker names: «вечера», «дня»."""
    marker = next((t.value for t in tokens if t.kind in _MARKERS), None)
    marker = _WIDER.get(marker, marker) if marker else None
    minutes %= 1440
    if marker is not None:
        for candidate in (minutes, (minutes + 720) % 1440):
            if marker[0] <= candidate < marker[1]:
                return Clock(candidate, True, **more)
    return Clock(minutes, fixed or minutes > 779, **more)


def _numbers(tokens: Sequence[Token]) -> list[int]:
    return [t.value for t in tokens if t.kind in (Kind.NUMBER, Kind.BIG, Kind.NTH, Kind.HALF_OF)]


def hour(tokens: Sequence[Token], today: date) -> Clock | None:
    """«5 вечера», «в три часа», «часов в шесть» (about six)."""
    numbers = _numbers(tokens)
    value = numbers[0] if numbers else 1
    loose = tokens[0].kind == Kind.HOURS and len(tokens) > 1
    if not 0 <= value <= 24:
        return None
    padded = any(t.text.startswith("0") and t.kind == Kind.NUMBER for t in tokens)
    told = any(t.kind in _MARKERS for t in tokens) or tokens[0].kind == Kind.HOURS
    spread = loose and not any(t.kind in (Kind.IN, Kind.ON, Kind.BY, *_MARKERS) for t in tokens)
    length = value <= LONGEST_VISIT_H and (not told or spread)
    return made(value * 60, tokens, fixed=value == 0 or padded, approximate=loose, length=length)


def hour_of_day(tokens: Sequence[Token], today: date) -> Clock | None:
    """«3 декабря, 12 часов»; «завтра, 2 часа» may say how long."""
    return hour(tokens, today) if tokens[0].value > LONGEST_VISIT_H else None


def hours_on(tokens: Sequence[Token], today: date) -> Clock | bool:
    """«часов на 12» is about noon; «часа на два» lasts two hours, and is no time."""
    value = tokens[-1].value
    return Clock(value * 60, value > 12, approximate=True) if 8 <= value <= 24 else False


def size(tokens: Sequence[Token], today: date) -> bool | None:
    """«сантиметра на три» is no hour; «ребенка на три» is."""
    return False if tokens[0].text in _measures() else None


def hour_and_minutes(tokens: Sequence[Token], today: date) -> Clock | None:
    """«18 30», «в шесть тридцать», «18 ч 30 мин», «восемнадцать ноль ноль»."""
    first, second = (_numbers(tokens) + [0])[:2]
    if not 0 <= first <= 24 or not 0 <= second < 60:
        return None
    if second == first + 1 and second < 10 and tokens[-1].text.isalpha():
        return made(first * 60, tokens, approximate=True)  # «в районе четырех пяти»
    return made(first * 60 + second, tokens)


def one_and_minutes(tokens: Sequence[Token], today: date) -> Clock | None:
    """«в час двадцать»."""
    value = tokens[1].value
    return made(60 + value, tokens) if 10 <= value < 60 else None


def written(tokens: Sequence[Token], today: date) -> Clock | None:
    """«18:30», «17-45»."""
    minutes, fixed = next(t.value for t in tokens if t.kind == Kind.CLOCK)
    loose = tokens[0].kind == Kind.HOURS
    return made(minutes, tokens, fixed=fixed, literal=not fixed, approximate=loose)


def glued(tokens: Sequence[Token], today: date) -> Clock | None:
    """«1845»."""
    first, second = divmod(tokens[-1].value, 100)
    if first > 23 or second > 59 or second % 5:
        return None
    return made(first * 60 + second, tokens, fixed=len(tokens[-1].text) == 4)


def glued_alone(tokens: Sequence[Token], today: date) -> Clock | None:
    """«на 1845»; «на 2000» with no day may be money."""
    return glued(tokens, today) if tokens[-1].value % 100 else None


def half(tokens: Sequence[Token], today: date) -> Clock | None:
    """«полпятого», «в половине шестого»: half an hour before it."""
    return made((_numbers(tokens)[0] - 1) * 60 + 30, tokens)


def and_half(tokens: Sequence[Token], today: date) -> Clock | None:
    """«в шесть с половиной»: half an hour after it."""
    value = (_numbers(tokens) or [1])[0]
    return made(value * 60 + 30, tokens) if 1 <= value <= 23 else None


def quarter(tokens: Sequence[Token], today: date) -> Clock | None:
    """«четверть третьего»: the hour is the one before."""
    return made((_numbers(tokens)[0] - 1) * 60 + 15, tokens)


def minutes_of(tokens: Sequence[Token], today: date) -> Clock | None:
    """«десять минут шестого»."""
    numbers = _numbers(tokens)
    return made((numbers[-1] - 1) * 60 + numbers[0], tokens) if len(numbers) == 2 else None


def without(tokens: Sequence[Token], today: date) -> Clock | None:
    """«без десяти пять», «без четверти шесть», «без пяти час»."""
    numbers = _numbers(tokens)
    less = 15 if any(t.kind == Kind.QUARTER for t in tokens) else numbers.pop(0)
    return made((numbers[0] if numbers else 1) * 60 - less, tokens)


@cache
def _measures() -> frozenset[str]:
    return frozenset(table("time")["counted"]["measures"].split())
