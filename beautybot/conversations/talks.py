"""The salon's inbox as people see it: what is unread, who waits for a person, what is new."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select

from beautybot.conversations import history
from beautybot.conversations.history import Summary
from beautybot.conversations.models import (
    clients,
    conversations,
    handoffs,
    messages,
    outbox,
    talk_marks,
)
from beautybot.kit.db import insert

MOST_TIMED = 2_000


class Only(StrEnum):
    """Which conversations are wanted."""

    ALL = "all"
    UNREAD = "unread"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation in the inbox; `unread` is how many of the client's messages nobody saw."""

    summary: Summary
    unread: int


def inbox(
    conn: Connection,
    business_id: int,
    now: datetime,
    *,
    only: Only = Only.ALL,
    words: str = "",
    limit: int = 30,
    offset: int = 0,
) -> list[Talk]:
    """A page of conversations, the liveliest first; `words` look in names and addresses."""
    query = _wanted(business_id, only, now)
    if words:
        query = query.join(clients, clients.c.id == conversations.c.client_id).where(
            clients.c.business_id == business_id, _named(words)
        )
    newest = conversations.c.last_message_at.desc().nulls_last()
    page = query.order_by(newest, conversations.c.id.desc()).limit(limit).offset(offset)
    ids = [row.id for row in conn.execute(page)]
    if not ids:
        return []
    unread = _unread(conn, business_id, ids)
    found = history.listing(conn, business_id, now, limit=len(ids), only=ids)
    return [Talk(summary, unread.get(summary.id, 0)) for summary in found]


def waiting(conn: Connection, business_id: int, now: datetime) -> int:
    """How many conversations a person has to answer."""
    open_now = select(func.count(func.distinct(handoffs.c.conversation_id))).where(
        *_open(business_id, now)
    )
    count: int = conn.execute(open_now).scalar_one()
    return count


def unread(conn: Connection, business_id: int, *, most: int = 100) -> int:
    """How many conversations hold what nobody has read; `most` and more are `most`."""
    some = _wanted(business_id, Only.UNREAD, datetime.max.replace(tzinfo=UTC)).limit(most)
    count: int = conn.execute(select(func.count()).select_from(some.subquery())).scalar_one()
    return count


def is_unread(conn: Connection, business_id: int, conversation_id: int) -> bool:
    """True if the conversation holds what nobody has read."""
    some = _wanted(business_id, Only.UNREAD, datetime.max.replace(tzinfo=UTC))
    found = conn.execute(some.where(conversations.c.id == conversation_id).limit(1))
    return found.first() is not None


def see(conn: Connection, business_id: int, conversation_id: int, now: datetime) -> None:
    """Somebody of the salon has read the conversation to its end."""
    newest = conn.execute(
        select(func.max(messages.c.id)).where(
            messages.c.business_id == business_id, messages.c.conversation_id == conversation_id
        )
    ).scalar_one()
    values = {"seen_id": newest or 0, "at": now}
    conn.execute(
        insert(conn, talk_marks)
        .values(business_id=business_id, conversation_id=conversation_id, **values)
        .on_conflict_do_update(index_elements=["conversation_id"], set_=values)
    )


def pulse(conn: Connection, business_id: int) -> str:
    """A word that changes with every message, hand-over and delivery of a salon."""
    said = select(func.max(conversations.c.last_message_at)).where(
        conversations.c.business_id == business_id
    )
    taken = select(func.max(handoffs.c.id)).where(handoffs.c.business_id == business_id)
    ended = select(func.max(handoffs.c.ended_at)).where(handoffs.c.business_id == business_id)
    claimed = select(func.count(handoffs.c.claimed_by)).where(
        handoffs.c.business_id == business_id, handoffs.c.ended_at.is_(None)
    )
    leaving = select(func.count()).where(outbox.c.business_id == business_id)
    parts = (said, taken, ended, claimed, leaving)
    row = conn.execute(select(*(part.scalar_subquery() for part in parts))).one()
    return "-".join(str(value or 0) for value in row).replace(" ", "T")


def marks(conn: Connection, business_id: int, ids: Collection[int]) -> dict[int, str]:
    """A word for each of the conversations that changes with all that is said and done in it."""
    mine = (conversations.c.business_id == business_id, conversations.c.id.in_(ids))
    of_talk = {
        table: (table.c.business_id == business_id, table.c.conversation_id == conversations.c.id)
        for table in (handoffs, outbox)
    }
    columns = (
        select(func.max(handoffs.c.id)).where(*of_talk[handoffs]),
        select(func.max(handoffs.c.ended_at)).where(*of_talk[handoffs]),
        select(func.count(handoffs.c.claimed_by)).where(*of_talk[handoffs]),
        select(func.count()).select_from(outbox).where(*of_talk[outbox]),
    )
    found = conn.execute(
        select(
            conversations.c.id,
            conversations.c.last_message_at,
            conversations.c.state,
            *(column.scalar_subquery() for column in columns),
        ).where(*mine)
    )
    return {row[0]: "-".join(str(value or 0) for value in row[1:]) for row in found}


def talks_since(conn: Connection, business_id: int, since: datetime) -> int:
    """How many conversations a client wrote in since a moment."""
    count: int = conn.execute(
        select(func.count()).where(
            conversations.c.business_id == business_id, conversations.c.last_inbound_at >= since
        )
    ).scalar_one()
    return count


def response_times(conn: Connection, business_id: int, since: datetime) -> list[timedelta]:
    """From a client's message to our next one, of the newest few thousand messages."""
    rows = conn.execute(
        select(messages.c.conversation_id, messages.c.direction, messages.c.created_at)
        .where(messages.c.business_id == business_id, messages.c.created_at >= since)
        .order_by(messages.c.created_at.desc(), messages.c.id.desc())
        .limit(MOST_TIMED)
    ).all()
    asked: dict[int, datetime] = {}
    took: list[timedelta] = []
    for row in reversed(rows):
        if row.direction == "inbound":
            asked.setdefault(row.conversation_id, row.created_at)
        elif (at := asked.pop(row.conversation_id, None)) is not None:
            took.append(row.created_at - at)
    return took


def _wanted(business_id: int, only: Only, now: datetime) -> Select[Any]:
    query = select(conversations.c.id).where(conversations.c.business_id == business_id)
    if only is Only.WAITING:
        open_now = select(handoffs.c.conversation_id).where(*_open(business_id, now))
        return query.where(conversations.c.id.in_(open_now))
    if only is Only.UNREAD:
        seen = (
            select(func.coalesce(func.max(talk_marks.c.seen_id), 0))
            .where(
                talk_marks.c.business_id == business_id,
                talk_marks.c.conversation_id == conversations.c.id,
            )
            .scalar_subquery()
        )
        return query.where(
            exists(
                select(messages.c.id).where(
                    messages.c.business_id == business_id,
                    messages.c.conversation_id == conversations.c.id,
                    messages.c.direction == "inbound",
                    messages.c.id > seen,
                )
            )
        )
    return query


def _unread(conn: Connection, business_id: int, ids: list[int]) -> Mapping[int, int]:
    rows = conn.execute(
        select(messages.c.conversation_id, func.count().label("unread"))
        .outerjoin(
            talk_marks,
            (talk_marks.c.conversation_id == messages.c.conversation_id)
            & (talk_marks.c.business_id == business_id),
        )
        .where(
            messages.c.business_id == business_id,
            messages.c.conversation_id.in_(ids),
            messages.c.direction == "inbound",
            messages.c.id > func.coalesce(talk_marks.c.seen_id, 0),
        )
        .group_by(messages.c.conversation_id)
    )
    return {row.conversation_id: row.unread for row in rows}


def _named(words: str) -> ColumnElement[bool]:
    return or_(
        *(clients.c.name.contains(w, autoescape=True) for w in {words, words.capitalize()}),
        clients.c.phone.contains(words, autoescape=True),
        conversations.c.address.contains(words, autoescape=True),
    )


def _open(business_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Handed over, and no person has answered the client's newest message yet."""
    heard, said = messages.alias("heard"), messages.alias("said")
    newest = (
        select(heard.c.id)
        .where(
            heard.c.business_id == business_id,
            heard.c.conversation_id == handoffs.c.conversation_id,
            heard.c.direction == "inbound",
        )
        .order_by(heard.c.id.desc())
        .limit(1)
        .correlate(handoffs)
        .scalar_subquery()
    )
    person = or_(said.c.author.startswith("user:"), said.c.author == "owner")
    answered = (
        select(said.c.id)
        .where(
            said.c.business_id == business_id,
            said.c.conversation_id == handoffs.c.conversation_id,
            said.c.id > func.coalesce(newest, 0),
            said.c.direction == "outbound",
            or_(person, handoffs.c.reason == "taken"),  # answered before somebody took it
        )
        .correlate(handoffs)
    )
    return (
        handoffs.c.business_id == business_id,
        handoffs.c.ended_at.is_(None),
        or_(handoffs.c.until.is_(None), handoffs.c.until > now),
        ~exists(answered),
    )
