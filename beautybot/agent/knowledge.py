"""Answers the owner approved, found without a model; and questions that have none yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from rapidfuzz.distance import OSA
from sqlalchemy import Connection

from beautybot.agent.subjects import MARK, subjects_in, words_of
from beautybot.conversations import questions
from beautybot.conversations.questions import Question
from beautybot.kit import refunds

GOOD_ENOUGH = 0.6
SUBJECT = 3.0
"""How much more the subject of a question weighs than each of its other words."""
OTHER_SUBJECT = 0.15
SHORT = 3


class Answered(Protocol):
    """A question with the owner's answer."""

    @property
    def question(self) -> str: ...

    @property
    def answer(self) -> str: ...


def find(faq: Iterable[Answered], text: str) -> str | None:
    """
    The owner's answer to the question most like the text; None if none is like it.

    A question is found by what it is about, however it is put: the subject must
    be the same, and most of what was answered must have been asked.
    """
    said = words_of(text)
    found = [
        (_likeness(said, words_of(entry.question)), entry.answer)
        for entry in faq
        if not refunds.claims_none(entry.answer)  # the law says otherwise, whoever wrote it
    ]
    likeness, answer = max(found, key=lambda one: one[0], default=(0.0, ""))
    return answer if likeness >= GOOD_ENOUGH else None


def _likeness(said: frozenset[str], asked: frozenset[str]) -> float:
    """How much of an answered question was said, 0 to 1; 0 where the subjects are others."""
    about, known = subjects_in(said), subjects_in(asked)
    if not asked or bool(about) != bool(known) or (known and not known & about):
        return 0.0
    near = frozenset(word for word in asked if _is_among(word, said))
    return _weight(near) / _weight(asked) - len(about - known) * OTHER_SUBJECT


def _is_among(word: str, said: frozenset[str]) -> bool:
    """A slip of one letter is forgiven."""
    if word in said or word.startswith(MARK):
        return word in said
    return any(OSA.distance(word, other) <= 1 for other in said if len(other) > SHORT)


def _weight(words: frozenset[str]) -> float:
    return sum(SUBJECT if word.startswith(MARK) else 1.0 for word in words)


def key_of(text: str) -> str:
    """What a question is about, in one order: alike questions have alike keys."""
    return " ".join(sorted(words_of(text)))


def ask_salon(
    conn: Connection, business_id: int, conversation_id: int, text: str, now: datetime
) -> Question | None:
    """Keep what we cannot answer; None if the salon was asked the same before."""
    key = key_of(text) or text.strip().lower()
    return questions.ask(conn, business_id, conversation_id, key=key, text=text, now=now)
