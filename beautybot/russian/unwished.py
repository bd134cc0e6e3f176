"""
What a message speaks of and does not wish: done before, refused, replaced.

«Делала у вас маникюр, теперь хочу педикюр» asks for one service.  The turns of
phrase stand in lexicon/unwished.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from beautybot.russian.concepts import heard_as
from beautybot.russian.patterns import Patterns
from beautybot.russian.reading import table

BEFORE, REFUSED, DISLIKED, REPLACED, INSTEAD = (
    "before",
    "refused",
    "disliked",
    "replaced",
    "instead",
)
_STOP = re.compile(r"[,.;!?\n]")
_NOT = ("не",)
_TO = ("на", "хочу", "надо", "нужен", "нужна", "к")


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of a message between two stops, and whether it names what people come for."""

    start: int
    end: int
    words: tuple[str, ...]
    serves: bool
    kinds: frozenset[str]
    denied: bool


def wished(text: str, said: Sequence[tuple[int, str]], local: Mapping[str, str]) -> str:
    """
    The normalised text with blanks where it speaks of a service that is not wished.

    `said` are its words with their places, as `concepts.words_of` gives them.
    """
    clauses = _clauses(text, said, local)
    if not any(c.serves and (c.kinds or c.denied) for c in clauses):
        return text
    for number, clause in enumerate(clauses):
        others = [c for c in clauses if c is not clause and c.serves]
        if clause.serves and _is_unwished(clause, clauses[number + 1 :], bool(others)):
            blank = " " * (clause.end - clause.start)
            text = text[: clause.start] + blank + text[clause.end :]
    return text


def _is_unwished(clause: _Clause, later: list[_Clause], other: bool) -> bool:
    if DISLIKED in clause.kinds:
        return True
    if REFUSED in clause.kinds or clause.denied:
        return other
    if not any(c.serves for c in later):
        return False
    if REPLACED in clause.kinds:
        return any(c.serves and INSTEAD in c.kinds for c in later)
    return BEFORE in clause.kinds and not all(BEFORE in c.kinds for c in later if c.serves)


def _clauses(text: str, said: Sequence[tuple[int, str]], local: Mapping[str, str]) -> list[_Clause]:
    out: list[_Clause] = []
    begin = 0
    for place, (start, word) in enumerate(said):
        if place > begin and (word in _starts() or _STOP.search(text, said[place - 1][0], start)):
            out.append(_clause(said[begin:place], start, local))
            begin = place
    if said:
        out.append(_clause(said[begin:], len(text), local))
    return out


def _clause(said: Sequence[tuple[int, str]], end: int, local: Mapping[str, str]) -> _Clause:
    words = tuple(word for _, word in said)
    served = [i for i, word in enumerate(words) if heard_as(word, local) is not None]
    first = served[0] if served else 0
    denied = bool(served) and (
        words[first - 1 : first] == _NOT
        or (words[max(first - 2, 0) : first - 1] == _NOT and words[first - 1] in _TO)
    )
    kinds = frozenset(_patterns().found_in(words)) if served else frozenset()
    return _Clause(said[0][0], end, words, bool(served), kinds, denied)


@cache
def _starts() -> frozenset[str]:
    return frozenset(table("unwished")["starts"].split())


@cache
def _patterns() -> Patterns:
    return Patterns.of(_spelt())


def _spelt() -> Iterable[tuple[str, str]]:
    tables = table("unwished")
    for kind in (BEFORE, REFUSED, DISLIKED, REPLACED):
        yield from ((kind, one) for one in tables[kind]["phrases"])
    yield from ((INSTEAD, one) for one in tables[REPLACED]["instead"])
