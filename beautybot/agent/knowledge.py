"""Answers the owner approved, found without a model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from rapidfuzz import fuzz, process

GOOD_ENOUGH = 74.0


class Answered(Protocol):
    """A question with the owner's answer."""

    @property
    def question(self) -> str: ...

    @property
    def answer(self) -> str: ...


def find(faq: Iterable[Answered], text: str) -> str | None:
    """The owner's answer to the question most like the text; None if none is like it."""
    entries = list(faq)
    if not entries or not text.strip():
        return None
    best = process.extractOne(
        _stems(text),
        [_stems(entry.question) for entry in entries],
        scorer=fuzz.token_set_ratio,
        score_cutoff=GOOD_ENOUGH,
    )
    return entries[best[2]].answer if best else None


def _stems(text: str) -> str:
    """Words without their endings: enough to meet "парковка" with "парковки"."""
    words = "".join(c if c.isalnum() else " " for c in text.lower().replace("ё", "е")).split()
    return " ".join(w[:5] for w in words if len(w) > 3 and w not in _EMPTY)


_EMPTY = {"есть", "можно", "подскажите", "скажите", "пожалуйста", "какой", "какая", "какие", "вами"}
