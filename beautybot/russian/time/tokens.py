"""A message as typed tokens: numbers put together, written dates and clocks taken whole."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from beautybot.russian.reading import table
from beautybot.russian.set_phrases import SetPhrases
from beautybot.russian.time.kinds import Kind, Token
from beautybot.russian.time.words import kind_of

_PIECE = re.compile(
    r"(?P<word>[^\W\d_]+)"
    r"|(?P<iso>\d{4}-\d\d-\d\d)(?!\d)"
    r"|(?P<full>\d{1,2}[./-]\d{1,2}[./-](?:20)?\d\d)(?!\d)"
    r"|(?P<clock>(?<![\d.,])(?:[01]?\d|2[0-4]):[0-5]\d(?::\d\d)?)(?!\d)(?:\s?(?P<half>[ap]m)\b)?"
    r"|(?P<ampm>\d{1,2})\s?(?P<am>[ap]m)\b"
    r"|(?<![\d.,])(?P<pair>\d{1,2}(?:(?P<sep>[./-])\d\d|-\d))(?!\d|\.\d|-?(?!ч)[а-яa-z])"
    r"|(?P<nth>\d{1,2})\s?-?(?:го|ое|ого|ому|му|е|th|st|nd|rd)\b"
    r"|(?P<which>\d{1,2})(?:\s?-?(?:ый|ая|ую|ой)|-?[йяю])\b"
    r"|(?P<few>\d{1,2})-?(?:ти|х|м|ми|де|те|да|та|ден|тен|дан|тан)\b"
    r"|(?P<odd>\d+[.,/]\d[\d.,/]*|\d{5,}|\d [dд]\b)"
    r"|(?P<number>\d{1,4})"
    r"|(?P<dash>[-–—])|(?P<comma>,)|(?P<stop>[.!?;\n()])"
)
_CUT_SHORT = (Kind.NEXT, Kind.WEEKDAY, Kind.MONTH, Kind.HOURS, Kind.MINUTES, Kind.YEAR_UNIT)
LONGEST_ABBREVIATION = 4
_SHADES = ("тон", "оттен", "краск", "красит", "цвет", "номер", "уровен")


def tokens_of(text: str, today: date) -> list[Token]:
    """The typed tokens of a normalised text, in order; runs of other words are one."""
    found: list[Token] = []
    text = _set_phrases().written_over(text, _sign)
    for match in _PIECE.finditer(text):
        start, end = match.span()
        if text[start] == "ъ":
            end = _end(text, end)
        group = match.lastgroup or ""
        if group == "word":
            kind, value = kind_of(match[0])
            if kind == Kind.FILLER:
                continue
            if kind == Kind.NUMBER and found and _is_where(found[-1], match[0]):
                kind = Kind.COUNT
        elif group in ("dash", "comma", "stop"):
            kind, value = {"dash": Kind.DASH, "comma": Kind.COMMA}.get(group, Kind.STOP), None
        else:
            kind, value = _figures(match, today, found)
        if kind == Kind.OTHER and found and found[-1].kind == Kind.OTHER:
            continue
        if match[0] == "." and found and _is_abbreviated(found[-1], start):
            continue
        _put(found, Token(kind, value, match[0], start, end))
    return found


def _is_where(before: Token, word: str) -> bool:
    """«На двух пальцах», «в пяти минутах»: after these an hour has another case."""
    return before.kind in (Kind.IN, Kind.ON) and _oblique(word)


def _end(text: str, end: int) -> int:
    """Where a set phrase ends that `_sign` wrote as a sign and lines."""
    while text[end : end + 1] == "_":
        end += 1
    return end


def _is_abbreviated(word: Token, end: int) -> bool:
    """«след.», «пт.», «дек.»: the stop belongs to the word."""
    return word.kind in _CUT_SHORT and word.end == end and len(word.text) <= LONGEST_ABBREVIATION


def _put(found: list[Token], token: Token) -> None:
    """Add a token; «двадцать» and «пятого» are one number."""
    before = found[-1] if found else None
    if (
        before is not None
        and before.text.isalpha()
        and before.value in (20, 30, 40, 50)
        and before.kind in (Kind.NUMBER, Kind.BIG)
        and token.kind in (Kind.NUMBER, Kind.NTH, Kind.WHICH)
        and token.text.isalpha()
        and 1 <= token.value <= 9
        and (token.kind != Kind.NUMBER or _oblique(before.text) == _oblique(token.text))
    ):
        value = before.value + token.value
        kind = token.kind if value <= 31 else Kind.BIG
        found[-1] = Token(kind, value, before.text + " " + token.text, before.start, token.end)
    else:
        found.append(token)


def _oblique(word: str) -> bool:
    """«двадцати», «шести»: without twenty (minutes) six is not twenty-six."""
    return word.endswith(("и", "а", "х", "ого", "ой")) and word not in ("два", "три", "одна")


def _figures(match: re.Match[str], today: date, before: list[Token]) -> tuple[str, object]:
    if match["iso"]:
        return _written(int(match["iso"][8:]), int(match["iso"][5:7]), int(match["iso"][:4]))
    if match["full"]:
        day, month, year = (int(n) for n in re.split(r"[./-]", match["full"]))
        return _written(day, month, year + 2000 if year < 100 else year)
    if match["clock"]:
        return Kind.CLOCK, _clock(match["clock"], match["half"])
    if match["ampm"]:
        return Kind.CLOCK, _clock(match["ampm"] + ":00", match["am"])
    if match["pair"]:
        return _pair(match["pair"], match["sep"], before)
    for group, kind in (("nth", Kind.NTH), ("which", Kind.WHICH), ("few", Kind.NUMBER)):
        if match[group]:
            value = int(match[group])
            return (kind if value <= 31 else Kind.BIG), value
    if match["number"]:
        value = int(match["number"])
        if len(match["number"]) > 2:
            return Kind.GLUED, value
        return (Kind.NUMBER if value <= 31 else Kind.BIG), value
    return Kind.OTHER, None


def _written(day: int, month: int, year: int) -> tuple[str, object]:
    try:
        return Kind.DAYS, (date(year, month, day), True)
    except ValueError:
        return Kind.UNKNOWN, None


def _clock(written: str, half: str | None) -> tuple[int, bool]:
    hour, minute = (int(n) for n in written.split(":")[:2])
    if half:
        return (hour % 12 + (12 if half == "pm" else 0)) * 60 + minute, True
    return hour * 60 + minute, hour > 12 or hour == 0 or written.startswith("0")


def _pair(written: str, separator: str | None, before: list[Token]) -> tuple[str, object]:
    """«12.11» is a date, «18.30» a clock, «14-16» two numbers; a shade is none of them."""
    first, second = (int(n) for n in re.split(r"[./-]", written))
    kinds = [t.kind for t in before[-1:]]
    shade = any(t.text.startswith(_SHADES) for t in before[-3:])
    a_clock = first <= 24 and second < 60 and not (written.startswith("0") and len(written) < 5)
    a_date = 1 <= first <= 31 and 1 <= second <= 12
    if separator is None or separator == "-":
        if (
            a_clock
            and separator
            and second % 5 == 0
            and (second not in (10, 20) or kinds == [Kind.IN])
        ):
            return Kind.CLOCK, (first * 60 + second, first > 12)
        return (Kind.WINDOW, (first, second)) if first < second <= 31 else (Kind.OTHER, None)
    if shade or (kinds == [Kind.BY] and separator == "/"):
        return Kind.OTHER, None
    if a_date and not (separator == "." and kinds == [Kind.IN] and second % 5 == 0):
        return Kind.DAYS, (first, second)
    if a_clock and separator == ".":
        return Kind.CLOCK, (first * 60 + second, first > 12 or written.startswith("0"))
    return Kind.OTHER, None


def _sign(phrase: str, length: int) -> str:
    """Set phrases become a sign or nothing, of the same length."""
    return _SIGNS.get(phrase, "#").ljust(length, "_")


_SIGNS = {
    "free": "ъъб",
    "first_half": "ъъв",
    "second_half": "ъъг",
    "early": "ъъд",
    "late": "ъъе",
    "about": "ъъж",
    "day_after": "ъъз",
    "afternoon": "ъъи",
    "unknown": "ъък",
    "through": "ъл",
    "at_latest": "ъъм",
    "new_year": "ъън",
    "better": "ъъо",
    "filler": "ъъп",
    "joint": "ъър",
    "or_else": "ъъу",
    "before_that": "ъъс",
    "late_month": "ъът",
}


@cache
def _set_phrases() -> SetPhrases:
    phrases = table("time")["phrases"].items()
    return SetPhrases(
        [(meaning, one) for meaning, listed in phrases for one in listed],
        first_word_only=["through"],
    )
