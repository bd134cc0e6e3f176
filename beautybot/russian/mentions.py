"""Whom a message speaks of among a salon's people: "to", "not to", "anybody but", two of a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz.distance import OSA

from beautybot.russian.people import Person, stranger, words_too
from beautybot.russian.reading import Reading, Token, cyrillic, table
from beautybot.russian.works import by_role, told_by_work

_ANYBODY = re.compile(
    r"\b(?:(?:к |ко |у )?(?:люб(?:ому|ой|ая|ого|ым)(?! (?:дат|врем|день|дня|час|момент))"
    r"|кому(?:[- ]то)? угодно|кто угодно|кому[- ]?нибудь|кто[- ]?нибудь|свободному мастеру"
    r"|всем подряд)|без разницы(?! (?:когда|во сколько))|все равно(?! (?:когда|во сколько))"
    r"|не ?важно(?! (?:когда|во сколько))|кто свободен|кто (?:будет|есть)$)\b"
)
_ROLE = re.compile(r"\b[а-яё]+(?:ист|олог|мейкер|эстет|тренер)\b|\b(?:барбер|парикмахер)\b")
FEWEST = 5
"""The shortest word that is looked for with a slip in it."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One name that was said, and everyone who bears it."""

    refs: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Candidates (two if two bear the name), those refused, anybody, or a name nobody bears."""

    refs: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    any_one: bool = False
    unknown: str = ""
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """Every form of every name of a salon, and what its people are called by their work."""

    order: tuple[str, ...]
    by_form: Mapping[str, frozenset[str]]
    by_role: Mapping[str, frozenset[str]]
    by_letter: Mapping[str, tuple[str, ...]]
    roles: Mapping[str, str]

    @classmethod
    def of(cls, people: Iterable[Person]) -> Names:
        """Made once for each version of a catalogue."""
        listed = tuple(people)
        by_form: dict[str, frozenset[str]] = {}
        by_role: dict[str, frozenset[str]] = {}
        for person in listed:
            for form in {*person.forms, *(form.replace("ь", "") for form in person.forms)}:
                by_form[form] = by_form.get(form, frozenset()) | {person.ref}
            for role in _ROLE.findall(person.role.lower().replace("ё", "е").replace("-", " ")):
                by_role[role] = by_role.get(role, frozenset()) | {person.ref}
        by_letter: dict[str, tuple[str, ...]] = {}
        for form in by_form:
            if len(form) >= FEWEST:
                by_letter[form[0]] = (*by_letter.get(form[0], ()), form)
        roles = {p.ref: p.role.lower().replace("ё", "е") for p in listed}
        return cls(tuple(p.ref for p in listed), by_form, by_role, by_letter, roles)


def find_people(reading: Reading, names: Names, *, asked: bool = False) -> Wanted | None:
    """The specialists a message speaks of; None if it speaks of none.  `asked`: we asked who."""
    said = list(_joined(_said(reading, names, asked=asked)))
    mentions = [Mention(_in_order(s.refs, names), s.negated) for s in said]
    mentions = list(dict.fromkeys(mentions))
    refused = {ref for m in mentions if m.negated for ref in m.refs}
    wanted = {ref for m in mentions if not m.negated for ref in m.refs} - refused
    mentions = [m for m in mentions if m.negated or wanted & {*m.refs}]
    any_one = bool(_ANYBODY.search(reading.text)) or (bool(refused) and not wanted)
    if wanted or refused or any_one:
        return Wanted(
            _in_order(wanted, names),
            _in_order(refused, names),
            any_one and not wanted,
            mentions=tuple(mentions),
        )
    return _stranger_in(reading)


@dataclass(frozen=True, slots=True)
class _Said:
    """A word that names somebody, by its place among the words."""

    place: int
    refs: frozenset[str]
    negated: bool


def _said(reading: Reading, names: Names, *, asked: bool) -> Iterator[_Said]:
    words = reading.words
    english = reading.language == "en"
    for i, word in enumerate(words):
        spelt = cyrillic(word) if english and word.isascii() else word
        found = names.by_form.get(spelt, frozenset())
        after = words[i + 1] if i + 1 < len(words) else ""
        if not (found or asked or after in names.by_form) and not _may_be_led(i, words, names):
            continue
        led = asked or _led(i, words, reading.tokens, reading.text)
        if not found and (led or _after_a_name(i, words, names)):
            found = by_role(spelt, names.by_role)
        if not found and after in names.by_form:
            found = by_role(spelt, names.by_role) & names.by_form[after]
        if not found and (asked or (led and words[i - 1] not in _set("together"))):
            found = _misspelt(spelt, names)
        if not found or _is_own_name(i, words) or (english and not led):
            continue
        refused = _is_refused(i, words) or _is_refused_after(i, words)
        known = (led and words[i - 1] not in _set("together")) or refused
        known = known or words[i - 1 : i] in _near() or _works(i, words)
        known = known or (after in _set("that"))
        known = known or _beside(i, words, names) or _is_capital(i, reading)
        if (not known or words[i + 1 : i + 2] == ("спасибо",)) and (
            spelt in words_too() or _is_greeted(i, words)
        ):
            continue
        yield _Said(i, told_by_work(words[i + 1 :], found, names.roles, names.by_role), refused)


def _joined(said: Iterable[_Said]) -> Iterator[_Said]:
    """«Анна Ли», «массажисту Анне», «Ане, которая колорист»: words of one person beside another."""
    last: _Said | None = None
    for one in said:
        if last is not None:
            both = last.refs & one.refs
            if both and one.negated and not last.negated and both != last.refs:
                yield _Said(last.place, last.refs - both, negated=False)
                last = _Said(one.place, both, negated=True)  # «к Анне, но не Ли»
                continue
            if both and last.negated and not one.negated and one.place - last.place > 1:
                yield last
                last = _Said(one.place, one.refs - last.refs or one.refs, negated=False)
                continue  # «не к массажистке, а к Ане»
            if both and one.place - last.place <= 3 and both != last.refs | one.refs:
                last = _Said(one.place, both, last.negated)
                continue
            if last.refs == one.refs and one.place - last.place == 1:
                last = _Said(one.place, one.refs, last.negated)
                continue
            yield last
        last = one
    if last is not None:
        yield last


def _may_be_led(i: int, words: Sequence[str], names: Names) -> bool:
    """The word before it belongs to those that lead to a name."""
    before = words[i - 1] if i else ""
    return before in _leading() or _after_a_name(i, words, names)


def _led(i: int, words: Sequence[str], tokens: Sequence[Token], text: str) -> bool:
    """A word before it leads to a person: «к», «у нашей»."""
    for back in (1, 2, 3):
        if i < back:
            return False
        before = words[i - back]
        if before in _set("to"):
            return "." not in text[tokens[i - back].end : tokens[i].start]
        if before not in _set("between"):
            return False
    return False


def _after_a_name(i: int, words: Sequence[str], names: Names) -> bool:
    """«Анюте массажистке», «Ане, которая колорист»."""
    before = words[i - 1] if i else ""
    return before in ("которая", "который") or before in names.by_form


def _works(i: int, words: Sequence[str]) -> bool:
    """A word near it says that a person is at work: «свободна», «принимает»."""
    if words[i] in _set("particles"):
        return False
    before, after = words[max(0, i - 2) : i], words[i + 1 : i + 4]
    before = [w for w in before if w != "есть"]  # «есть надежда»
    return any(w.startswith(_at_work()) for w in (*before, *after))


def _is_capital(i: int, reading: Reading) -> bool:
    """Written with a capital letter inside a sentence, where no ordinary word would be."""
    token = reading.tokens[i]
    if len(reading.raw) != len(reading.text) or not reading.raw[token.start].isupper():
        return False
    before = reading.raw[: token.start].rstrip()
    return before[-1:] not in ("", *".!?)(:;\n") and not reading.raw.isupper()


def _beside(i: int, words: Sequence[str], names: Names) -> bool:
    """Another name of the same person stands next to it, or another person to choose from."""
    mine = names.by_form.get(words[i], frozenset())
    near = (*words[max(0, i - 1) : i], *words[i + 1 : i + 2])
    if words[i + 1 : i + 2] and words[i + 1] in ("или", "либо") and len(words) > i + 2:
        return words[i + 2] in names.by_form  # «Оля или Маша»
    return any(w != words[i] and mine & names.by_form.get(w, frozenset()) for w in near)


def _is_refused(i: int, words: Sequence[str]) -> bool:
    """«не к», «только не», «кроме нашей», «без»."""
    for back in range(1, 5):
        if i < back:
            return False
        before = words[i - back]
        if before in _set("refuse"):
            return not (before == "не" and i > back and words[i - back - 1] in ("если", "лишь"))
        if not any(before in _set(kind) for kind in ("to", "between", "wish")):
            return False
    return False


def _is_refused_after(i: int, words: Sequence[str]) -> bool:
    """«Тимура не надо», «к Свете больше не пойду»."""
    after = [word for word in words[i + 1 : i + 4] if word not in ("больше", "я")]
    if words[i + 1 : i + 2] == ("и",) and len(words) > i + 3:
        return _is_refused_after(i + 2, words)  # «Свету и Юлю не предлагать»
    if after[:2] == ["ни", "ногой"]:
        return True
    return after[:1] == ["не"] and after[1:2] != [] and after[1] in _set("after")


def _is_greeted(i: int, words: Sequence[str]) -> bool:
    """«Мария, здравствуйте»: whoever answers is called so, nobody is asked for."""
    if words[i + 1 : i + 2] == ("спасибо",):
        return True
    return bool({*words[max(0, i - 1) : i], *words[i + 1 : i + 2]} & _set("hello"))


def _is_own_name(i: int, words: Sequence[str]) -> bool:
    """«меня зовут Ольга», «я Ольга», «это Катя», «сестра Катя»."""
    before = words[i - 1] if i else ""
    if before in ("вам", "тебе") and i > 1:
        before = words[i - 2]  # «пишет вам Света»
    if before in ("снова", "опять") and words[max(i - 2, 0)] == "это":
        return True
    if before in _set("own") or (before == "это" and i == 1):
        return True
    if before.startswith(tuple(_set("kin"))):
        return True
    return bool(_set("spoke") & {*words[i + 1 : i + 4]})  # «Катя из ресепшена сказала»


def _misspelt(word: str, names: Names) -> frozenset[str]:
    if len(word) < FEWEST or word in _set("ordinary") or stranger(word):
        return frozenset()
    found: frozenset[str] = frozenset()
    for form in names.by_letter.get(word[0], ()):
        if OSA.distance(word, form, score_cutoff=1) <= 1:
            found |= names.by_form[form]
    return found


def _stranger_in(reading: Reading) -> Wanted | None:
    """A first name after «к» that nobody of the salon bears."""
    words = reading.words
    for i, word in enumerate(words[1:], 1):
        if words[i - 1] in ("к", "ко") and (name := stranger(word)):
            return Wanted(unknown=name)
    return None


def _in_order(refs: Iterable[str], names: Names) -> tuple[str, ...]:
    chosen = set(refs)
    return tuple(ref for ref in names.order if ref in chosen)


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(table("names")["lead"][name].split())


@cache
def _leading() -> frozenset[str]:
    return _set("to") | _set("between")


@cache
def _near() -> frozenset[tuple[str, ...]]:
    return frozenset((word,) for word in _set("near"))


@cache
def _at_work() -> tuple[str, ...]:
    return tuple(table("names")["lead"]["works"].split())
