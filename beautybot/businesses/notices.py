"""What a salon's people must hear: kept for the dashboard, told by the global bot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from beautybot.businesses.models import notices
from beautybot.kit.db import insert, one


class NoticeKind(StrEnum):
    """Why a salon's people are told."""

    BOOKED = "booked"
    MOVED = "moved"
    CANCELLED = "cancelled"
    HANDOFF = "handoff"
    QUESTION = "question"
    LATE = "late"
    SUPPORT = "support"
    CHANNEL_BROKEN = "channel_broken"
    NOT_DELIVERED = "not_delivered"
    MODEL_BROKEN = "model_broken"
    TROUBLE = "trouble"
    WANTED = "wanted"  # a time asked for on the booking page, for the salon to confirm
    CLIENT_WRITES = "client_writes"  # while a person of the salon answers
    PLAN = "plan"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell; `text` is Russian and final, client words in it are quoted and cut."""

    id: int
    business_id: int
    kind: NoticeKind
    text: str
    details: Mapping[str, Any]
    created_at: datetime
    told_at: datetime | None
    settled_by: str | None = None


def put(
    conn: Connection,
    *,
    business_id: int,
    kind: NoticeKind,
    key: str,
    text: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
    told: bool = True,
) -> bool:
    """
    Tell once: a second notice of the same kind and key is dropped and gives False.

    `told` False: it is kept for the dashboard and not sent.
    """
    done = conn.execute(
        insert(conn, notices)
        .values(
            business_id=business_id,
            kind=kind,
            key=key[:120],
            text=text,
            details=dict(details or {}),
            created_at=now,
            due_at=now if told else None,
        )
        .on_conflict_do_nothing()
    )
    return done.rowcount > 0


def count(
    conn: Connection, business_id: int, kind: NoticeKind, key_begins: str, *, most: int = 100_000
) -> int:
    """How many notices of a kind have a key that begins so; none is looked for beyond `most`."""
    found = (
        select(notices.c.id)
        .where(
            notices.c.business_id == business_id,
            notices.c.kind == kind,
            notices.c.key.startswith(key_begins, autoescape=True),
        )
        .order_by(notices.c.id.desc())
        .limit(most)
    )
    many: int = conn.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    return many


def of_keys(
    conn: Connection, business_id: int, kind: NoticeKind, keys: Sequence[str]
) -> Notice | None:
    """The newest notice of a kind that has one of these keys."""
    row = conn.execute(
        select(notices)
        .where(
            notices.c.business_id == business_id,
            notices.c.kind == kind,
            notices.c.key.in_([key[:120] for key in keys]),
        )
        .order_by(notices.c.id.desc())
        .limit(1)
    ).first()
    return notice(row) if row else None


def listing(conn: Connection, business_id: int, *, limit: int = 50) -> list[Notice]:
    """The newest notices of a salon, newest first."""
    rows = conn.execute(
        select(notices)
        .where(notices.c.business_id == business_id)
        .order_by(notices.c.id.desc())
        .limit(limit)
    )
    return [notice(row) for row in rows]


def get(conn: Connection, business_id: int, notice_id: int) -> Notice | None:
    """One notice of that salon."""
    row = one(conn, notices, {"business_id": business_id, "id": notice_id})
    return notice(row) if row else None


def settle(conn: Connection, business_id: int, notice_id: int, who: str) -> bool:
    """Somebody dealt with it; False if another did before."""
    done = conn.execute(
        update(notices)
        .where(
            notices.c.business_id == business_id,
            notices.c.id == notice_id,
            notices.c.settled_by.is_(None),
        )
        .values(settled_by=who)
    )
    return done.rowcount > 0


def notice(row: Row[Any]) -> Notice:
    """A row as a value."""
    return Notice(
        id=row.id,
        business_id=row.business_id,
        kind=NoticeKind(row.kind),
        text=row.text,
        details=row.details,
        created_at=row.created_at,
        told_at=row.told_at,
        settled_by=row.settled_by,
    )
