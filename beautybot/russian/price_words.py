"""A salon's price list as concepts, built once for each version of its catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from beautybot.russian.concepts import LOCAL, concepts_in, group, heads


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
    A service with its concepts.

    `about` are those of its category: welcome when said, not missed when not.
    `heads` are what it can be asked for by.
    """

    service: Listed
    concepts: frozenset[str]
    about: frozenset[str]
    heads: frozenset[str]

    @property
    def parts(self) -> frozenset[str]:
        """The parts of the body it is done to, as far as its name says."""
        return self.concepts & group("parts")


@dataclass(frozen=True, slots=True)
class PriceWords:
    """
    A salon's price list, ready to be searched.

    `local` are its own words, `heads` all that its services can be asked for
    by, `offered` the heads of the table that stand anywhere in it.
    """

    entries: tuple[Entry, ...]
    local: Mapping[str, str]
    heads: frozenset[str]
    offered: frozenset[str]

    @classmethod
    def of(cls, services: Sequence[Listed]) -> PriceWords:
        """Concepts of every service; words no table knows become the salon's own concepts."""
        local: dict[str, str] = {}
        entries = tuple(_entry(service, local) for service in services)
        asked_by = frozenset(c for e in entries for c in e.heads)
        offered = frozenset(c for e in entries for c in e.concepts | e.about) & heads()
        return cls(entries, local, asked_by, offered)


def _entry(service: Listed, local: dict[str, str]) -> Entry:
    found: set[str] = set()
    for text in (service.name, *service.aliases):
        found |= concepts_in(text, local, learn=True)
    about = concepts_in(service.category, local) - found
    own = found & heads()
    if not own and not found & group("zones"):
        own = {c for c in found if c.startswith(LOCAL)}
    own = own or about & heads() or found
    return Entry(service, frozenset(found), frozenset(about), frozenset(own))
