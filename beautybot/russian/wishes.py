"""
Which services a message speaks of, found by concepts and not by spelling.

A price list names things («снятие»), clients name actions («снять»); both lead
to the same concept.  A service is heard when a head concept of it is in the
message; its score is what was said of it less 0.45 of what was not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from beautybot.russian.reading import Reading, read, table

UNSAID = 0.45
HEAD, DETAIL = 1.0, 0.6
MARGIN = 0.75
MOST = 8
_WITHOUT = re.compile(r"\bбез\s+(?:покрыт\w*|маникюр\w*)")
# Parts of the body: said alone, they stand for what is done there.
ZONES = frozenset(
    [
        "brows",
        "lashes",
        "bikini",
        "armpits",
        "shins",
        "upper",
        "hands",
        "feet",
        "back",
        "face",
        "lips",
    ]
)
_REFUSED = re.compile(r"\bне (?:на |хочу )?([^,.;]{3,25}?)[, ]+а (?=\w)")
_DAYS = ("воскрес", "вторник", "среду", "средам")
_EMPTY = frozenset(
    "и в на с со к по для за из от до у о об без или а но не это мне меня вас вы я мы бы ли же "  # noqa: SIM905
    "один одна единица весь все волос под при над только комплекс".split()
)


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
class Heard:
    """What a message says of services: candidates, and whether they must be asked about."""

    refs: tuple[str, ...]
    text: str
    ask: bool
    known: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """A service with its concepts and their weights."""

    service: Listed
    concepts: frozenset[str]
    heads: frozenset[str]


@dataclass(frozen=True, slots=True)
class PriceWords:
    """A salon's price list, ready to be searched; build it once a catalogue version."""

    entries: tuple[Entry, ...]
    local: Mapping[str, str]

    @classmethod
    def of(cls, services: Sequence[Listed]) -> PriceWords:
        """Concepts of every service; words no table knows become the salon's own concepts."""
        local: dict[str, str] = {}
        entries = []
        for service in services:
            found: set[str] = set()
            for text in (service.name, *service.aliases):
                found |= concepts_of(text, local, learn=True)
            if not any(c in _heads() or c.startswith("~") for c in found):
                found |= {c for c in concepts_of(service.category, local) if c in _heads()}
            heads = {c for c in found if c in _heads() or c.startswith("~")}
            entries.append(Entry(service, frozenset(found), frozenset(heads or found)))
        return cls(tuple(entries), local)


def find_services(reading: Reading, words: PriceWords) -> list[Heard]:
    """Every service a message speaks of, the best supported first."""
    places = _said(reading, words)
    said = set(places)
    wanted_zones = said & ZONES
    heard: list[Heard] = []
    for _ in range(4):
        ranked = _ranked(words.entries, said)
        if not ranked:
            break
        best, first = ranked[0]
        covered = first.concepts & said
        close = [
            e for score, e in ranked if score >= best - MARGIN and e.concepts & said == covered
        ]
        whole = [e for e in close if e.concepts <= said]
        chosen = whole if len(whole) == 1 else _narrowed(close)
        heard.append(
            Heard(
                tuple(e.service.ref for e in chosen[:MOST]),
                " ".join(w for c, w in places.items() if c in covered),
                ask=len(chosen) > 1,
            )
        )
        wanted_zones -= covered
        # «подмышки и ноги шугарингом»: one action, several places.
        kept = {c for c in covered if _is_head(c)} if wanted_zones else set()
        said = (said - covered) | kept
        words = PriceWords(_serving(words.entries, wanted_zones, kept), words.local)
    return heard


def _serving(entries: tuple[Entry, ...], zones: set[str], kept: set[str]) -> tuple[Entry, ...]:
    if not kept:
        return entries
    return tuple(e for e in entries if e.concepts & zones or not e.heads & kept)


def _is_head(concept: str) -> bool:
    return concept in _heads() or concept.startswith("~")


def concepts_of(text: str, local: dict[str, str], *, learn: bool = False) -> set[str]:
    """The concepts of a name; `learn` turns unknown words into concepts of this salon."""
    flat = _WITHOUT.sub(" безпокрытия ", read(text).text.split("(до")[0])
    found = set()
    for word in re.findall(r"\d[dд]|[^\W\d_]+", flat):
        concept = _concept(word) or local.get(word[:6])
        if concept is None and learn and len(word) >= 4 and word not in _EMPTY:
            concept = local[word[:6]] = f"~{word[:6]}"
        if concept:
            found.add(concept)
    return found


def _said(reading: Reading, words: PriceWords) -> dict[str, str]:
    flat = _WITHOUT.sub(" безпокрытия ", _REFUSED.sub(" ", reading.text))
    places: dict[str, str] = {}
    for word in re.findall(r"\d[dд]|[^\W\d_]+", flat):
        if word.startswith(_DAYS):
            continue
        concept = _concept(word) or words.local.get(word[:6]) or _misspelt(word)
        if concept:
            places.setdefault(concept, word)
    return places


def _ranked(entries: Sequence[Entry], said: set[str]) -> list[tuple[float, Entry]]:
    acts = any(_is_head(c) for c in said)
    ranked = []
    for entry in entries:
        heard = entry.heads & said or (not acts and entry.concepts & said & ZONES)
        if not heard or _for_others(entry.service, said):
            continue
        have = sum(_weight(c) for c in entry.concepts & said)
        lack = sum(_weight(c) for c in entry.concepts - said)
        ranked.append((have - UNSAID * lack, entry))
    ranked.sort(key=lambda pair: -pair[0])
    return [pair for pair in ranked if pair[0] > -0.6]


def _for_others(service: Listed, said: set[str]) -> bool:
    """Men's and children's services only when somebody spoke of them."""
    if service.for_whom == "men":
        return not said & {"men", "beard", "shave", "clipper", "gray"} and "cut" not in said
    if service.for_whom == "kids":
        return "kids" not in said and "cut" not in said
    return "men" in said and service.for_whom == "women"


def _narrowed(close: list[Entry]) -> list[Entry]:
    """Leave out what holds a head concept more than the plainest candidate."""
    fewest = min(len(e.heads) for e in close)
    plain = [e for e in close if len(e.heads) <= fewest + 1]
    return plain or close


def _weight(concept: str) -> float:
    return HEAD if concept in _heads() or concept.startswith("~") else DETAIL


@lru_cache(4096)
def _misspelt(word: str) -> str | None:
    if len(word) < 5:
        return None
    for stem, concept in _stems().items():
        if len(stem) >= 5 and OSA.distance(word[: len(stem)], stem, score_cutoff=1) <= 1:
            return concept
    return None


def _concept(word: str) -> str | None:
    stems = _stems()
    for length in range(min(len(word), 9), 1, -1):
        if (concept := stems.get(word[:length])) is not None:
            return concept if length >= 3 or len(word) <= 3 else None
    return None


@cache
def _stems() -> dict[str, str]:
    tables = table("concepts")
    return {
        stem: concept
        for group in ("head", "detail")
        for concept, stems in tables[group].items()
        for stem in stems.split()
    }


@cache
def _heads() -> frozenset[str]:
    return frozenset(table("concepts")["head"])
