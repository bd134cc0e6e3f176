"""
The concepts of a salon's work: the client's word and the price list's word lead to the same one.

A head is what people come for (маникюр, снять, лазер); a detail narrows it
(бровей, длинные, мужская).  The words stand in lexicon/concepts.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, MutableMapping
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from beautybot.russian.reading import read, table
from beautybot.russian.set_phrases import SetPhrases

TELLING_WEIGHT, HEAD_WEIGHT, DETAIL_WEIGHT = 1.2, 1.0, 0.6
LOCAL = "~"
"""How a salon's own concept begins: a word of its price list that no table knows."""
QUALITY = "+"
"""Ends a salon's own concept that is an adjective."""
_STEM = 6
SHORTEST_MISSPELT = 6
SHORTEST_SINGLE = 4
"""«Шелл» without its second letter would be «шел»."""
_PREFIX = re.compile(r"(?:пере|про|под|за|от|до|на|по|об|вы)(?=[а-я]{5})")
_WORD = re.compile(r"\d[dд](?![^\W\d_])|[^\W\d_]+")
_DOUBLED = re.compile(r"(.)\1")
_ASIDE = re.compile(r"\((?:до|от)[^)]*\)?")


def concepts_in(text: str, local: MutableMapping[str, str], *, learn: bool = False) -> set[str]:
    """The concepts of a name; `learn` turns its unknown words into concepts of this salon."""
    found = set()
    for _, word in words_of(_ASIDE.sub(" ", read(text).text)):
        concept = concept_of(word) or local.get(word[:_STEM])
        if concept is None and learn and _is_telling(word):
            quality = QUALITY if word.endswith(_parts("adjective")) else ""
            concept = local[word[:_STEM]] = LOCAL + word[:_STEM] + quality
        if concept:
            found.add(concept)
    return found


def telling_words(name: str) -> str:
    """The words of a service's name by which it is known, as they stand there."""
    local: dict[str, str] = {}
    concepts_in(name, local, learn=True)
    text = read(name).text
    said = []
    for start, word in words_of(text):
        if heard_as(word, local):
            end = start + len(word)
            while end < len(text) and text[end].isalnum():
                end += 1
            said.append(text[start:end].strip())
    return ", ".join(dict.fromkeys(said))


def words_of(text: str) -> Iterator[tuple[int, str]]:
    """The words of a normalised text with their places; a set phrase is what it stands for."""
    text = _phrases().written_over(text, lambda meant, length: meant.ljust(length)[:length])
    for match in _WORD.finditer(text):
        yield match.start(), match[0]


def heard_as(word: str, local: Mapping[str, str]) -> str | None:
    """The concept of a client's word, also misspelt by one letter."""
    if word in word_list("not_concepts") or word.startswith(_parts("not_stems")):
        return None
    found = concept_of(word) or local.get(word[:_STEM]) or _misspelt(word)
    if found and found.endswith(QUALITY) and word[-1] == "о":
        return None  # «холодно» is not «холодное»
    return found


def is_noun_of_quality(word: str, concept: str) -> bool:
    """A thing from which a salon's own quality has its name: «шоколадку», not «шоколадное»."""
    return concept.endswith(QUALITY) and not word.endswith(_parts("adjective"))


def weight(concept: str) -> float:
    """How much a concept counts; what must be said to be meant counts most when it is said."""
    if concept in group("must_be_said"):
        return TELLING_WEIGHT
    return HEAD_WEIGHT if concept in heads() else DETAIL_WEIGHT


@lru_cache(8192)
def concept_of(word: str) -> str | None:
    """The concept whose longest stem begins this word, or what follows its verb's prefix."""
    found = _by_stem(word)
    if found is None and (prefix := _PREFIX.match(word)) and len(word) - prefix.end() >= 5:
        found = _by_stem(word[prefix.end() :])
        if found is not None and found not in heads():
            return None  # a verb's prefix: «добровольно» has no brows
    return found


def _by_stem(word: str) -> str | None:
    stems = _stems()
    if word in _whole_words():
        return _whole_words()[word]
    for length in range(min(len(word), 10), 1, -1):
        if (concept := stems.get(word[:length])) is not None and _goes_on_so(word, length):
            return concept if length >= 3 or len(word) <= 3 else None
    return None


def _goes_on_so(word: str, length: int) -> bool:
    """A short stem is followed by an ending and by nothing else: «рук» is not in «рукав»."""
    closed, endings = _closed()
    return word[:length] not in closed or len(word) == length or word[length:] in endings


@lru_cache(8192)
def _misspelt(word: str) -> str | None:
    """The concept of the usual word that this one is but for a slip; the ending does not count."""
    single = _DOUBLED.sub(r"\1", word)
    if single != word and (found := concept_of(single)):
        return found
    if len(word) < SHORTEST_MISSPELT or word in word_list("common"):
        return None
    if word.startswith((*_parts("no_slips"), *_long_closed())):
        return None
    for usual, length in _spelt().get(word[0], ()):
        for cut in (length, length - 1, length + 1):
            if OSA.distance(word[:cut], usual[:length], score_cutoff=1) <= 1:
                return concept_of(usual)
    return None


@cache
def _spelt() -> dict[str, tuple[tuple[str, int], ...]]:
    """The usual words by their first letter, and how many of their letters are compared."""
    by_letter: dict[str, tuple[tuple[str, int], ...]] = {}
    for word in table("concepts")["words"]["spelt"].split():
        length = max(SHORTEST_MISSPELT, len(word) - 2)
        by_letter[word[0]] = (*by_letter.get(word[0], ()), (word, length))
    return by_letter


def _is_telling(word: str) -> bool:
    return (
        len(word) >= 4 and word not in word_list("common") and not word.startswith(_parts("noise"))
    )


def is_anchor(local_concept: str) -> bool:
    """True if a salon's own word is telling enough to ask for a service by it alone."""
    return not local_concept.removeprefix(LOCAL).startswith(_parts("not_anchors"))


@cache
def _phrases() -> SetPhrases:
    phrases = table("concepts")["phrases"].items()
    return SetPhrases((meant, one) for meant, listed in phrases for one in listed)


@cache
def implied() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """What was told, and the acts that are meant by it where none was said: «2Д»."""
    return tuple(
        (frozenset(told.split()), frozenset(acts.split()))
        for told, acts in table("concepts")["implies"].items()
    )


@cache
def usual_works() -> dict[str, str]:
    """What is done to a part of the body that must be said of any other: brows are shaped."""
    return dict(table("concepts")["usual_works"])


@cache
def also() -> dict[str, str]:
    """What a word adds to itself: «глубокое» is said of one thing only."""
    return dict(table("concepts")["also"])


@cache
def heads() -> frozenset[str]:
    """What people come for."""
    return frozenset(table("concepts")["head"])


@cache
def group(name: str) -> frozenset[str]:
    """A group of concepts that behave alike: see the end of lexicon/concepts.toml."""
    return frozenset(table("concepts")["groups"][name])


@cache
def _stems() -> dict[str, str]:
    """Every stem, and where it has a doubled letter also as people misspell it: «класик»."""
    tables = table("concepts")
    stems = {
        stem: concept
        for part in ("head", "detail")
        for concept, stems in tables[part].items()
        for stem in stems.split()
    }
    single = {_DOUBLED.sub(r"\1", stem): concept for stem, concept in stems.items()}
    return {
        stem: concept for stem, concept in single.items() if len(stem) > SHORTEST_SINGLE
    } | stems


@cache
def _closed() -> tuple[frozenset[str], frozenset[str]]:
    told = table("concepts")["closed"]
    return frozenset(told["stems"].split()), frozenset(told["endings"].split())


@cache
def _long_closed() -> tuple[str, ...]:
    return tuple(stem for stem in _closed()[0] if len(stem) >= SHORTEST_MISSPELT - 1)


@cache
def _whole_words() -> dict[str, str]:
    words = table("concepts")["word"]
    return {word: concept for concept, listed in words.items() for word in listed.split()}


@cache
def word_list(name: str) -> frozenset[str]:
    """One of the lists of words in lexicon/concepts.toml."""
    return frozenset(table("concepts")["words"][name].split())


@cache
def _parts(name: str) -> tuple[str, ...]:
    return tuple(table("concepts")["words"][name].split())
