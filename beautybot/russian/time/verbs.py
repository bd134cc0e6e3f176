"""Words that tell rather than wish, by `lexicon/telling.toml`: verbs, events, who and what."""

from __future__ import annotations

from functools import cache

from beautybot.russian.reading import table
from beautybot.russian.time.kinds import Kind

SHORTEST_OWN, SHORTEST_OTHERS = 5, 4
"""Shorter words end like verbs too often: «чаю», «нет»."""


def telling_kind(word: str) -> Kind:
    """What a word that names no time does in a sentence; OTHER if nothing that matters."""
    if (known := _known().get(word)) is not None:
        return known
    for kind, starts in _starts():
        if word.startswith(starts):
            return kind
    own, others = _endings()
    if len(word) >= SHORTEST_OWN and word.endswith(own):
        return Kind.OWN
    return Kind.OTHERS if len(word) >= SHORTEST_OTHERS and word.endswith(others) else Kind.OTHER


@cache
def starting(name: str) -> tuple[str, ...]:
    """How words of one group begin."""
    return tuple(table("telling")[name]["starts"].split())


@cache
def listed(name: str) -> frozenset[str]:
    """The words of one group."""
    return frozenset(table("telling")[name]["words"].split())


@cache
def _known() -> dict[str, Kind]:
    words = table("telling")
    groups = (
        (Kind.WORKS, words["works"]["words"]),
        (Kind.SOMEBODY, words["works"]["others"]),
        (Kind.HOPED, words["hopes"]["words"]),
        (Kind.OPENING, words["openings"]["words"]),
        (Kind.OWN, words["own"]["words"]),
        (Kind.EVENT, words["events"]["words"]),
        (Kind.OTHERS, words["others"]["words"]),
        (Kind.CALL, words["calls"]["words"]),
        (Kind.TERMS, words["terms"]["words"]),
        (Kind.JOINT, words["joints"]["words"]),
        (Kind.OTHER, words["not_others"]["words"]),
    )
    known: dict[str, Kind] = {}
    for kind, said in groups:
        known |= {word: kind for word in said.split() if word not in known}
    return known


@cache
def _starts() -> tuple[tuple[Kind, tuple[str, ...]], ...]:
    named = (
        (Kind.CALL, "calls"),
        (Kind.HOPED, "hopes"),
        (Kind.OPENING, "openings"),
        (Kind.TERMS, "terms"),
        (Kind.EVENT, "events"),
    )
    return tuple((kind, starting(name)) for kind, name in named)


@cache
def _endings() -> tuple[tuple[str, ...], tuple[str, ...]]:
    words = table("telling")
    return tuple(words["own"]["endings"].split()), tuple(words["others"]["endings"].split())
