"""A part of the price list called by its title, as we list them ourselves: «ногти», «на волосы»."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from beautybot.agent.commands import AskPrice, Book, Command, Greet, SetServices, Unclear
from beautybot.agent.wishes import ServiceWish
from beautybot.booking.catalogue import Service

_WORD = re.compile(r"[^\W\d_]+")
_LEAST, _ENDING = 3, 3
_BESIDE = re.compile(
    r"а|и|ну|вот|на|по|про|за|о|мне|нам|меня|нас|я|мы|бы|тогда|можно|нужно|надо|хо[чт]\w+|запи[сш]\w+"
    r"|давай(?:те)?|пожалуйста|покажите|интересу[ею]т|услуги|раздел|что|есть|сколько|стоит|стоят|почем"
    r"|цен[аы]|здравствуйте|привет|добрый|доброе|день|вечер|утро|спасибо"
)


def by_category(found: list[Command], text: str, services: Sequence[Service]) -> list[Command]:
    """The commands with all services of a category, where a message says no more than its title."""
    if not all(_is_open(command) for command in found):
        return found
    said = [word for word in _words(text) if not _BESIDE.fullmatch(word)]
    named = [s for s in services if said and _is_title(said, _words(s.category_title))]
    if not named or len({s.category_title for s in named}) > 1:
        return found
    wish = ServiceWish(tuple(s.ref for s in named), text[:200], ask=len(named) > 1)
    asks = [k for k in found if isinstance(k, AskPrice)]
    if asks:
        return [replace(k, wishes=(wish,)) if isinstance(k, AskPrice) else k for k in found]
    return [*(k for k in found if not isinstance(k, Unclear)), SetServices((wish,))]


def _is_open(command: Command) -> bool:
    """Whether a command leaves open which service is meant, and wants nothing else."""
    if isinstance(command, AskPrice):
        return not command.wishes
    return isinstance(command, Unclear | Greet | Book)


def _words(text: str) -> list[str]:
    return [word.replace("ё", "е") for word in _WORD.findall(text.lower())]


def _is_title(said: Sequence[str], title: Sequence[str]) -> bool:
    return all(any(_are_one(word, other) for other in title) for word in said)


def _are_one(word: str, other: str) -> bool:
    """Two forms of a word: all but its ending is the same."""
    same = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False))
    )
    return same >= max(_LEAST, max(len(word), len(other)) - _ENDING)
