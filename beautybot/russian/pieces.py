"""
A message cut into pieces, each of which asks for one thing: «снять гель | и маникюр».

A piece is the concepts that were said and where; what belongs to several of
them («подмышки и ноги шугарингом») is shared out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from beautybot.russian.concepts import (
    concept_of,
    group,
    heads,
    heard_as,
    is_noun_of_quality,
    word_list,
    words_of,
)
from beautybot.russian.objects import is_said_of_another_thing
from beautybot.russian.price_words import PriceWords
from beautybot.russian.reading import Reading
from beautybot.russian.unwished import wished

MOST, MOST_CUT = 12, 48
_REFUSED = re.compile(
    r"\bне (?:на |хочу )?([^,.;\n]{3,25}?)[, ]+а (?=\w)|\bаллерги\w+ (?:на|к) \w+"
    r"|\bне (?:надо |нужно |буду |хочу |делайте |стригите|красьте|снимайте)\w*(?: \w+)?"
)
_CUTS = re.compile(r"[,;+/\n]|\.(?!\w)|\b(?:и|или|а также|еще|потом|затем|плюс|а затем|либо)\b")
_INFINITIVE = ("ть", "ться", "чь", "ти")
_THEM = ("их", "ее", "его")
_WISHED = re.compile(
    r"\b(?:хо(?:чу|т\w+)|запи\w+|можно|нуж\w+|надо|сдела\w+|сколько|цен\w+|стоит|стоимость|на|есть)\b"
)
_DAYS = ("воскрес", "вторник", "среду", "средам")

Span = tuple[int, int]
Piece = dict[str, Span]
"""What was said between two cuts: concepts with the places of the words that said them."""
SAME = "="
"""Stands in a piece that speaks of the thing before it: «и покрасить их»."""

GROWN = "@"
"""Stands in a piece that speaks of the client herself beside a child: «мне и дочке»."""


def pieces_of(reading: Reading, words: PriceWords) -> list[Piece]:
    """The distinct pieces of a message, joined and shared out; no more than anybody means."""
    pieces = _shared(_joined(_told(_pieces(reading, words), reading, words), words), words)
    if word_list("both") & {*reading.words}:
        pieces = _both(pieces, words)
    if _is_for_herself_too(reading.words):
        pieces = _for_two(pieces)
    return list({frozenset(piece): piece for piece in pieces}.values())[:MOST]


def said_in(text: str, spans: Sequence[Span]) -> str:
    """The words at these places, whole and in their order."""
    said: list[str] = []
    end = -1
    for first, last in sorted(spans):
        while last < len(text) and text[last].isalnum():
            last += 1
        if first >= end and first < last:
            said.append(text[first:last])
            end = last
    return " ".join(" ".join(said).split())


def _told(pieces: list[Piece], reading: Reading, words: PriceWords) -> list[Piece]:
    """Without hands and faces that nobody asked to do anything with: «руки дрожат»."""
    said = {concept for piece in pieces for concept in piece}
    vague = said - group("persons") <= group("vague") and bool(said & group("vague"))
    listed = any(entry.concepts == said for entry in words.entries)  # «Спина мужская»
    return [] if vague and not listed and not _asked_for(reading) else pieces


def _asked_for(reading: Reading) -> bool:
    """A wish or a question that names no other doing: not «надо мыть руки», not «на ногах»."""
    if not _WISHED.search(reading.text) or word_list("where_it_is") & {*reading.words}:
        return False
    doing = word_list("doing")
    return all(w in doing for w in reading.words if len(w) > 3 and w.endswith(_INFINITIVE))


def _pieces(reading: Reading, words: PriceWords) -> list[Piece]:
    asked = _REFUSED.sub(lambda m: " " * len(m[0]), reading.text)
    said = list(words_of(asked))
    text = wished(asked, said, words.local)
    cuts = [m.start() for m in _CUTS.finditer(text)]
    said = said if text == asked else list(words_of(text))
    pieces: list[Piece] = [{}]
    sure: set[int] = set()
    for place, (start, word) in enumerate(said):
        while cuts and cuts[0] <= start:
            cuts.pop(0)
            pieces.append({})
        if word.startswith(_DAYS):
            continue
        if word in _THEM and len(pieces) > 1:
            pieces[-1] |= {c: at for c, at in pieces[-2].items() if c in group("parts")}
            pieces[-1][SAME] = (start, start)
            sure.add(len(pieces))
        elif concept := heard_as(word, words.local):
            if said[place - 1 : place] and said[place - 1][1] == "без" and concept in heads():
                continue  # «без макияжа приду»
            pieces[-1].setdefault(concept, (start, start + len(word)))
            if (more := words.also.get(concept)) is not None:
                pieces[-1].setdefault(more, (start, start + len(word)))
            if not _is_doubtful(place, said, text, concept, words):
                sure.add(len(pieces))
    return [p for n, p in enumerate(pieces, 1) if p and n in sure][:MOST_CUT]


def _is_doubtful(
    place: int, said: list[tuple[int, str]], text: str, concept: str, words: PriceWords
) -> bool:
    """By itself this word is no wish: «шоколадку занести?», «снимите трубку»."""
    if is_noun_of_quality(said[place][1], concept):
        return True
    return is_said_of_another_thing(
        place, said, text, lambda word: _tells(heard_as(word, words.local))
    )


def _tells(concept: str | None) -> bool:
    """It is of a salon's matters; a person alone is anybody's."""
    return concept is not None and concept not in group("persons")


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
            if not out and not anchored and rest:
                rest[0] = _union([rest[0], piece])  # «отросли корни, надо закрасить»
            elif out and piece.keys() <= group("persons") and out[-1].keys() & group("persons"):
                others = {c: at for c, at in out[-1].items() if c not in group("persons")}
                out.append(others | piece)  # «стрижка мужу и сыну»
            elif out and not anchored:
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
    if "removal" in said and not all("removal" in piece for piece in pieces):
        return False  # «снять и покрыть» are two
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


def _both(pieces: list[Piece], words: PriceWords) -> list[Piece]:
    """«Маникюр и педикюр, оба без покрытия»: a detail of one is of the other too."""
    shared = {c: at for p in pieces for c, at in p.items() if c in group("of_both")}
    out = []
    for piece in pieces:
        more = shared if piece.keys() & heads() and not piece.keys() & group("of_both") else {}
        fits = any(e.concepts >= piece.keys() | more.keys() for e in words.entries)
        out.append(piece | more if fits else piece)
    return out


def _is_for_herself_too(said: Sequence[str]) -> bool:
    """«Мне и дочке стрижку», «стрижка мужу и мне»."""
    for i, word in enumerate(said):
        if word not in word_list("herself"):
            continue
        behind, ahead = said[max(i - 2, 0) : i], said[i + 1 : i + 4]
        if ahead[:1] == ("и",) and any(concept_of(w) in group("persons") for w in ahead[1:]):
            return True
        if behind[1:] == ("и",) and concept_of(behind[0]) in group("persons"):
            return True
    return False


def _for_two(pieces: list[Piece]) -> list[Piece]:
    """What is asked for somebody is asked for the client as well."""
    out: list[Piece] = []
    for piece in pieces:
        alone = {c: at for c, at in piece.items() if c not in group("persons")}
        two = alone.keys() & heads() and len(alone) < len(piece)
        out += [alone | {GROWN: next(iter(piece.values()))}, piece] if two else [piece]
    return out


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
    elif acts and len(piece) == len(acts) and "removal" in neighbour and "removal" not in piece:
        wanted, had = neighbour.keys() - heads(), set(acts)  # «снять ресницы и нарастить»
    elif acts and len(piece) == len(acts):
        wanted, had = neighbour.keys() & group("shared"), set(acts)
    else:
        return {}
    if wanted and any(e.concepts >= had | wanted for e in words.entries):
        return {c: neighbour[c] for c in wanted}
    return {}
