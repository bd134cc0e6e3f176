"""Which language a message is written in, as far as the answer depends on it."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from beautybot.russian.reading import Reading, table

RUSSIAN, ENGLISH, UNKNOWN = "ru", "en", "xx"
_WORD = re.compile(r"[^\W\d_]+(?:['ʻʼ’`][^\W\d_]+)*")
_APOSTROPHES = str.maketrans("ʻʼ’`", "''''")
ENOUGH = 3
"""A language is known by every third word, or by two words of a longer message."""


def language_of(reading: Reading) -> str:
    """
    The code of a message's language: "ru" also for Russian in Latin letters.

    "xx" is any language we have no words for; a message without letters is "ru".
    """
    raw = unicodedata.normalize("NFC", reading.raw.lower()).translate(_APOSTROPHES)
    words = [word for word in _WORD.findall(raw) if word not in _everyone()]
    if not words:
        return RUSSIAN
    if sum(_is_of_other_script(word) for word in words) * 2 > len(words):
        return UNKNOWN
    said = {code: sum(_is_of(word, code) for word in words) for code in _words()}
    code = max(said, key=lambda one: said[one])
    known = said[code]
    enough = known * ENOUGH >= len(words) or (known > 1 and known * 2 * ENOUGH >= len(words))
    if reading.language == ENGLISH:
        return code if known * 2 > len(words) else ENGLISH
    return code if enough else RUSSIAN


def _is_of(word: str, code: str) -> bool:
    return word in _words()[code] or any(letter in word for letter in _letters().get(code, ""))


def _is_of_other_script(word: str) -> bool:
    return not unicodedata.name(word[0], "").startswith(("CYRILLIC", "LATIN"))


@cache
def _words() -> dict[str, frozenset[str]]:
    return {code: frozenset(words.split()) for code, words in table("languages")["words"].items()}


@cache
def _everyone() -> frozenset[str]:
    return frozenset(table("languages")["everyone"]["words"].split())


@cache
def _letters() -> dict[str, str]:
    return dict(table("languages")["letters"])
