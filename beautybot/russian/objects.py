"""
Whether a general word speaks of a service or of something else altogether.

«Снимите» is a coating's removal, «снимите трубку» is not; «брови» are a wish,
«бровью не повела» is none.  The words stand in lexicon/objects.toml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from beautybot.russian.people import is_first_name, words_too
from beautybot.russian.reading import table

AHEAD, BEHIND = 3, 2
SHORTEST_THING = 4
_STOP = re.compile(r"[,.;:!?()\n]")

Word = tuple[int, str]
"""A word and where it begins."""


def is_said_of_another_thing(
    place: int, words: Sequence[Word], text: str, is_service: Callable[[str], bool]
) -> bool:
    """True if this word is a general one and what stands next to it is no matter of a salon."""
    word = words[place][1]
    deed = word.startswith(_stems("deeds"))
    if word in _listed("general", "always") or not (deed or word.startswith(_stems("things"))):
        return False
    if deed and word.endswith(("ться", "тись")):
        return False  # «покраситься», whatever the occasion
    behind = _until_stop(place, words, text, range(place - 1, max(place - 1 - BEHIND, -1), -1))
    ahead = _until_stop(place, words, text, range(place + 1, place + 1 + AHEAD))
    if not deed and any(w in _listed("asked", "words") for w in behind):
        return False
    if deed and word.endswith(_beside("told")):
        return "бы" not in {*behind, *ahead}  # a tale: «накрасилась уже, еду»
    for at, near in enumerate(ahead):
        if is_service(near):
            return False
        if _is_foreign(near, ahead[at - 1] if at else ""):
            return True
    before = behind[1] if len(behind) > 1 else ""
    return any(_is_foreign(w, before) and not is_service(w) for w in behind[:1])


def _until_stop(place: int, words: Sequence[Word], text: str, places: range) -> list[str]:
    """The words at these places, as far as no comma or stop lies between."""
    found = []
    for at in places:
        if at >= len(words):
            break
        begin, end = sorted((words[place][0], words[at][0]))
        if _STOP.search(text, begin, end):
            break
        found.append(words[at][1])
    return found


def _is_foreign(word: str, before: str) -> bool:
    """A word that people do not need to ask for a service; `before` it stands that one."""
    if len(word) < SHORTEST_THING or word.startswith(_beside("stems")):
        return word in _listed("beside", "short")
    if word.endswith((*_beside("adjectives"), "о")):
        return False
    if is_first_name(word):
        return word in words_too() and before not in _listed("before_names", "words")
    return True


@cache
def _listed(part: str, name: str) -> frozenset[str]:
    return frozenset(table("objects")[part][name].split())


@cache
def _stems(name: str) -> tuple[str, ...]:
    return tuple(table("objects")["general"][name].split())


@cache
def _beside(name: str) -> tuple[str, ...]:
    return tuple(table("objects")["beside"][name].split())
