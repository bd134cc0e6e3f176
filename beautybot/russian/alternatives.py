"""
Many alternatives as one regular expression that tries only those a letter can begin.

`re` tries the branches of an alternation one after another at every place.
Branches are put together by the letter they begin with, in their order, so
that at most places none is tried.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_OPTIONAL = ("?", "*", "{0")
_SPREAD = re.compile(r"(.)-(.)")
_LOOKS = ("(?=", "(?!", "(?<=", "(?<!")


def by_first_letter(alternatives: Sequence[tuple[str, str]]) -> str:
    """
    Pairs of a name and an expression as one expression; the first that fits wins.

    A match's `lastgroup` is the name, a line and a number: see `name_of`.
    """
    groups: dict[str, list[str]] = {}
    anywhere: list[int] = []
    for n, (name, spelt) in enumerate(alternatives):
        letters = first_letters(spelt)
        if letters is None:
            anywhere.append(n)
        for letter in sorted(letters or ()):
            groups.setdefault(letter, []).append(f"(?P<_{name}_{n}_{ord(letter)}>{spelt})")
    if anywhere:
        return "|".join(
            f"(?P<_{name}_{n}_0>{spelt})" for n, (name, spelt) in enumerate(alternatives)
        )
    branches = (f"(?={re.escape(letter)})(?:{'|'.join(each)})" for letter, each in groups.items())
    return "|".join(branches)


def name_of(match: re.Match[str]) -> str:
    """The name of the alternative that fitted."""
    return (match.lastgroup or "___").rsplit("_", 2)[0][1:]


def first_letters(spelt: str) -> frozenset[str] | None:
    """The letters an expression may begin with; None if that may be any."""
    letters, empty = _begins(spelt)
    return None if letters is None or empty else frozenset(letters)


def _begins(spelt: str) -> tuple[set[str] | None, bool]:
    """The first letters, None for any, and whether it may match nothing at all."""
    found: set[str] = set()
    nothing = False
    for branch in _branches(spelt):
        letters, empty = _of_branch(branch)
        if letters is None:
            return None, False
        found |= letters
        nothing = nothing or empty
    return found, nothing


def _of_branch(branch: str) -> tuple[set[str] | None, bool]:
    found: set[str] = set()
    while branch:
        piece, branch = _piece(branch)
        if piece.startswith(_LOOKS) or piece == r"\b":
            continue
        letters, empty = _of_piece(piece)
        if letters is None:
            return None, False
        found |= letters
        if branch.startswith(_OPTIONAL):
            branch = branch[1:] if branch[0] in "?*" else branch[branch.index("}") + 1 :]
        elif not empty:
            return found, False
    return found, True


def _of_piece(piece: str) -> tuple[set[str] | None, bool]:
    if piece.startswith("(?:"):
        return _begins(piece[3:-1])
    if piece.startswith("["):
        inner = piece[1:-1]
        if "^" in inner or "\\" in inner:
            return None, False
        return set(
            _SPREAD.sub(lambda m: "".join(map(chr, range(ord(m[1]), ord(m[2]) + 1))), inner)
        ), False
    if piece.startswith("\\"):
        return (None if piece[1].isalnum() else {piece[1]}), False
    return (None if piece in "().^$" else {piece}), False


def _piece(branch: str) -> tuple[str, str]:
    """The first element of an expression and what follows it."""
    if branch[0] == "\\":
        return branch[:2], branch[2:]
    if branch[0] == "[":
        end = branch.index("]", 2) + 1
        return branch[:end], branch[end:]
    if branch[0] != "(":
        return branch[0], branch[1:]
    depth, end = 0, 0
    while end < len(branch):
        if branch[end] == "\\":
            end += 2
            continue
        depth += {"(": 1, ")": -1}.get(branch[end], 0)
        end += 1
        if not depth:
            break
    return branch[:end], branch[end:]


def _branches(spelt: str) -> list[str]:
    """The expression cut at its outermost bars."""
    out, rest = [""], spelt
    while rest:
        piece, rest = _piece(rest)
        if piece == "|":
            out.append("")
        else:
            out[-1] += piece
    return out
