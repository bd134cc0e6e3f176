"""Who the client wants to go to: names in every case form, short forms, "anybody but …"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import OSA

from beautybot.russian.reading import Reading, table

_ANYBODY = re.compile(
    r"\b(?:к )?(?:любому|любой|любая|кому угодно|без разницы|все равно|не важно|неважно"
    r"|кто свободен)\b"
)
_NOT = re.compile(r"\b(?:не|кроме)\s+(?:к|у|с)?\s*$")
_TO = re.compile(r"\b(?:к|ко|у|с|мастер\w*)\s+$")
_WORKS = re.compile(r"\s+(?:\w+\s+)?(?:работает|принимает|свободна|свободен|на смене)\b")
_AFTER_TO = re.compile(r"\b(?:к|ко)\s+([а-я]{3,})")


@dataclass(frozen=True, slots=True)
class Person:
    """A specialist as the lexicon needs her: `forms` are made at import by `name_forms`."""

    ref: str
    name: str
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Candidates (two if two bear the name), those refused, anybody, or a name nobody bears."""

    refs: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    any_one: bool = False
    unknown: str = ""


def find_people(
    reading: Reading, people: Sequence[Person], *, asked: bool = False
) -> Wanted | None:
    """The specialist a message speaks of; None if it speaks of none."""
    wanted: set[str] = set()
    refused: set[str] = set()
    for token in reading.tokens:
        before = reading.text[: token.start]
        to = asked or bool(_TO.search(before) or _WORKS.match(reading.text, token.end))
        bearers = _bearers(token.text, people, to=to)
        if not bearers:
            continue
        if _NOT.search(before):
            refused |= bearers
        else:
            wanted = (wanted & bearers) or (wanted | bearers)
    any_one = bool(_ANYBODY.search(reading.text)) or (bool(refused) and not wanted)
    if wanted or refused or any_one:
        order = [p.ref for p in people]
        return Wanted(
            tuple(r for r in order if r in wanted and r not in refused),
            tuple(r for r in order if r in refused),
            any_one and not wanted,
        )
    stranger = _AFTER_TO.search(reading.text)
    if stranger and (name := _stranger(stranger[1])):
        return Wanted(unknown=name)
    return None


def name_forms(full_name: str) -> tuple[str, ...]:
    """
    Every way clients write a name: all cases of each part and of its short forms.

    Made once, at import: pymorphy3 is loaded here and nowhere at run time.
    """
    import pymorphy3

    inflect = pymorphy3.MorphAnalyzer()
    forms: set[str] = set()
    for part in re.findall(r"[а-яё]+", full_name.lower()):
        plain = part.replace("ё", "е")
        for name in (part, *_shorts().get(plain, ())):
            forms.add(name.replace("ё", "е"))
            parses = [p for p in inflect.parse(name) if {"Name", "Surn"} & set(p.tag.grammemes)]
            for parse in (parses or inflect.parse(name)[:1])[:2]:
                forms |= {
                    form.word.replace("ё", "е") for form in parse.lexeme if "sing" in form.tag
                }
            forms |= _by_ending(name.replace("ё", "е"))
    return tuple(sorted(forms))


def _by_ending(name: str) -> set[str]:
    if name.endswith("ия"):
        return {name[:-1] + e for e in ("и", "ю", "ей", "я")}
    if name.endswith("а"):
        return {name[:-1] + e for e in ("а", "ы", "и", "е", "у", "ой", "ей")}
    if name.endswith("я"):
        return {name[:-1] + e for e in ("я", "и", "е", "ю", "ей")}
    if name.endswith(("о", "е", "и", "у", "ы", "э")):
        return {name}
    return {name + e for e in ("", "а", "у", "ом", "е")}


def _bearers(word: str, people: Sequence[Person], *, to: bool) -> set[str]:
    if word in _words_too() and not to:
        return set()
    found = {p.ref for p in people if word in p.forms}
    if not found and to and len(word) >= 5:
        return {
            p.ref
            for p in people
            if any(len(f) >= 5 and OSA.distance(word, f, score_cutoff=1) <= 1 for f in p.forms)
        }
    return found


def _stranger(word: str) -> str | None:
    """A known first name in the dative that nobody of the salon bears."""
    return _datives().get(word)


def is_first_name(word: str) -> bool:
    """True for a common first name, full or short, in any case: "ольга", "Оле", "Машу"."""
    return word.lower().replace("ё", "е") in _first_names()


@cache
def _first_names() -> frozenset[str]:
    names = set(table("names")["short"]) | {s for v in _shorts().values() for s in v}
    names |= set(table("names")["more"].split())
    plain = {name.replace("ё", "е") for name in names}
    return frozenset(plain | {form for name in plain for form in _by_ending(name)})


@cache
def _shorts() -> dict[str, tuple[str, ...]]:
    return {full: tuple(short.split()) for full, short in table("names")["short"].items()}


@cache
def _datives() -> dict[str, str]:
    names = set(table("names")["short"]) | {s for v in _shorts().values() for s in v}
    names |= set(table("names")["more"].split())
    return {form: name.capitalize() for name in names for form in _by_ending(name) if form != name}


@cache
def _words_too() -> frozenset[str]:
    return frozenset(table("names")["words_too"].split())
