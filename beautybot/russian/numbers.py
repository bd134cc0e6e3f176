"""Numbers in words, in any case: «двух», «семи», «пятое», «двадцать третьего»."""

from __future__ import annotations

from functools import cache

from beautybot.russian.reading import table


def value_of(word: str) -> int | None:
    """A cardinal of one word, or ASCII digits; None for anything else."""
    if word.isascii() and word.isdigit() and len(word) <= 6:
        return int(word)
    return cardinals().get(word)


def ordinal_of(word: str) -> int | None:
    """An ordinal of one word: «третьего» is 3; None for anything else."""
    return ordinals().get(word)


def figure_of(word: str) -> int | None:
    """A number, also by the name of its figure: «двойка»."""
    named = figures().get(word)
    return named if named is not None else value_of(word)


@cache
def figures() -> dict[str, int]:
    """The figures called by their names, in every form: «двойка», «нулей»."""
    listed = table("numbers")["figures"].items()
    return {word: int(number) for number, words in listed for word in words.split()}


@cache
def cardinals() -> dict[str, int]:
    """Every case form of every cardinal of one word."""
    return {w: int(n) for n, words in table("numbers")["cardinal"].items() for w in words.split()}


@cache
def ordinals() -> dict[str, int]:
    """Every form of every ordinal of one word."""
    endings = table("numbers")["ordinal_endings"].split()
    forms = {}
    for number, stem in table("numbers")["ordinal_stems"].items():
        for ending in endings:
            forms[stem + ending] = int(number)
    return forms | {
        w: int(n) for n, words in table("numbers")["ordinal"].items() for w in words.split()
    }
