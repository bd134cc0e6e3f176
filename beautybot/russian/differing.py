"""The question that is built of what differs among services: «с покрытием или без?»."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from beautybot.russian.dates import listed
from beautybot.russian.price_words import Entry, PriceWords
from beautybot.russian.reading import table

OTHERWISE = "else"
_ASIDE = re.compile(r"\([^)]*\)?")
_WORD = re.compile(r"[^\W_]+")
_JOINTS = {"и", "или", "с", "со", "без"}
_STEM = 5
MOST_WORDS, LONGEST = 5, 160
"""A question longer than this nobody reads; the services are listed below it anyway."""


def question_of(refs: Sequence[str], prices: PriceWords) -> str:
    """
    A question whose answer leaves fewer of these services; "" if none is known.

    Every service must give one answer to it, and not all the same.  Where no
    question of lexicon/questions.toml tells them apart, the words of their
    names do that not all of them bear.
    """
    entries = [e for ref in refs if (e := _entry(ref, prices)) is not None]
    if len(entries) < max(len(refs), 2):
        return ""
    said = [_said_of(entry) for entry in entries]
    for question in _questions():
        answers = [_answer(concepts, question["options"]) for concepts in said]
        if all(answers) and len({*answers}) > 1:
            options = [words for words in question["options"].values() if words in answers]
            return str(question["ask"]).format(options=listed(dict.fromkeys(options), "или"))
    return _by_names([entry.service.name for entry in entries])


def _entry(ref: str, prices: PriceWords) -> Entry | None:
    return next((e for e in prices.entries if e.service.ref == ref), None)


def _said_of(entry: Entry) -> frozenset[str]:
    """What a service's own name says, and for whom it is."""
    whom = {entry.service.for_whom} & {"men", "women", "kids"}
    return entry.concepts | entry.aside | whom


def _answer(concepts: frozenset[str], options: dict[str, str]) -> str:
    """The option that says the most of what the service has; "" for none and for two as good."""
    fitting = [key for key in options if key != OTHERWISE and concepts >= {*key.split()}]
    told = {c for key in fitting for c in key.split()}
    whole = [key for key in fitting if {*key.split()} == told]
    if whole:
        return options[whole[0]]
    return "" if fitting else options.get(OTHERWISE, "")


def _by_names(names: Sequence[str]) -> str:
    """«Что именно: спины, всего тела или медовый?», of the words that not all names bear."""
    worded = [[w for w in _ASIDE.sub(" ", name).split() if _WORD.search(w)] for name in names]
    borne = Counter(stem for words in worded for stem in {s for w in words for s in _stems(w)})
    common = {stem for stem, times in borne.items() if times == len(names)}
    options = [_told(words, common) for words in worded]
    if not all(options):
        options = [" ".join(words) for words in worded]
    question = f"Что именно: {listed(map(_small, options), 'или')}?"
    short = all(0 < len(option.split()) <= MOST_WORDS for option in options)
    return question if short and len({*options}) > 1 and len(question) <= LONGEST else ""


def _told(words: Sequence[str], common: set[str]) -> str:
    """What is left of a name; "" where it would hang in the air: «бровей и»."""
    left = [w for w in (_without(word, common) for word in words) if w]
    return "" if {*left[-1:], *left[:1]} & _JOINTS else " ".join(left)


def _stems(word: str) -> set[str]:
    return {part.lower().replace("ё", "е")[:_STEM] for part in _WORD.findall(word)}


def _without(word: str, common: set[str]) -> str:
    """«LPG-массаж» without «массаж»; «шейно-воротниковой» as it stands."""
    if not _stems(word) & common:
        return word.strip(" ,:;.")
    parts = [p for p in _WORD.findall(word) if not _stems(p) & common]
    return "-".join(parts)


def _small(option: str) -> str:
    first = option.split(" ", maxsplit=1)[0]
    return option if len(first) > 1 and first.isupper() else option[:1].lower() + option[1:]


@cache
def _questions() -> tuple[dict[str, dict[str, str]], ...]:
    return tuple(table("questions")["question"])
