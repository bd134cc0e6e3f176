"""A person is answering: a record of who, why and since when.  While it is open, silence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update

from beautybot.businesses import salons
from beautybot.conversations.models import conversations, handoffs, messages
from beautybot.kit.db import across_salons


@dataclass(frozen=True, slots=True)
class Handoff:
    """An open hand-off; `by` is client, agent, owner or user:7, `claimed_by` who answers."""

    id: int
    conversation_id: int
    reason: str
    by: str
    summary: str
    since: datetime
    until: datetime | None
    claimed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A client who was promised a person and has not heard from one."""

    business_id: int
    account_id: int
    handoff: Handoff


def current(
    conn: Connection, business_id: int, conversation_id: int, now: datetime
) -> Handoff | None:
    """The hand-off that is open now, if any."""
    given = {"business": business_id, "conversation": conversation_id, "now": now}
    row = conn.execute(_CURRENT, given).first()
    return _handoff(row) if row else None


def all_open(conn: Connection, business_id: int, now: datetime) -> dict[int, Handoff]:
    """The open hand-offs of a salon by conversation."""
    rows = conn.execute(_open(business_id, now))
    return {row.conversation_id: _handoff(row) for row in rows}


def start(
    conn: Connection,
    business_id: int,
    conversation_id: int,
    *,
    reason: str,
    by: str,
    now: datetime,
    summary: str = "",
) -> bool:
    """
    Hand the conversation to a person; if one has it already, only the time is renewed.

    A person who went quiet gives the client back after the salon's `handoff_h`.
    """
    if renew(conn, business_id, conversation_id, now):
        return False
    conn.execute(
        insert(handoffs).values(
            business_id=business_id,
            conversation_id=conversation_id,
            reason=reason,
            by=by,
            summary=summary,
            since=now,
            until=now + _mute(conn, business_id),
        )
    )
    return True


def claim(conn: Connection, business_id: int, conversation_id: int, who: str) -> bool:
    """This person has the open hand-off from now on; False if they had it already."""
    done = conn.execute(
        update(handoffs)
        .where(
            handoffs.c.business_id == business_id,
            handoffs.c.conversation_id == conversation_id,
            handoffs.c.ended_at.is_(None),
            handoffs.c.claimed_by.is_distinct_from(who),
        )
        .values(claimed_by=who)
    )
    return done.rowcount > 0


def renew(conn: Connection, business_id: int, conversation_id: int, now: datetime) -> bool:
    """A person wrote again: the agent stays silent longer.  False if nobody had taken over."""
    done = conn.execute(
        update(handoffs)
        .where(
            handoffs.c.business_id == business_id,
            handoffs.c.conversation_id == conversation_id,
            handoffs.c.ended_at.is_(None),
            or_(handoffs.c.until.is_(None), handoffs.c.until > now),
        )
        .values(until=now + _mute(conn, business_id))
    )
    return done.rowcount > 0


def end(conn: Connection, business_id: int, conversation_id: int, now: datetime) -> bool:
    """Give the conversation back to the agent; False if it had it."""
    done = conn.execute(
        update(handoffs)
        .where(
            handoffs.c.business_id == business_id,
            handoffs.c.conversation_id == conversation_id,
            handoffs.c.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    return done.rowcount > 0


def unanswered(
    conn: Connection, now: datetime, *, since: datetime, until: datetime
) -> list[Waiting]:
    """Every salon's open hand-offs begun in that span in which no person has written yet."""
    written = (
        select(messages.c.id)
        .where(
            messages.c.business_id == handoffs.c.business_id,
            messages.c.conversation_id == handoffs.c.conversation_id,
            messages.c.direction == "outbound",
            messages.c.author.not_in(("agent", "system")),
            messages.c.created_at >= handoffs.c.since,
        )
        .exists()
    )
    rows = conn.execute(
        across_salons(
            select(handoffs, conversations.c.account_id)
            .join(
                conversations,
                (conversations.c.id == handoffs.c.conversation_id)
                & (conversations.c.business_id == handoffs.c.business_id),
            )
            .where(
                handoffs.c.ended_at.is_(None),
                or_(handoffs.c.until.is_(None), handoffs.c.until > now),
                handoffs.c.since > since,
                handoffs.c.since <= until,
                handoffs.c.by.in_(("client", "agent")),
                ~written,
            )
            .order_by(handoffs.c.id)
        )
    )
    return [Waiting(row.business_id, row.account_id, _handoff(row)) for row in rows]


def _mute(conn: Connection, business_id: int) -> timedelta:
    return timedelta(hours=salons.get(conn, business_id).settings.handoff_h)


def _open(business_id: int, now: datetime) -> Any:
    return (
        select(handoffs)
        .where(
            handoffs.c.business_id == business_id,
            handoffs.c.ended_at.is_(None),
            or_(handoffs.c.until.is_(None), handoffs.c.until > now),
        )
        .order_by(handoffs.c.id.desc())
    )


def _handoff(row: Row[Any]) -> Handoff:
    return Handoff(
        id=row.id,
        conversation_id=row.conversation_id,
        reason=row.reason,
        by=row.by,
        summary=row.summary,
        since=row.since,
        until=row.until,
        claimed_by=row.claimed_by,
    )


_CURRENT = (
    select(handoffs)
    .where(
        handoffs.c.business_id == bindparam("business"),
        handoffs.c.conversation_id == bindparam("conversation"),
        handoffs.c.ended_at.is_(None),
        or_(
            handoffs.c.until.is_(None),
            handoffs.c.until > bindparam("now", type_=handoffs.c.until.type),
        ),
    )
    .order_by(handoffs.c.id.desc())
    .limit(1)
)
