"""A person's answer to a client's question becomes one of the salon's own, by a yes of theirs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from beautybot.booking import answers
from beautybot.conversations import questions
from beautybot.kit.errors import BeautyBotError


class NotAnswered(BeautyBotError):
    """A question nobody has answered yet cannot be adopted."""


def adopt(conn: Connection, business_id: int, question_id: int, now: datetime) -> int:
    """
    Make a person's answer one of the salon's own; the id of the new entry.

    NotFound; NotAnswered while there is no answer.
    """
    question = questions.get(conn, business_id, question_id)
    if not question.answer:
        raise NotAnswered("на этот вопрос ещё нет ответа")
    made = answers.add(conn, business_id, question.text, question.answer, now)
    questions.close(conn, business_id, question_id, outcome="adopted", now=now)
    return made
