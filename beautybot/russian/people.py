"""The names of a salon's people: every case form and short form, made at import."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from beautybot.russian.reading import table

SHORTEST_STEM = 2


@dataclass(frozen=True, slots=True)
class Person:
    """A specialist as the lexicon needs her: `forms` are made at import by `name_forms`."""

    ref: str
    name: str
    forms: tuple[str, ...]
    role: str = ""


@lru_cache(maxsize=512)
def name_forms(full_name: str) -> tuple[str, ...]:
    """
    Every way clients write a name: all cases of each part and of its short forms.

    Made once, at import: pymorphy3 is loaded here and nowhere at run time.
    """
    import pymorphy3

    inflect = pymorphy3.MorphAnalyzer()
    forms = set(plain_forms(full_name))
    for part in _parts(full_name):
        for name in (part, *_shorts().get(part.replace("ё", "е"), ())):
            parses = [p for p in inflect.parse(name) if {"Name", "Surn"} & set(p.tag.grammemes)]
            for parse in (parses or inflect.parse(name)[:1])[:2]:
                forms |= {
                    form.word.replace("ё", "е") for form in parse.lexeme if "sing" in form.tag
                }
    return tuple(sorted(forms))


def plain_forms(full_name: str) -> frozenset[str]:
    """
    The forms that our own tables of short names and endings make, without a dictionary.

    Quick enough to be made whenever a catalogue is read, so that a short name
    added to lexicon/names.toml is known at once.
    """
    forms: set[str] = set()
    for part in _parts(full_name):
        plain = part.replace("ё", "е")
        shorts = _shorts().get(plain, ())
        for name in (plain, *shorts, *_fond((plain, *shorts))):
            forms |= {name} | _by_ending(name)
    return frozenset(forms)


def _parts(full_name: str) -> list[str]:
    return re.findall(r"[а-яё]+", full_name.lower())


def _fond(names: Iterable[str]) -> Iterator[str]:
    """«Света» is also «светик», «светуля», «светочка»: by the endings of lexicon/names.toml."""
    endings = table("names")["fond"]
    for name in names:
        if len(name) - 1 >= SHORTEST_STEM and name[-1] in endings:
            yield from (name[:-1] + ending for ending in endings[name[-1]].split())
        elif name[-1:] not in "аеиоуыэюяь":
            yield from (name + ending for ending in endings["*"].split())


def _by_ending(name: str) -> set[str]:
    if name.endswith("ия"):
        return {name[:-1] + e for e in ("и", "ю", "ей", "я")}
    if name.endswith("а"):
        return {name[:-1] + e for e in ("а", "ы", "и", "е", "у", "ой", "ей")}
    if name.endswith("я"):
        return {name[:-1] + e for e in ("я", "и", "е", "ю", "ей")}
    if name.endswith(("о", "е", "и", "у", "ы", "э")):
        return {name}
    if name.endswith(("ь", "й")):
        return {name} | {name[:-1] + e for e in ("я", "ю", "ем", "е", "и")}
    return {name + e for e in ("", "а", "у", "ом", "е")}


def stranger(word: str) -> str | None:
    """The common first name of which this word is a case form; None for the name itself."""
    return _datives().get(word)


def is_first_name(word: str) -> bool:
    """True for a common first name, full or short, in any case: "ольга", "Оле", "Машу"."""
    return word.lower().replace("ё", "е") in _first_names()


def is_called_so(word: str) -> bool:
    """True for a common first name as people call themselves: "Ольга", not "Ольге"."""
    plain = word.lower().replace("ё", "е")
    return plain in _first_names() and stranger(plain) is None


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
    return {
        form: name.capitalize()
        for name in names
        for form in _by_ending(name)
        if form not in names  # «Яна» is no form of «Ян»
    }


@cache
def words_too() -> frozenset[str]:
    """Case forms of names that are ordinary words as well: «вера», «света», «ли»."""
    return frozenset(table("names")["words_too"].split())
