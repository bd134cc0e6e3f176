"""What clients asked and the salon's own answers did not cover: asked of the salon once each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from beautybot.conversations.models import questions
from beautybot.kit.db import insert
from beautybot.kit.errors import NotFound
from beautybot.kit.text import clean

LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Question:
    """One open question; `answer` is what a person wrote, offered for the salon's own answers."""

    id: int
    business_id: int
    conversation_id: int
    text: str
    asked_at: datetime
    times: int
    answer: str | None


def ask(
    conn: Connection, business_id: int, conversation_id: int, *, key: str, text: str, now: datetime
) -> Question | None:
    """Keep a question; the new one, or None if one like it has been asked of the salon before."""
    row = conn.execute(
        insert(conn, questions)
        .values(
            business_id=business_id,
            conversation_id=conversation_id,
            key=key[:120],
            text=clean(text, LONGEST),
            asked_at=now,
        )
        .on_conflict_do_nothing()
        .returning(questions)
    ).one_or_none()
    if row is not None:
        return _question(row)
    conn.execute(
        update(questions)
        .where(questions.c.business_id == business_id, questions.c.key == key[:120])
        .values(times=questions.c.times + 1)
    )
    return None


def waiting(conn: Connection, business_id: int) -> list[Question]:
    """Questions nobody has settled, those asked most first; answered ones wait for a yes."""
    rows = conn.execute(
        select(questions)
        .where(questions.c.business_id == business_id, questions.c.closed_at.is_(None))
        .order_by(questions.c.times.desc(), questions.c.id)
    )
    return [_question(row) for row in rows]


def get(conn: Connection, business_id: int, question_id: int) -> Question:
    """One question of that salon; NotFound."""
    row = conn.execute(
        select(questions).where(
            questions.c.business_id == business_id, questions.c.id == question_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound("there is no such question")
    return _question(row)


def answer(
    conn: Connection, business_id: int, question_id: int, text: str, now: datetime
) -> Question:
    """A person's answer: kept, and from now on offered as an entry; NotFound."""
    found = get(conn, business_id, question_id)
    _change(conn, found, answer=clean(text, LONGEST).strip(), answered_at=now)
    return get(conn, business_id, question_id)


def close(
    conn: Connection, business_id: int, question_id: int, *, outcome: str, now: datetime
) -> None:
    """Settled: "adopted" into the salon's own answers, or "dismissed"; NotFound."""
    _change(conn, get(conn, business_id, question_id), closed_at=now, outcome=outcome)


def _change(conn: Connection, question: Question, **values: object) -> None:
    conn.execute(
        update(questions)
        .where(questions.c.business_id == question.business_id, questions.c.id == question.id)
        .values(**values)
    )


def _question(row: Row[Any]) -> Question:
    return Question(
        id=row.id,
        business_id=row.business_id,
        conversation_id=row.conversation_id,
        text=row.text,
        asked_at=row.asked_at,
        times=row.times,
        answer=row.answer,
    )
