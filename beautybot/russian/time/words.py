"""From a word to its kind and value; typos in the names of days are forgiven, or asked about."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from rapidfuzz.distance import OSA

from beautybot.russian.numbers import cardinals, ordinal_of, ordinals, value_of
from beautybot.russian.reading import table
from beautybot.russian.time.kinds import Kind
from beautybot.russian.time.verbs import telling_kind
from beautybot.russian.time.vocabulary import known_words

_EDGES = {"начал": 0, "середин": 1, "конц": 2, "конец": 2}
_DATE_ENDINGS = ("ое", "ого", "ому", "ым", "ье", "ьего", "ьему", "ьим")
"""«На втором» and «в пятом» speak of a floor, not of a date."""
_HEARD = str.maketrans("оеэыъв", "аиии\u0000ф")
LONG_NAME = 10
SHORTEST_PAST = 6
SHORTEST_NUMBER = 7
"""A day's name of so many letters is known with two slips: nothing else is like it."""
_GLUED = ("на", "во", "в", "с", "к", "до")


@lru_cache(maxsize=4096)
def kind_of(word: str) -> tuple[str, Any]:
    """The kind and value of one normalised word."""
    known = known_words().get(word)
    if known is not None:
        return known
    if (value := value_of(word)) is not None:
        return (Kind.NUMBER if value <= 31 else Kind.BIG if value < 100 else Kind.OTHER), value
    if (nth := ordinal_of(word)) is not None:
        return (Kind.NTH if word.endswith(_DATE_ENDINGS) else Kind.WHICH), nth
    if word.startswith("пол") and (nth := ordinal_of(word[3:])) is not None:
        return Kind.HALF_OF, nth
    for stem, edge in _EDGES.items():
        if word.startswith(stem) and len(word) <= len(stem) + 2:
            return Kind.EDGE, edge
    found = _misspelt(word) if len(word) >= 4 else (Kind.OTHER, None)
    if found[0] != Kind.OTHER:
        return found
    return (Kind.BEEN if _is_past(word) else telling_kind(word)), None


def _is_past(word: str) -> bool:
    """«Снимали», «стриглась»: what was done, not «хотела», which is a wish."""
    endings, wishes, not_verbs = _past()
    return (
        len(word) >= SHORTEST_PAST
        and word.endswith(endings)
        and not word.startswith(wishes)
        and word not in not_verbs
    )


@cache
def _past() -> tuple[tuple[str, ...], tuple[str, ...], frozenset[str]]:
    words = table("time")["past"]
    wishes = tuple(words["wishes"].split())
    return tuple(words["endings"].split()), wishes, frozenset(words["not_verbs"].split())


def _misspelt(word: str) -> tuple[str, Any]:
    """A day's name as heard or with one slip; UNKNOWN where it only looks like one."""
    if word in _ordinary() or len(word) > 14:
        return Kind.OTHER, None
    for glued in _GLUED:
        found = _names().get(word[len(glued) :]) if word.startswith(glued) else None
        if found is not None:
            return found
    heard = _as_heard(word)
    if len(word) >= 5 and (found := _heard().get(heard)) is not None:
        return found
    far = False
    for name, found in _names_by_length(len(word)):
        distance = OSA.distance(name, word, score_cutoff=2)
        slips = 2 if len(name) >= LONG_NAME and word[:3] == name[:3] else 1
        if distance <= slips and len(word) >= 5:
            return found
        far = far or (distance == 2 and len(name) >= 7 and found[0] not in (Kind.MONTH, Kind.PART))
    if far or word.startswith(tuple(table("time")["unknown"]["shapes"].split())):
        return Kind.UNKNOWN, word
    return _spoilt_number(word)


def _spoilt_number(word: str) -> tuple[str, Any]:
    """«двадацть», «следующией»: a word of a time expression, not a day's name, with one slip."""
    if len(word) >= SHORTEST_NUMBER:
        for name, found in _numbers().get(word[0], ()):
            if abs(len(name) - len(word)) <= 1 and OSA.distance(name, word, score_cutoff=1) <= 1:
                return found
    return Kind.OTHER, None


@cache
def _numbers() -> dict[str, tuple[tuple[str, tuple[str, Any]], ...]]:
    """Long numerals and «следующий» by their first letter."""
    by_letter: dict[str, tuple[tuple[str, tuple[str, Any]], ...]] = {}
    halves = {f"пол{word}": (Kind.HALF_OF, n) for word, n in ordinals().items() if word[-1] == "о"}
    known = {word: kind_of(word) for word in (*cardinals(), *ordinals())} | halves
    known |= {w: found for w, found in known_words().items() if found[0] == Kind.NEXT}
    for word, found in known.items():
        if len(word) >= SHORTEST_NUMBER and found[0] != Kind.OTHER:
            by_letter[word[0]] = (*by_letter.get(word[0], ()), (word, found))
    return by_letter


@cache
def _names_by_length(length: int) -> tuple[tuple[str, tuple[str, Any]], ...]:
    return tuple((n, found) for n, found in _names().items() if abs(len(n) - length) <= 2)


def _as_heard(word: str) -> str:
    """Unstressed vowels are written as they sound: «панидельник»."""
    return re.sub(r"(.)\1", r"\1", word.translate(_HEARD).replace("ь", "").replace("\u0000", ""))


@cache
def _names() -> dict[str, tuple[str, Any]]:
    return {
        word: found
        for word, found in known_words().items()
        if len(word) >= 5
        and found[0] in (Kind.RELATIVE, Kind.WEEKDAY, Kind.MONTH, Kind.PART, Kind.MARKER)
        and (word[0] > "z")
    }


@cache
def _heard() -> dict[str, tuple[str, Any]]:
    long = {word: found for each in _numbers().values() for word, found in each}
    cardinal = {w: f for w, f in long.items() if f[0] == Kind.NUMBER}
    heard = ({_as_heard(w): f for w, f in some.items()} for some in (long, cardinal))
    return {k: f for some in heard for k, f in some.items()} | {
        _as_heard(w): f for w, f in _names().items()
    }


@cache
def _ordinary() -> frozenset[str]:
    return frozenset(table("time")["ordinary"]["words"].split())
