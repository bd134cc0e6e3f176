"""
Which services a message speaks of, found by concepts and not by spelling.

Every piece of the message is matched against the price list; a score is what
was said of an entry less 0.45 of what was not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from beautybot.russian.concepts import LOCAL, group, heads, implied, usual_works, weight
from beautybot.russian.pieces import GROWN, MOST, SAME, Piece, pieces_of, said_in
from beautybot.russian.price_words import Entry, PriceWords
from beautybot.russian.reading import Reading

UNSAID = 0.45
MARGIN = 0.7
WORST = -0.6
MOST_OF_A_PIECE = 3


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message says of services: candidates, and whether they must be asked about."""

    refs: tuple[str, ...]
    text: str
    ask: bool
    known: bool = True


def find_services(reading: Reading, words: PriceWords) -> list[Heard]:
    """Every service a message speaks of, in the order of their mention."""
    heard: list[Heard] = []
    for piece in pieces_of(reading, words):
        for found in _of_piece(piece, reading.text, words):
            if not any(found.refs == h.refs and found.known == h.known for h in heard):
                heard.append(found)
    if len(heard) < 2:
        return heard
    heard = [h for h in heard if not any(_says_it_better(one, h) for one in heard)]
    return [_near(h, heard, words) for h in heard]


def _says_it_better(one: Heard, other: Heard) -> bool:
    """«Педикюр… полный педикюр»: the same thing said again, and told exactly."""
    return other.ask and not one.ask and {*one.refs} < {*other.refs}


def _near(one: Heard, heard: Sequence[Heard], words: PriceWords) -> Heard:
    """«Снятие и маникюр»: of several the one of a category that was spoken of."""
    if not one.ask:
        return one
    category = words.categories
    spoken = {category[ref] for other in heard if other is not one for ref in other.refs}
    near = tuple(ref for ref in one.refs if category[ref] in spoken)
    return replace(one, refs=near, ask=len(near) > 1) if near else one


def _of_piece(piece: Piece, text: str, words: PriceWords) -> Iterator[Heard]:
    said = frozenset(piece)
    said |= _meant(said, words)
    wholly_other = (said & heads() & _told_apart()) - words.offered
    for _ in range(MOST_OF_A_PIECE if not wholly_other else 0):
        near = _spoken_of(words, said)
        if SAME in said:
            near = [e for e in near if e.concepts >= said & heads()] or near
        ranked = _ranked([e for e in near if not _for_others(e, said)], said)
        ranked = ranked or _ranked(near, said)
        if not ranked:
            break
        covered = (ranked[0][1].concepts | ranked[0][1].about) & said
        chosen = _chosen(ranked, covered, said)
        words_said = said_in(text, [at for concept, at in piece.items() if concept in covered])
        refs = tuple(dict.fromkeys(entry.service.ref for entry in chosen))[:MOST]
        yield Heard(refs, words_said, ask=len(refs) > 1)
        said -= covered | group("general")
        said -= {"extend"} if covered & {"removal", "fix"} else set()
        said -= {"coating"} if covered & {"extend", "strength"} else set()  # «наращивание гелем»
        said -= {"cut"} if covered & group("cut_too") else set()
        said -= {"color"} if covered & group("color_too") else set()
        if not said & heads() or (said & heads() <= group("techniques") and not said & _places()):
            return
    missing = (said & heads()) - words.offered - group("general")
    if missing:
        unknown = said_in(text, [at for concept, at in piece.items() if concept in missing])
        yield Heard((), unknown, ask=False, known=False)


def _told_apart() -> frozenset[str]:
    """What is another service altogether if the salon has none of it."""
    return group("must_be_said") | (group("techniques") - group("families"))


def _places() -> frozenset[str]:
    return group("parts") | group("zones")


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
    zones, parts = said & group("zones"), said & group("parts")
    must = group("must_be_said") - _usual_works(said)
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
    if any(concept.startswith(LOCAL) for concept in said):
        return []  # «снять капсулы»
    return [e for e in close if e.concepts & group("usual")]


def _nothing_special(close: Sequence[Entry], said: frozenset[str]) -> list[Entry]:
    """«Макияж» is not a tattoo: some things must be said to be meant."""
    must = group("must_be_said") - _usual_works(said)
    return [e for e in close if not (e.concepts - said) & must]


def _usual_works(said: frozenset[str]) -> frozenset[str]:
    """What a part of the body named alone is mostly brought for: «брови» may be their shape."""
    if said & heads():
        return frozenset()
    return frozenset(work for part, work in usual_works().items() if part in said)


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
            return "kids" not in said and ("cut" not in said or GROWN in said)
        case "women":
            return "men" in said
        case _:
            return False
