"""
Which services a message speaks of, found by concepts and not by spelling.

The message is cut into pieces («снять гель | и маникюр без покрытия»); a
piece is matched against the price list, its score is what was said of an
entry less 0.45 of what was not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from beautybot.russian.concepts import group, heads, heard_as, implied, weight, words_of
from beautybot.russian.price_words import Entry, PriceWords
from beautybot.russian.reading import Reading

UNSAID = 0.45
MARGIN = 0.7
WORST = -0.6
MOST = 12
MOST_OF_A_PIECE = 3
_REFUSED = re.compile(
    r"\bне (?:на |хочу )?([^,.;\n]{3,25}?)[, ]+а (?=\w)|\bаллерги\w+ (?:на|к) \w+"
)
_CUTS = re.compile(r"[,;+/\n]|\.(?!\w)|\b(?:и|или|а также|еще|потом|затем|плюс|а затем|либо)\b")
_THEM = ("их", "ее", "его")
_REFUSED_ACT = re.compile(
    r"\bне (?:надо |нужно |буду |хочу |делайте |стригите|красьте|снимайте)\w*(?: \w+)?"
)
_WISHED = re.compile(
    r"\b(?:хо(?:чу|т\w+)|запи\w+|можно|нуж\w+|надо|сдела\w+|сколько|цен\w+|стоит|стоимость|на|есть)\b"
)
_DAYS = ("воскрес", "вторник", "среду", "средам")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message says of services: candidates, and whether they must be asked about."""

    refs: tuple[str, ...]
    text: str
    ask: bool
    known: bool = True


SAME = "="
"""Stands in a piece that speaks of the thing before it: «и покрасить их»."""
Piece = dict[str, str]
"""What was said between two cuts: concepts with the words that said them."""


def find_services(reading: Reading, words: PriceWords) -> list[Heard]:
    """Every service a message speaks of, in the order of their mention."""
    pieces = _shared(_joined(_told(_pieces(reading, words), reading), words), words)
    heard: list[Heard] = []
    for piece in _distinct(pieces):
        for found in _of_piece(piece, words):
            if not any(found.refs == h.refs and found.text == h.text for h in heard):
                heard.append(found)
    return heard if len(heard) < 2 else [_near(h, heard, words) for h in heard]


def _distinct(pieces: list[Piece]) -> list[Piece]:
    """Each piece once, and no more than anybody means."""
    return list({frozenset(piece.items()): piece for piece in pieces}.values())[:MOST]


def _told(pieces: list[Piece], reading: Reading) -> list[Piece]:
    """Without hands and faces that nobody asked to do anything with: «руки дрожат»."""
    said = {concept for piece in pieces for concept in piece}
    return [] if said <= group("vague") and not _WISHED.search(reading.text) else pieces


def _near(one: Heard, heard: Sequence[Heard], words: PriceWords) -> Heard:
    """«Снятие и маникюр»: of several the one of a category that was spoken of."""
    if not one.ask:
        return one
    category = words.categories
    spoken = {category[ref] for other in heard if other is not one for ref in other.refs}
    near = tuple(ref for ref in one.refs if category[ref] in spoken)
    return replace(one, refs=near, ask=len(near) > 1) if near else one


# -- pieces ---------------------------------------------------------------------------------


def _pieces(reading: Reading, words: PriceWords) -> list[Piece]:
    text = _REFUSED.sub(lambda m: " " * len(m[0]), reading.text)
    text = _REFUSED_ACT.sub(lambda m: " " * len(m[0]), text)
    cuts = [m.start() for m in _CUTS.finditer(text)]
    pieces: list[Piece] = [{}]
    for start, word in words_of(text):
        while cuts and cuts[0] <= start:
            cuts.pop(0)
            pieces.append({})
        if word.startswith(_DAYS):
            continue
        if word in _THEM and len(pieces) > 1:
            pieces[-1] |= {c: w for c, w in pieces[-2].items() if c in group("parts")}
            pieces[-1][SAME] = ""
        elif concept := heard_as(word, words.local):
            pieces[-1].setdefault(concept, word)
    return [p for p in pieces if p]


def _joined(pieces: list[Piece], words: PriceWords) -> list[Piece]:
    """Pieces that speak of one service («коррекция и окрашивание бровей») become one."""
    out: list[Piece] = []
    rest = list(pieces)
    while rest:
        for length in range(min(len(rest), 3), 1, -1):
            union = _union(rest[:length])
            if _is_one(rest[:length], union, words):
                out.append(union)
                del rest[:length]
                break
        else:
            piece = rest.pop(0)
            anchored = any(_is_anchor(c, words) for c in piece)
            if out and not anchored:
                out[-1] = _union([out[-1], piece])  # «маникюр, короткие ногти»
            else:
                out.append(piece)
    return out


def _union(pieces: Sequence[Piece]) -> Piece:
    union: Piece = {}
    for piece in pieces:
        union = {**piece, **union}
    return union


def _is_one(pieces: Sequence[Piece], union: Piece, words: PriceWords) -> bool:
    """One entry has every head of all these pieces, and no head more."""
    said = frozenset(union)
    acts = said & heads()
    if any(not any(_is_anchor(c, words) for c in piece) for piece in pieces):
        return False
    if len(acts) < 2 or any(not acts & piece.keys() for piece in pieces):
        return False
    if sum(len(acts & piece.keys()) for piece in pieces) > len(acts):
        return False  # «маникюр с лаком и педикюр с лаком» are two
    parts = group("parts") | {"whole"}
    loose = "whole" in said or SAME in said
    fits = frozenset.issuperset if loose else frozenset.__eq__
    return any(fits(e.heads, acts) and said & parts <= e.concepts | e.about for e in words.entries)


def _is_anchor(concept: str, words: PriceWords) -> bool:
    return concept in words.heads or concept in heads() or concept in group("zones")


def _shared(pieces: list[Piece], words: PriceWords) -> list[Piece]:
    """What was said once and is meant for several: «подмышки и ноги шугарингом»."""
    out = [dict(piece) for piece in pieces]
    donors: set[int] = set()
    for _ in out:
        lent = [i for i in range(len(out)) if _takes(i, out, pieces, donors, words)]
        if not lent:
            break
    return [p for i, p in enumerate(out) if i not in donors or (i and pieces[i].keys() - heads())]


def _takes(
    i: int, out: list[Piece], pieces: list[Piece], donors: set[int], words: PriceWords
) -> bool:
    """A piece takes over what its neighbour has and it lacks."""
    for j in (i - 1, i + 1):
        lent = _lent(out[i], out[j], words) if 0 <= j < len(out) else {}
        if lent:
            out[i] |= lent
            if not pieces[j].keys() & group("parts") and lent.keys() & heads():
                donors.add(j)
            return True
    return False


def _lent(piece: Piece, neighbour: Piece, words: PriceWords) -> Piece:
    """The heads a bare part of the body takes over, or the occasion a bare head does."""
    acts = piece.keys() & heads()
    if piece.keys() & group("zones") and not acts:
        wanted, had = neighbour.keys() & heads(), set(piece)
    elif acts and len(piece) == len(acts):
        wanted, had = neighbour.keys() & group("shared"), set(acts)
    else:
        return {}
    if wanted and any(e.concepts >= had | wanted for e in words.entries):
        return {c: neighbour[c] for c in wanted}
    return {}


# -- candidates -----------------------------------------------------------------------------


def _of_piece(piece: Piece, words: PriceWords) -> Iterator[Heard]:
    said = frozenset(piece)
    said |= _meant(said, words)
    for _ in range(MOST_OF_A_PIECE):
        near = _spoken_of(words, said)
        if SAME in said:
            near = [e for e in near if e.concepts >= said & heads()] or near
        ranked = _ranked([e for e in near if not _for_others(e, said)], said)
        ranked = ranked or _ranked(near, said)
        if not ranked:
            break
        covered = (ranked[0][1].concepts | ranked[0][1].about) & said
        chosen = _chosen(ranked, covered, said)
        text = " ".join(word for concept, word in piece.items() if concept in covered)
        refs = tuple(dict.fromkeys(entry.service.ref for entry in chosen))[:MOST]
        yield Heard(refs, text, ask=len(refs) > 1)
        said -= covered | group("general")
        said -= {"extend"} if covered & {"removal", "fix"} else set()
        said -= {"cut"} if covered & group("cut_too") else set()
        said -= {"color"} if covered & group("color_too") else set()
        if not said & heads():
            return
    missing = (said & heads()) - words.offered - group("general")
    if missing:
        yield Heard((), " ".join(piece[c] for c in piece if c in missing), ask=False, known=False)


def _meant(said: frozenset[str], words: PriceWords) -> frozenset[str]:
    """Acts that go without saying, if this salon's list speaks of them in one breath."""
    if said & heads():
        return frozenset()
    return frozenset(
        act
        for told, acts in implied()
        if told <= said and any(e.concepts | e.about >= told | acts for e in words.entries)
        for act in acts
    )


def _spoken_of(words: PriceWords, said: frozenset[str]) -> list[Entry]:
    """The entries that share a concept with what was said, in the order of the list."""
    numbers = {n for concept in said for n in words.by_concept.get(concept, ())}
    return [words.entries[n] for n in sorted(numbers)]


def _ranked(entries: Sequence[Entry], said: frozenset[str]) -> list[tuple[float, Entry]]:
    acts = said & heads()
    zones, parts, must = said & group("zones"), said & group("parts"), group("must_be_said")
    ranked = []
    for entry in entries:
        if parts and entry.parts and not parts & entry.parts:
            continue
        heard = bool(entry.heads & said or entry.about & acts & group("families"))
        if not acts or entry.about & acts:
            heard = heard or bool(entry.concepts & zones) or entry.concepts <= said
        if not heard:
            continue
        have = sum(weight(c) for c in (entry.concepts | entry.about) & said)
        lack = sum(weight(c) * (2 if c in must else 1) for c in entry.concepts - said)
        ranked.append((have - UNSAID * lack, entry))
    ranked.sort(key=lambda pair: -pair[0])
    return [pair for pair in ranked if pair[0] > WORST]


def _chosen(
    ranked: Sequence[tuple[float, Entry]], covered: frozenset[str], said: frozenset[str]
) -> list[Entry]:
    """The entries among which the words do not decide."""
    best = ranked[0][0]
    close = [
        e
        for score, e in ranked
        if score >= best - MARGIN and (e.concepts | e.about) & said == covered
    ]
    whole = [e for e in close if e.concepts <= said]
    if len({e.service.ref for e in whole}) == 1:
        return whole
    for rule in (_usual_part, _usual_thing, _nothing_special, _plainest):
        close = rule(close, said) or close
    return close


def _usual_part(close: Sequence[Entry], said: frozenset[str]) -> list[Entry]:
    """«Покраска» is of hair unless brows were said."""
    if not said & group("of_hair") or said & group("parts"):
        return []
    return [e for e in close if not e.parts - {"hair"}]


def _usual_thing(close: Sequence[Entry], said: frozenset[str]) -> list[Entry]:
    """«Снять» without more is the coating."""
    if "removal" not in said or said & (group("parts") | {"extend"}):
        return []
    return [e for e in close if e.concepts & group("usual")]


def _nothing_special(close: Sequence[Entry], said: frozenset[str]) -> list[Entry]:
    """«Макияж» is not a tattoo: some things must be said to be meant."""
    return [e for e in close if not (e.concepts - said) & group("must_be_said")]


def _plainest(close: Sequence[Entry], said: frozenset[str]) -> list[Entry]:
    """Leave out what holds a head concept more than the plainest candidate."""
    fewest = min(len(e.heads - said) for e in close)
    more = 1 if len(said & heads()) < 2 else 0
    return [e for e in close if len(e.heads - said) <= fewest + more]


def _for_others(entry: Entry, said: frozenset[str]) -> bool:
    """Men's and children's services only when somebody spoke of them."""
    match entry.service.for_whom:
        case "men":
            return not said & group("of_men") and "cut" not in said
        case "kids":
            return "kids" not in said and "cut" not in said
        case "women":
            return "men" in said
        case _:
            return False
