"""
Answers to options without their number.

By what tells them apart: «японский» to a question about four manicures.  By
where to look from them: «а попозже?» to an offer of times.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from beautybot.russian.concepts import heads, heard_as, words_of
from beautybot.russian.numbers import ordinal_of, value_of
from beautybot.russian.price_words import PriceWords
from beautybot.russian.reading import read, table

_NOT = ("не", "кроме")
_SHORT = 8
_ASIDE = re.compile(
    r"\bна (?:(?P<half>полчаса|пол часа)|(?P<one_and_half>полтора часа)"
    r"|(?:(?P<count>\w+) )?(?P<unit>час(?:а|ов|ик|ика)?|минут\w*|мин))\b"
)


class Direction(StrEnum):
    """Where to look from the times we offered."""

    LATER = "later"
    EARLIER = "earlier"
    OTHER = "other"


def picked(text: str, prices: PriceWords, offered: Sequence[str]) -> tuple[str, ...]:
    """
    Which of the offered services an answer names, in their order; () when it does not say.

    Several are left when the words fit several.  A word for something that is
    not offered, «лучше педикюр», is a new wish and picks nothing.
    """
    entries = {e.service.ref: e.concepts for e in prices.entries if e.service.ref in offered}
    said, barred = _said(text, prices)
    known = set().union(*entries.values())
    if (said & heads()) - known:
        return ()
    if not said and read(text).words[-1:] == ("без",):
        bare = tuple(r for r in offered if r in entries and "coating" not in entries[r])
        return bare if len(bare) < len(entries) else ()
    telling = {c for c in said if 0 < sum(c in has for has in entries.values()) < len(entries)}
    left = [
        r for r in offered if r in entries and telling <= entries[r] and not barred & entries[r]
    ]
    if telling & heads():
        left = _plainest(left, entries, said)
    return tuple(left) if left and len(left) < len(entries) else ()


def _plainest(left: list[str], entries: Mapping[str, frozenset[str]], said: set[str]) -> list[str]:
    """«Коррекцию» is not correction with colouring: what has fewest heads besides."""
    every = frozenset.intersection(*entries.values())
    more = {ref: len((entries[ref] & heads()) - every - said) for ref in left}
    return [ref for ref in left if more[ref] == min(more.values())]


def _said(text: str, prices: PriceWords) -> tuple[set[str], set[str]]:
    """The concepts of a message, and those that it wants not."""
    said: set[str] = set()
    barred: set[str] = set()
    before = ""
    for _, word in words_of(read(text).text):
        if concept := heard_as(word, prices.local):
            (barred if before in _NOT else said).add(concept)
        before = word
    return said, barred


def direction_in(text: str) -> Direction | None:
    """Later, earlier or just other times; None when a short message asks for neither."""
    words = read(text).words
    if len(words) > _SHORT:
        return None
    said = f" {' '.join(words)} "
    for direction in Direction:
        if any(f" {phrase} " in said for phrase in table("directions")[direction]):
            return direction
    return None


def visit_in(text: str) -> int | None:
    """Which of her visits, as they are listed: 1 of «отмените первую», -1 of «последнюю»."""
    words = read(text).words
    for word, after in zip(words, (*words[1:], ""), strict=True):
        if after.startswith(tuple(table("directions")["parts_of_time"].split())):
            continue
        if word == "последнюю":
            return -1
        if word.endswith(("ую", "ью")) and (place := ordinal_of(word)) is not None:
            return place
    return None


def minutes_aside(text: str) -> int | None:
    """How far from a time the wish is: 60 of «на час позже», 30 of «на полчаса пораньше»."""
    found = _ASIDE.search(" ".join(read(text).words))
    if found is None:
        return None
    if found["half"]:
        return 30
    if found["one_and_half"]:
        return 90
    count = (value_of(found["count"]) if found["count"] else 1) or 0
    return count * (1 if found["unit"].startswith("мин") else 60) or None
