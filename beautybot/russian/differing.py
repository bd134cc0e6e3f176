"""The question that is built of what differs among services: «с покрытием или без?»."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from beautybot.russian.dates import listed
from beautybot.russian.price_words import PriceWords
from beautybot.russian.reading import table

OTHERWISE = "else"


def question_of(refs: Sequence[str], prices: PriceWords) -> str:
    """
    A question whose answer leaves fewer of these services; "" if none is known.

    Every service must give one answer to it, and not all the same.
    """
    said = [_said_of(ref, prices) for ref in refs]
    if len(said) < 2:
        return ""
    for question in _questions():
        answers = [_answers(concepts, question["options"]) for concepts in said]
        if all(len(each) == 1 for each in answers) and len({*map(tuple, answers)}) > 1:
            given = {answer for each in answers for answer in each}
            options = [words for key, words in question["options"].items() if key in given]
            return str(question["ask"]).format(options=listed(options, "или"))
    return ""


def _said_of(ref: str, prices: PriceWords) -> frozenset[str]:
    """What a service's own name says, and for whom it is."""
    entry = next((e for e in prices.entries if e.service.ref == ref), None)
    if entry is None:
        return frozenset()
    whom = {entry.service.for_whom} & {"men", "women", "kids"}
    return entry.concepts | entry.aside | whom


def _answers(concepts: frozenset[str], options: dict[str, str]) -> list[str]:
    found = [key for key in options if key in concepts]
    return found or [OTHERWISE] * (OTHERWISE in options)


@cache
def _questions() -> tuple[dict[str, dict[str, str]], ...]:
    return tuple(table("questions")["question"])
