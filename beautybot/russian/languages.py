"""Which language a message is written in, as far as the answer depends on it."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from beautybot.russian.reading import Reading, table

RUSSIAN, ENGLISH, UNKNOWN = "ru", "en", "xx"
_WORD = re.compile(r"[^\W\d_]+(?:['ʻʼ’`][^\W\d_]+)*")
_OUR_SCRIPTS = re.compile(r"[A-Za-z\u00c0-\u024f\u0400-\u052f\u1e00-\u1eff]")
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
    if sum(_OUR_SCRIPTS.match(word) is None for word in words) * 2 > len(words):
        return UNKNOWN
    said = dict.fromkeys(table("languages")["words"], 0)
    for word in words:
        for code in _codes_of(word):
            said[code] += 1
    code = max(said, key=lambda one: said[one])
    known = said[code]
    enough = known * ENOUGH >= len(words) or (known > 1 and known * 2 * ENOUGH >= len(words))
    if reading.language == ENGLISH:
        return code if known * 2 > len(words) else ENGLISH
    return code if enough else RUSSIAN


def _codes_of(word: str) -> frozenset[str]:
    """The languages a word tells of: it is one of theirs, or has a letter of theirs."""
    listed = _words().get(word, frozenset())
    if _letter().search(word) is None:
        return listed
    return listed | {c for c, letters in _letters().items() if any(x in word for x in letters)}


@cache
def _words() -> dict[str, frozenset[str]]:
    codes: dict[str, frozenset[str]] = {}
    for code, words in table("languages")["words"].items():
        for word in words.split():
            codes[word] = codes.get(word, frozenset()) | {code}
    return codes


@cache
def _everyone() -> frozenset[str]:
    return frozenset(table("languages")["everyone"]["words"].split())


@cache
def _letter() -> re.Pattern[str]:
    return re.compile(f"[{''.join(_letters().values())}]")


@cache
def _letters() -> dict[str, str]:
    return dict(table("languages")["letters"])
