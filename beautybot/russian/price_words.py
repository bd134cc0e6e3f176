"""A salon's price list as concepts, built once for each version of its catalogue."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from beautybot.russian.concepts import LOCAL, also, concepts_in, group, heads, is_anchor

_ASIDE = re.compile(r"\([^)]*\)?")
FEW = 2
"""A salon's own word that so few services bear tells them from all others."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A service as the lexicon needs it; `ref` is the id in the salon's file."""

    ref: str
    name: str
    category: str = ""
    for_whom: str = "any"
    aliases: tuple[str, ...] = ()
    specialists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A service by one of its names: the listed one or an alias.

    `about` are the concepts of its category: welcome when said, not missed
    when not.  `heads` are what it can be asked for by, `parts` the parts of
    the body it is done to, as far as the name says; `aside` stands in brackets.
    """

    service: Listed
    concepts: frozenset[str]
    about: frozenset[str]
    heads: frozenset[str]
    parts: frozenset[str]
    aside: frozenset[str] = frozenset()

    @property
    def category(self) -> str:
        """The heading it stands under."""
        return self.service.category


@dataclass(frozen=True, slots=True)
class PriceWords:
    """
    A salon's price list, ready to be searched.

    `local` are its own words, `heads` all that its services can be asked for
    by, `offered` the heads of the table that stand anywhere in it, `by_concept`
    the entries of which a concept speaks, `also` what a word adds to itself here.
    """

    entries: tuple[Entry, ...]
    local: Mapping[str, str]
    heads: frozenset[str]
    offered: frozenset[str]
    by_concept: Mapping[str, tuple[int, ...]]
    categories: Mapping[str, str]
    also: Mapping[str, str]

    @classmethod
    def of(cls, services: Sequence[Listed]) -> PriceWords:
        """Concepts of every service; words no table knows become the salon's own concepts."""
        local: dict[str, str] = {}
        spoken = [(s, concepts_in(n, local, learn=True)) for s in services for n in _names(s)]
        plain = [concepts_in(_ASIDE.sub(" ", n), local) for s in services for n in _names(s)]
        rare = _rare(spoken)
        entries = tuple(
            _entry(s, *_told(found, short, plain), local, rare)
            for (s, found), short in zip(spoken, plain, strict=True)
        )
        asked_by = frozenset(c for e in entries for c in e.heads)
        offered = frozenset(c for e in entries for c in e.concepts | e.about) & heads()
        by_concept: dict[str, tuple[int, ...]] = {}
        for number, entry in enumerate(entries):
            for concept in entry.concepts | entry.about:
                by_concept[concept] = (*by_concept.get(concept, ()), number)
        categories = {s.ref: s.category for s in services}
        return cls(entries, local, asked_by, offered, by_concept, categories, _also(entries))


def _also(entries: Sequence[Entry]) -> dict[str, str]:
    """«Глубокое» says "bikini" too, where nothing else of this list is deep."""
    found = {}
    for told, more in also().items():
        bearing = [e for e in entries if told in e.concepts]
        if bearing and all(more in e.concepts for e in bearing):
            found[told] = more
    return found


def _told(found: set[str], short: set[str], plain: Sequence[set[str]]) -> tuple[set[str], set[str]]:
    """What a name must be told by, and what its brackets only explain: «полный (стопа)»."""
    if not short & heads() or plain.count(short) > 1:
        return found, set()
    short = short | (found & group("without"))
    return short, found - short


def _names(service: Listed) -> Iterator[str]:
    yield service.name
    yield from service.aliases


def _rare(spoken: Sequence[tuple[Listed, set[str]]]) -> frozenset[str]:
    """The salon's own words that tell a service from all others."""
    borne = Counter(c for _, found in spoken for c in found if c.startswith(LOCAL))
    return frozenset(c for c, times in borne.items() if times <= FEW and is_anchor(c))


def _entry(
    service: Listed,
    found: set[str],
    aside: set[str],
    local: dict[str, str],
    rare: frozenset[str],
) -> Entry:
    about = (concepts_in(service.category, local) | aside) - found
    own = found & heads()
    if not own and not found & group("zones"):
        own = {c for c in found if c.startswith(LOCAL)}
    own = (own or about & heads() or found) | (found & rare)
    return Entry(
        service,
        frozenset(found),
        frozenset(about),
        frozenset(own),
        frozenset(found & group("parts")) or frozenset(about & group("parts")),
        frozenset(aside),
    )
