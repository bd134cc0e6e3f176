"""
May a model's rewording go to the client in place of our phrase?

Only if it says the same and nothing more: the same placeholders in the same
order, as many negations, a question where there was one, no figure, no day, no
promise, and no word that is neither in the phrase nor a mere courtesy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from beautybot.agent import receipts
from beautybot.kit import refunds
from beautybot.russian import numbers

PLACEHOLDER = re.compile(r"\{\{[a-z_]+\d*\}\}")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BREAK = re.compile(r"[.!?\n]|\{\{|\}\}")
_STARTS = re.compile(r"(?:^|[.!?:;•«\"\n(–—-]|\}\})\s*$")
_POLITE = ("Вы", "Вас", "Вам", "Ваш")
_LETTERS = 5
_NEGATIONS = ("не", "нет", "ни", "никто", "ничего", "никогда", "нельзя", "без")
# What beside a fact makes another fact of it.
_LIMIT = "от до с со из под над за или либо если только лучше больше меньше выше ниже всего"
_LIMITS = frozenset(_LIMIT.split())
# What is done or promised; a phrase of ours may say so, a rewording may not add it.
_DONE = re.compile(
    r"\w*запис(?:ал|ан|ыва)\w*|\w*запиш\w*|заброниров\w*|оформ(?:ил|лен)\w*|готово|сделан\w*"
    r"|\w*подтвержд\w*|отмен(?:ил|ен|ён)\w*|перен[её]с(?:л|ен|ён)\w*|жд[уё]\w*|ждем|приходите"
    r"|гарант\w*|обеща\w*|скидк\w*|бесплатн\w*|дар\w*|подар\w*|акци\w*|бонус\w*|перезвон\w*"
    r"|позвон\w*|свяж\w*|верн[её]м\w*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unfit:
    """
    Why a rewording does not go.

    `untrue`: it claims what no fact supports.  Otherwise it only strayed from
    the phrase: too long, a placeholder lost, a word too many.
    """

    why: str
    untrue: bool = False


def why_not(mould: str, said: str) -> Unfit | None:
    """None if the rewording may go in place of the phrase it was made from."""
    plain = PLACEHOLDER.sub(" ", said)
    if claim := _claim(PLACEHOLDER.sub(" ", mould), plain):
        return Unfit(claim, untrue=True)
    if refunds.claims_none(plain):
        return Unfit("says that a prepayment is lost", untrue=True)
    if PLACEHOLDER.findall(said) != PLACEHOLDER.findall(mould):
        return Unfit("placeholders are not those of the phrase")
    if len(said) > 2 * len(mould) + 80 or said.count("\n") > mould.count("\n") + 2:
        return Unfit("too long")
    if ("?" in mould) != ("?" in said):
        return Unfit("a question was lost or added")
    if _negations(said) != _negations(mould):
        return Unfit("a negation was lost or added")
    if _bounds(said) != _bounds(mould):
        return Unfit("a limit before or after a fact was lost or added", untrue=True)
    if re.search(r"[{}<>\[\]`*_#|]", plain):
        return Unfit("markup")
    if _capitals(said) - _capitals(mould) or _begins_small(said) > _begins_small(mould):
        return Unfit("sentences out of order")
    strange = sorted(_strange(plain, PLACEHOLDER.sub(" ", mould)))
    if strange:
        named = any(
            re.search(rf"\w,? {re.escape(w.title())}", plain.replace("ё", "е")) for w in strange
        )
        return Unfit(f"words: {', '.join(strange)[:80]}", untrue=named)
    return None


def _claim(mould: str, said: str) -> str:
    """The first thing that only a fact may say and the phrase does not."""
    if any(char.isnumeric() for char in said):
        return "a figure of its own"
    known = {word.lower() for word in _WORD.findall(mould)}
    for word in _WORD.findall(said):
        low = word.lower()
        if low in known:
            continue
        if numbers.value_of(low) is not None and low not in ("один", "одно", "одну", "одна"):
            return f"a number in words: {low[:20]}"
        if numbers.ordinal_of(low) is not None or _DONE.fullmatch(low):
            return f"a claim: {low[:20]}"
    unproven = receipts.check(said, (mould,))
    return f"no receipt for {unproven.claims[0][:20]}" if unproven else ""


def _bounds(text: str) -> list[tuple[str, ...]]:
    """
    For each placeholder the words beside it that change what the fact says.

    "{{price}}" is a price; "от {{price}}", "до {{price}}" and "{{price}} или лучше" are others.
    """
    bounds = []
    for found in PLACEHOLDER.finditer(text):
        before = _BREAK.split(text[: found.start()])[-1]
        after = _BREAK.split(text[found.end() :])[0]
        near = (*[*_words(before)][-2:], *[*_words(after)][:2])
        bounds.append(tuple(word for word in near if word in _LIMITS))
    return bounds


def _negations(text: str) -> int:
    return sum(word.lower() in _NEGATIONS for word in _WORD.findall(text))


def _capitals(text: str) -> set[str]:
    """Words with a capital inside a sentence, save a polite «Вы»."""
    return {
        word[0]
        for word in _WORD.finditer(text)
        if word[0][0].isupper()
        and not word[0].startswith(_POLITE)
        and not _STARTS.search(text[: word.start()])
    }


def _begins_small(text: str) -> bool:
    return text.lstrip('«"• ')[:1].islower()


def _strange(said: str, mould: str) -> set[str]:
    """Words that are neither of the phrase nor courtesies; a name or a service is one of them."""
    exact, starts = _courtesies()
    own = {_stem(word) for word in _words(mould)}
    return {
        word
        for word in _words(said)
        if _stem(word) not in own
        and word not in exact
        and word not in _NEGATIONS
        and not word.startswith(starts)
    }


def _words(text: str) -> Iterable[str]:
    return (word.lower().replace("ё", "е") for word in _WORD.findall(text))


def _stem(word: str) -> str:
    return word if len(word) < _LETTERS else word[:_LETTERS]


@cache
def _courtesies() -> tuple[frozenset[str], tuple[str, ...]]:
    file = resources.files("beautybot.agent") / "phrases" / "courtesy.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    words = [
        w.replace("ё", "е") for line in lines if not line.startswith("#") for w in line.split()
    ]
    exact = frozenset(w for w in words if not w.endswith("*"))
    return exact, tuple(w[:-1] for w in words if w.endswith("*"))
