"""The salon's own answers to what clients often ask: approved by a person, said word for word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from beautybot.booking.models import faq_entries
from beautybot.businesses import salons
from beautybot.kit import refunds
from beautybot.kit.errors import BeautyBotError, NotFound
from beautybot.kit.text import clean

QUESTION_LIMIT, ANSWER_LIMIT = 300, 1_000


class EmptyAnswer(BeautyBotError):
    """A question without an answer, or an answer without a question."""


class UnlawfulAnswer(EmptyAnswer):
    """It says that a prepayment is not given back; no receptionist of ours says so."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A question with the answer that a person of the salon approved."""

    id: int
    question: str
    answer: str
    approved_at: datetime


def listing(conn: Connection, business_id: int) -> list[Entry]:
    """Every answer of a salon, oldest first."""
    rows = conn.execute(
        select(faq_entries)
        .where(faq_entries.c.business_id == business_id)
        .order_by(faq_entries.c.id)
    )
    return [Entry(r.id, r.question, r.answer, r.approved_at) for r in rows]


def add(conn: Connection, business_id: int, question: str, answer: str, now: datetime) -> int:
    """Approve an answer; the receptionist gives it from its next turn on.  EmptyAnswer."""
    asked = clean(question, QUESTION_LIMIT).strip()
    told = clean(answer, ANSWER_LIMIT).strip()
    if not asked or not told:
        raise EmptyAnswer("напишите и вопрос, и ответ")
    if refunds.claims_none(told):
        raise UnlawfulAnswer("предоплату по закону возвращают: так отвечать нельзя")
    made: int = conn.execute(
        insert(faq_entries)
        .values(business_id=business_id, question=asked, answer=told, approved_at=now)
        .returning(faq_entries.c.id)
    ).scalar_one()
    salons.touch_catalogue(conn, business_id)
    return made


def remove(conn: Connection, business_id: int, entry_id: int) -> None:
    """Take an answer back; NotFound."""
    gone = conn.execute(
        delete(faq_entries).where(
            faq_entries.c.business_id == business_id, faq_entries.c.id == entry_id
        )
    )
    if gone.rowcount == 0:
        raise NotFound("there is no such answer")
    salons.touch_catalogue(conn, business_id)
