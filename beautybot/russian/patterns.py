"""
Turns of phrase as a Russian speaker writes them down: «запис* (меня) на|к ..».

The language of the tables `lexicon/intents.toml` explains itself at their top.
All patterns are looked for in one pass over the words of a message, by their
first word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto

MOST_BETWEEN = 4
"""How many words «..» stands for at most."""
MOST_MET = 8192


class BadPattern(ValueError):
    """A pattern nobody can read: the message names it."""


class Kind(Enum):
    """What a piece of a pattern stands for."""

    WORD = auto()
    ANY = auto()
    NUMBER = auto()
    BETWEEN = auto()
    NOT = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Piece:
    """One place of a pattern: exact words, beginnings of words, or a sign."""

    kind: Kind
    exact: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    optional: bool = False

    def fits(self, word: str) -> bool:
        """True if this word may stand here."""
        match self.kind:
            case Kind.ANY:
                return True
            case Kind.NUMBER:
                return word.isdigit()
        if word in self.exact:
            return True
        if word.isdigit() and "#" in self.exact:
            return True
        return bool(self.stems) and word.startswith(self.stems)


@dataclass(frozen=True, slots=True)
class Pattern:
    """
    A meaning and the places of its words, the first of them `first`.

    `latest`: how many words may stand before it, None for any number;
    `earliest`: how many must; `not_after`: what must not.
    """

    meaning: str
    first: Piece
    rest: tuple[Piece, ...]
    earliest: int = 0
    latest: int | None = None
    not_after: Piece | None = None

    def may_go_on(self, word: str | None) -> bool:
        """False if the word behind the first one rules the pattern out."""
        if not self.rest or self.rest[0].optional:
            return True
        match self.rest[0].kind:
            case Kind.END:
                return word is None
            case Kind.WORD | Kind.NUMBER | Kind.ANY:
                return word is not None and self.rest[0].fits(word)
        return True

    def stands_at(self, place: int, words: Sequence[str]) -> bool:
        """True if the pattern stands here, its first word being found already."""
        if place < self.earliest or (self.latest is not None and place > self.latest):
            return False
        if self.not_after is not None and place and self.not_after.fits(words[place - 1]):
            return False
        return self.ends_at(place, words) is not None

    def ends_at(self, place: int, words: Sequence[str]) -> int | None:
        """Behind which word the pattern ends that begins here; None if it does not stand."""
        return _end(self.rest, words, place + 1)


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns by their first word, whole or by its beginning."""

    exact: dict[str, tuple[Pattern, ...]]
    stems: dict[str, tuple[Pattern, ...]]
    lengths: tuple[int, ...]
    met: dict[tuple[str, str | None], tuple[Pattern, ...]] = field(default_factory=dict, repr=False)
    """The words that were met before and the words behind them, with what they may begin."""

    @classmethod
    def of(cls, spelt: Iterable[tuple[str, str]]) -> Patterns:
        """Of pairs: what a pattern means, and how it is spelt.  Raises BadPattern."""
        exact: dict[str, tuple[Pattern, ...]] = {}
        stems: dict[str, tuple[Pattern, ...]] = {}
        for meaning, text in spelt:
            for pattern in _read(meaning, text):
                for word in pattern.first.exact:
                    exact[word] = (*exact.get(word, ()), pattern)
                for stem in pattern.first.stems:
                    stems[stem] = (*stems.get(stem, ()), pattern)
        return cls(exact, stems, tuple(sorted({len(stem) for stem in stems})))

    def found_in(self, words: Sequence[str]) -> set[str]:
        """The meanings whose patterns stand anywhere among these words."""
        found: set[str] = set()
        following: list[str | None] = [*words[1:], None]
        for place, pair in enumerate(zip(words, following, strict=False)):
            for pattern in self._begun_by(*pair):
                if pattern.meaning not in found and pattern.stands_at(place, words):
                    found.add(pattern.meaning)
        return found

    def stretches_in(self, words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
        """Each meaning with its first word and the place behind its last: the longest ones."""
        free = 0
        following: list[str | None] = [*words[1:], None]
        for place, pair in enumerate(zip(words, following, strict=False)):
            if place < free:
                continue
            standing = [
                (pattern.ends_at(place, words) or place + 1, pattern.meaning)
                for pattern in self._begun_by(*pair)
                if pattern.stands_at(place, words)
            ]
            if standing:
                free, meaning = max(standing, key=lambda found: found[0])
                yield meaning, place, free

    def _begun_by(self, word: str, following: str | None) -> tuple[Pattern, ...]:
        known = self.met.get((word, following))
        if known is None:
            stems = (word[:length] for length in self.lengths if length <= len(word))
            number = self.exact.get("#", ()) if word.isdigit() else ()
            exact = self.exact.get(word, ())
            listed = (number, exact, *(self.stems.get(stem, ()) for stem in stems))
            known = tuple(p for each in listed for p in each if p.may_go_on(following))
            if len(self.met) < MOST_MET:
                self.met[word, following] = known
        return known


def _end(pieces: Sequence[Piece], words: Sequence[str], place: int) -> int | None:
    """Where the pieces end that stand from this place on; None if they do not."""
    if not pieces:
        return place
    piece, rest = pieces[0], pieces[1:]
    here = words[place] if place < len(words) else None
    match piece.kind:
        case Kind.END:
            return place if here is None else None
        case Kind.NOT:
            allowed = here is None or not piece.fits(here)
            return _end(rest, words, place) if allowed else None
        case Kind.BETWEEN:
            last = min(place + MOST_BETWEEN, len(words))
            ends = (_end(rest, words, at) for at in range(place, last + 1))
            return next((end for end in ends if end is not None), None)
    if here is not None and piece.fits(here):
        end = _end(rest, words, place + 1)
        if end is not None:
            return end
    return _end(rest, words, place) if piece.optional else None


def _read(meaning: str, text: str) -> Iterator[Pattern]:
    """A pattern as spelt; one that may begin at several places becomes several."""
    signs = text.split()
    anchored = signs[:1] == ["^"]
    pieces = [_piece(sign, text) for sign in signs[anchored:]]
    lead = pieces.pop(0) if pieces and pieces[0].kind is Kind.NOT else None
    while pieces and pieces[0].optional and not anchored:
        pieces.pop(0)  # what may be missing in front need not be looked for
    skipped = 0
    while pieces and pieces[0].kind is Kind.ANY:
        skipped += 1
        pieces.pop(0)
    if not pieces or pieces[0].kind not in (Kind.WORD, Kind.NUMBER) or pieces[0].optional:
        raise BadPattern(f"a pattern must begin with a word: {text!r}")
    first, rest = pieces[0], tuple(pieces[1:])
    if first.kind is Kind.NUMBER:
        first = replace(first, exact=frozenset("#"))
    if rest and rest[-1].kind is Kind.BETWEEN:
        raise BadPattern(f"nothing follows «..»: {text!r}")
    optional = anchored and "(_)" in signs[1:2]
    earliest = 0 if optional else skipped
    yield Pattern(meaning, first, rest, earliest, skipped if anchored else None, lead)


def _piece(sign: str, text: str) -> Piece:
    if sign == "$":
        return Piece(Kind.END)
    if sign == "..":
        return Piece(Kind.BETWEEN)
    optional = sign.startswith("(") and sign.endswith(")")
    kind = Kind.NOT if sign.startswith("!") else Kind.WORD
    words = sign.strip("()").removeprefix("!").split("|")
    if words == ["_"]:
        return Piece(Kind.ANY, optional=optional)
    if words == ["#"]:
        return Piece(Kind.NUMBER, optional=optional)
    if not all(w.removesuffix("*").isalnum() or w == "#" for w in words):
        raise BadPattern(f"not a word: {sign!r} in {text!r}")
    stems = tuple(w[:-1] for w in words if w.endswith("*"))
    exact = frozenset(w for w in words if not w.endswith("*"))
    return Piece(kind, exact, stems, optional)
