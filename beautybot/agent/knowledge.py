"""Answers the owner approved, found without a model; and questions that have none yet."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from rapidfuzz import fuzz, process
from sqlalchemy import Connection

from beautybot.conversations import questions
from beautybot.conversations.questions import Question

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
    if not entries or not key_of(text):
        return None
    best = process.extractOne(
        key_of(text),
        [key_of(entry.question) for entry in entries],
        scorer=fuzz.token_set_ratio,
        score_cutoff=GOOD_ENOUGH,
    )
    return entries[best[2]].answer if best else None


def key_of(text: str) -> str:
    """
    Words without their endings, in one order: alike questions have alike keys.

    Enough to meet "парковка" with "парковки".
    """
    words = "".join(c if c.isalnum() else " " for c in text.lower().replace("ё", "е")).split()
    return " ".join(sorted({w[:5] for w in words if len(w) > 3 and w not in _EMPTY}))


def ask_salon(
    conn: Connection, business_id: int, conversation_id: int, text: str, now: datetime
) -> Question | None:
    """Keep what we cannot answer; None if the salon was asked the same before."""
    key = key_of(text) or text.strip().lower()
    return questions.ask(conn, business_id, conversation_id, key=key, text=text, now=now)


# Words a question can do without: what is left is what it is about.
_IDLE = (
    "есть можно подскажите скажите пожалуйста какой какая какие вами буду будет будем ничего "
    "прийти приходить приду хочу хотела хотел узнать вопрос здравствуйте привет добрый вечер "
    "утро день спасибо нужно надо если меня тебя свой своей своим ваш ваша ваши вашем нибудь"
)
_EMPTY = frozenset(_IDLE.split())
