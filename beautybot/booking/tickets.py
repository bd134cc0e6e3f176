"""
Holds made by assistants: nothing is booked until the client says so in a messenger.

A ticket has a public reference (to ask how it stands) and a secret code for one
use (it opens the proposal in the client's own chat); only the code's hash is
kept.  One key executes once; the same call again gets the stored answer.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from beautybot.booking import caps
from beautybot.booking.models import appointments, tickets
from beautybot.booking.visits import Status
from beautybot.kit.db import across_salons, add_once, change, one
from beautybot.kit.errors import BeautyBotError, NotFound

KEPT = timedelta(days=30)


class Goal(StrEnum):
    """What the code of a ticket opens in the client's chat."""

    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"


class KeyReused(BeautyBotError):
    """The idempotency key belongs to a call with other parameters."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A hold of an assistant, as it stands."""

    business_id: int
    reference: str
    source: str
    appointment_id: int | None
    hold_until: datetime
    used_at: datetime | None
    answer: Mapping[str, Any]
    goal: Goal
    contact: Mapping[str, Any]
    asked_salon_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Who asks, and by which call: `key` is the caller's, `said` what it asked for.

    `contact` is what was typed of name, phone and wishes.  A `natural` key was
    not given but follows from what is asked for: it means the same call only
    while what came of it stands.
    """

    subject: str
    source: str
    key: str
    said: str
    goal: Goal = Goal.BOOK
    contact: Mapping[str, Any] = field(default_factory=dict)
    natural: bool = False


def reserve(
    conn: Connection,
    business_id: int,
    asked: Asked,
    code_of: Callable[[str], str],
    now: datetime,
    until: datetime,
) -> tuple[int, str] | Mapping[str, Any]:
    """
    A place for a new ticket (its id and reference), or the answer to the same call before.

    `code_of` makes the secret code of a reference; it is not kept, its hash is.

    KeyReused, caps.TooManyHolds.  Who comes second with one key waits here for the first.
    """
    if asked.natural:
        asked = _anew(conn, asked, now)
    before = _before(conn, asked)
    if before is not None:
        return before
    caps.check(conn, business_id, asked.subject, now)
    reference = f"r{secrets.token_urlsafe(12)}"
    values = {
        "business_id": business_id,
        "reference": reference,
        "code_hash": hashed(code_of(reference)),
        "subject": asked.subject,
        "source": asked.source,
        "key": asked.key,
        "asked_hash": hashed(asked.said),
        "answer": {},
        "goal": asked.goal,
        "contact": dict(asked.contact),
        "created_at": now,
        "hold_until": until,
    }
    made = add_once(conn, tickets, values)
    if made is not None:
        return made, reference
    again = _before(conn, asked)
    assert again is not None  # the unique key refused us, so it is there
    return again


def fill(
    conn: Connection,
    business_id: int,
    ticket_id: int,
    appointment_id: int,
    answer: Mapping[str, Any],
) -> None:
    """Bind the ticket to its hold and keep what the caller was told."""
    mine = {"business_id": business_id, "id": ticket_id}
    change(conn, tickets, mine, {"appointment_id": appointment_id, "answer": dict(answer)})


def of_reference(conn: Connection, reference: str) -> Ticket:
    """The ticket of a reference, whosever salon's; NotFound."""
    row = one(conn, tickets, {"reference": reference}, everywhere=True)
    if row is None:
        raise NotFound("there is no such booking")
    return _ticket(row)


def redeem(conn: Connection, business_id: int, code: str, now: datetime) -> Ticket | None:
    """Use a code, once, in its own salon; None if it is unknown, used, or another salon's."""
    row = one(conn, tickets, {"business_id": business_id, "code_hash": hashed(code)}, lock=True)
    if row is None or row.used_at is not None:
        return None
    change(conn, tickets, {"business_id": business_id, "id": row.id}, {"used_at": now})
    return _ticket(row)


def of_visit(conn: Connection, business_id: int, appointment_id: int) -> Ticket | None:
    """The ticket by which a visit was held, if a guest held it."""
    row = conn.execute(
        select(tickets)
        .where(tickets.c.business_id == business_id, tickets.c.appointment_id == appointment_id)
        .order_by(tickets.c.id)
        .limit(1)
    ).first()
    return _ticket(row) if row else None


def ask_salon(conn: Connection, business_id: int, reference: str, now: datetime) -> bool:
    """There is no messenger to confirm in: the salon is asked, once; False if it was."""
    done = conn.execute(
        update(tickets)
        .where(
            tickets.c.business_id == business_id,
            tickets.c.reference == reference,
            tickets.c.asked_salon_at.is_(None),
        )
        .values(asked_salon_at=now)
    )
    return done.rowcount > 0


def counts(conn: Connection, now: datetime) -> dict[str, int]:
    """How many holds guests made of late in all salons, by who they were and what came of them."""
    rows = conn.execute(
        across_salons(
            select(tickets.c.source, appointments.c.status, func.count().label("many"))
            .outerjoin(appointments, appointments.c.id == tickets.c.appointment_id)
            .where(tickets.c.created_at > now - KEPT)
            .group_by(tickets.c.source, appointments.c.status)
        )
    )
    return {f"{row.source}:{row.status or 'gone'}": row.many for row in rows}


def forget(conn: Connection, now: datetime) -> None:
    """What is so old that nobody asks for its answer again goes, with what was typed."""
    conn.execute(across_salons(delete(tickets).where(tickets.c.created_at < now - KEPT)))


def hashed(text: str) -> str:
    """What is kept of a code, a key or a caller."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _anew(conn: Connection, asked: Asked, now: datetime) -> Asked:
    """Whoever let a hold run out, or gave it back, may ask for the very same time again."""
    while True:
        row = conn.execute(_STANDS, {"subject": asked.subject, "key": asked.key}).first()
        if row is None or _stands(row, now):
            return asked
        asked = replace(asked, key=hashed(f"{asked.key}|{row.reference}"))


def _stands(row: Any, now: datetime) -> bool:
    if row.goal == Goal.CANCEL:
        return row.used_at is None
    if row.status == Status.HELD:
        return bool(row.hold_until > now)
    return bool(row.status == Status.BOOKED)


_STANDS = across_salons(
    select(
        tickets.c.reference,
        tickets.c.goal,
        tickets.c.used_at,
        appointments.c.status,
        appointments.c.hold_until,
    )
    .outerjoin(appointments, appointments.c.id == tickets.c.appointment_id)
    .where(tickets.c.subject == bindparam("subject"), tickets.c.key == bindparam("key"))
)


def _before(conn: Connection, asked: Asked) -> Mapping[str, Any] | None:
    mine = {"subject": asked.subject, "key": asked.key}
    row = one(conn, tickets, mine, everywhere=True)
    if row is None:
        return None
    if row.asked_hash != hashed(asked.said):
        raise KeyReused("this Idempotency-Key was used for another request")
    answer: Mapping[str, Any] = row.answer
    return answer


def _ticket(row: Any) -> Ticket:
    return Ticket(
        row.business_id,
        row.reference,
        row.source,
        row.appointment_id,
        row.hold_until,
        row.used_at,
        row.answer,
        Goal(row.goal),
        row.contact,
        row.asked_salon_at,
    )
