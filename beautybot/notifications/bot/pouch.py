"""
What the global bot has to say and has said: an outbox of its own.

It shares nothing with the clients' outbox, so whatever breaks here holds up no
client.  A row stays after it is sent, because a reply or a press means it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from beautybot.kit.db import across_salons, add, one
from beautybot.kit.leases import claim, finish
from beautybot.notifications.models import owner_messages

KEPT = timedelta(days=30)
VISIBLE = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Letter:
    """Something to say to one person; `rows` are buttons as `cards` keeps them."""

    address: str
    text: str
    rows: Sequence[Sequence[Mapping[str, str]]] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    channel: str = "telegram"
    business_id: int | None = None
    notice_id: int | None = None
    about: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A letter as it is kept; `external_id` is the channel's, once it is sent."""

    id: int
    letter: Letter
    external_id: str | None
    lease: int
    attempts: int
    created_at: datetime


def put(conn: Connection, letter: Letter, now: datetime, due_at: datetime | None = None) -> int:
    """Store it and make it due, now or later; its id."""
    values: dict[str, Any] = {
        "business_id": letter.business_id,
        "notice_id": letter.notice_id,
        "channel": letter.channel,
        "address": letter.address,
        "about": letter.about,
        "text": letter.text,
        "buttons": [[dict(key) for key in row] for row in letter.rows],
        "context": dict(letter.context),
        "created_at": now,
        "due_at": due_at or now,
    }
    return add(conn, owner_messages, values)


def take(conn: Connection, now: datetime, worker: str, limit: int) -> list[Kept]:
    """Claim what is due, oldest first."""
    rows = claim(conn, owner_messages, now, worker, limit=limit, visibility=VISIBLE)
    return [_kept(row) for row in rows]


def sent(conn: Connection, kept: Kept, external_id: str) -> None:
    """The person has it."""
    finish(conn, owner_messages, kept.id, kept.lease, outcome="sent", external_id=external_id[:64])


def merged(conn: Connection, kept: Kept) -> None:
    """It went as a line of a digest."""
    finish(conn, owner_messages, kept.id, kept.lease, outcome="merged")


def not_sent(conn: Connection, kept: Kept, problem: str, again: datetime | None) -> None:
    """Try later, or (None) never."""
    finish(
        conn,
        owner_messages,
        kept.id,
        kept.lease,
        due_at=again,
        keep_attempts=again is not None,
        problem=problem[:200],
        **({} if again else {"outcome": "given_up"}),
    )


def get(conn: Connection, message_id: int, address: str) -> Kept | None:
    """One letter, if it was to this address: a press proves no more than where it came from."""
    row = one(conn, owner_messages, {"id": message_id}, everywhere=True)
    if row is None or row.address != address or row.channel != "telegram":
        return None
    return _kept(row)


def answered(conn: Connection, address: str, external_id: str) -> Kept | None:
    """The letter that a reply answers."""
    mine = {"channel": "telegram", "address": address, "external_id": external_id}
    row = conn.execute(
        across_salons(
            select(owner_messages)
            .where(*(owner_messages.c[name] == value for name, value in mine.items()))
            .order_by(owner_messages.c.id.desc())
            .limit(1)
        )
    ).first()
    return _kept(row) if row else None


def of_notice(conn: Connection, business_id: int, notice_id: int) -> list[Kept]:
    """Every copy of a notice that was sent."""
    rows = conn.execute(
        select(owner_messages).where(
            owner_messages.c.business_id == business_id,
            owner_messages.c.notice_id == notice_id,
            owner_messages.c.external_id.is_not(None),
        )
    )
    return [_kept(row) for row in rows]


def counts(conn: Connection, address: str, about: str, since: datetime) -> tuple[int, int]:
    """How much this person was sent since a moment: about one thing, and in all."""
    row = conn.execute(
        across_salons(
            select(
                func.count().filter(owner_messages.c.about == about).label("about"),
                func.count().label("everything"),
            ).where(
                owner_messages.c.address == address,
                owner_messages.c.created_at > since,
            )
        )
    ).one()
    return row.about, row.everything


def forget(conn: Connection, now: datetime) -> None:
    """What is so old that nobody answers it goes."""
    old = (owner_messages.c.created_at < now - KEPT) & owner_messages.c.due_at.is_(None)
    conn.execute(across_salons(delete(owner_messages).where(old)))


def _kept(row: Row[Any]) -> Kept:
    letter = Letter(
        address=row.address,
        text=row.text,
        rows=row.buttons,
        context=row.context,
        channel=row.channel,
        business_id=row.business_id,
        notice_id=row.notice_id,
        about=row.about,
    )
    return Kept(row.id, letter, row.external_id, row.lease, row.attempts, row.created_at)
