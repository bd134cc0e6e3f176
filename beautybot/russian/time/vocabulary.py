"""The words of time as `lexicon/time.toml` lists them: each with its kind and value."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from beautybot.russian.reading import table
from beautybot.russian.time.kinds import Kind

Found = tuple[str, Any]


@cache
def known_words() -> dict[str, Found]:
    """Every word with a meaning of its own; of two meanings the later counts."""
    known: dict[str, Found] = {}
    for listed, found in _listed(table("time")):
        known |= dict.fromkeys(listed.split(), found)
    return known | _SIGNS


def _listed(words: dict[str, Any]) -> Iterator[tuple[str, Found]]:
    for role, kind in (("labels", Kind.LABEL), ("words", Kind.COUNTED), ("measures", Kind.COUNTED)):
        yield words["counted"][role], (kind, None)
    for word in words["unknown"]["words"].split():
        yield word, (Kind.UNKNOWN, word)
    for role, listed in words["roles"].items():
        yield listed, (Kind[role], None)
    for section, kind in (("parts", Kind.PART), ("markers", Kind.MARKER)):
        for hours, listed in words[section].items():
            yield listed, (kind, _minutes(hours))
    for hours, listed in words["custom_parts"].items():
        yield listed, (Kind.CUSTOM, (Kind.PART, _minutes(hours)))
    for number, listed in words["customs"].items():
        yield listed, (Kind.CUSTOM, (Kind.WEEKDAY, int(number)))
    for minute, listed in words["named_hours"].items():
        yield listed, (Kind.CLOCK, (int(minute), True))
    for section, kind in _NUMBERED:
        for number, listed in words[section].items():
            yield listed, (kind, int(number))


def _minutes(hours: str) -> tuple[int, int]:
    begin, end = hours.split()
    return int(begin) * 60, int(end) * 60


_NUMBERED = (
    ("spells", Kind.SPELL),
    ("days", Kind.RELATIVE),
    ("weekdays", Kind.WEEKDAY),
    ("weekday_adjectives", Kind.OF_WEEKDAY),
    ("months", Kind.MONTH),
)
_SIGNS: dict[str, Found] = {
    "дня": (Kind.OF_DAY, (720, 1080)),
    "пару": (Kind.NUMBER, 2),
    "полгода": (Kind.HALF_YEAR, 6),
    # What `tokens` writes over set phrases.
    "ъъб": (Kind.FREE, None),
    "ъъв": (Kind.PART, (360, 720)),
    "ъъг": (Kind.PART, (720, 1080)),
    "ъъд": (Kind.PART, (360, 540)),
    "ъъе": (Kind.PART, (1200, 1440)),
    "ъъж": (Kind.ABOUT, None),
    "ъъз": (Kind.RELATIVE, 2),
    "ъъи": (Kind.PART, (780, 1080)),
    "ъък": (Kind.UNKNOWN, None),
    "ъл": (Kind.THROUGH, None),
    "ъъм": (Kind.UNTIL, None),
    "ъън": (Kind.DAYS, (1, 1)),
    "ъъо": (Kind.BETTER, None),
    "ъъп": (Kind.FILLER, None),
    "ъър": (Kind.JOINT, None),
    "ъъс": (Kind.REFERRED, None),
    "ъът": (Kind.EDGE, 2),
    "ъъу": (Kind.OR, None),
}
