"""What was said, for whoever needs to look: the turn, the operator, the dashboard."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Row, Select, bindparam, func, select

from beautybot.businesses import salons
from beautybot.businesses.models import channel_accounts
from beautybot.businesses.salons import Business
from beautybot.channels.base import Kind
from beautybot.conversations import clients, first_words, handoff
from beautybot.conversations.clients import Client
from beautybot.conversations.first_words import Spoken
from beautybot.conversations.handoff import Handoff
from beautybot.conversations.models import clients as clients_table, conversations, messages, turns
from beautybot.conversations.turns import Claim
from beautybot.kit.db import one
from beautybot.kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class Message:
    """One item of a conversation; `sent_at` is the channel's time if it came from the client."""

    id: int
    direction: str
    author: str
    kind: Kind
    text: str
    payload: Mapping[str, Any]
    external_id: str | None
    sent_at: datetime
    created_at: datetime
    status: str
    problem: str | None
    turn_id: int | None


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything a turn looks at before it thinks."""

    claim: Claim
    business: Business
    client: Client
    channel: str
    account_id: int
    address: str
    state: str
    memory: Mapping[str, Any]
    last_message_at: datetime | None
    handoff: Handoff | None
    unanswered: tuple[Message, ...]
    earlier: tuple[Message, ...]
    spoken: Spoken | None = None
    agent_answers: bool = True

    @property
    def needs_answer(self) -> bool:
        """False when a person is answering, the agent is off, or there is nothing to answer."""
        return self.pressed_reminder or (bool(self.unanswered) and not self.agent_is_silent)

    @property
    def agent_is_silent(self) -> bool:
        """True where the agent is off or not at work, or a person is answering."""
        return self.handoff is not None or not self.agent_answers

    @property
    def pressed_reminder(self) -> bool:
        """True when all that was said is buttons of ours that work without the agent."""
        return bool(self.unanswered) and all(
            str(m.payload.get("id", "")).startswith(first_words.BUTTONS) for m in self.unanswered
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in a list."""

    id: int
    channel: str
    client_id: int
    client_name: str | None
    client_address: str
    state: str
    handoff: Handoff | None
    messages: int
    last_text: str
    last_author: str
    last_message_at: datetime | None


@dataclass(frozen=True, slots=True)
class TurnTrace:
    """What was understood and decided in one turn."""

    id: int
    at: datetime
    state_before: str
    state_after: str
    trace: Mapping[str, Any]


def since_last_reply(conn: Connection, claim: Claim, now: datetime, *, earlier: int = 10) -> Seen:
    """What the client said since our last reply, with all that the turn needs to know."""
    mine = {"business": claim.business_id, "conversation": claim.conversation_id}
    answered = mine | {"answered": claim.answered_seq}
    row = conn.execute(_CONVERSATION, mine).one()
    heard = answered | {"newest": claim.inbound_seq}
    unanswered = conn.execute(_UNANSWERED, heard).all()[::-1]
    before = conn.execute(_BEFORE, answered | {"most": earlier}).all()
    business = salons.get(conn, claim.business_id)
    return Seen(
        claim=claim,
        business=business,
        agent_answers=business.agent_answers(now, row.channel),
        client=clients.get(conn, claim.business_id, row.client_id),
        channel=row.channel,
        account_id=row.account_id,
        address=row.address,
        state=row.state,
        memory=row.memory,
        last_message_at=before[0].created_at if before else None,
        handoff=handoff.current(conn, claim.business_id, claim.conversation_id, now),
        unanswered=tuple(_message(m) for m in unanswered),
        earlier=tuple(_message(m) for m in reversed(before)),
        spoken=first_words.before(conn, claim.business_id, claim.conversation_id, unanswered),
    )


MOST_HEARD = 60
"""Of what a client said since our last reply: who floods a chat is answered by the end of it."""
_BUSINESS: Any = bindparam("business")
_CONVERSATION = (
    select(conversations, channel_accounts.c.channel)
    .join(channel_accounts, channel_accounts.c.id == conversations.c.account_id)
    .where(
        conversations.c.business_id == _BUSINESS,
        channel_accounts.c.business_id == _BUSINESS,
        conversations.c.id == bindparam("conversation"),
    )
)
_MESSAGES = select(messages).where(
    messages.c.business_id == _BUSINESS,
    messages.c.conversation_id == bindparam("conversation"),
)
_UNANSWERED = (
    _MESSAGES.where(
        messages.c.direction == "inbound",
        messages.c.status == "received",
        messages.c.id > bindparam("answered"),
        messages.c.id <= bindparam("newest"),
    )
    .order_by(messages.c.sent_at.desc(), messages.c.id.desc())
    .limit(MOST_HEARD)
)
_BEFORE = (
    _MESSAGES.where(messages.c.id <= bindparam("answered"))
    .order_by(messages.c.id.desc())
    .limit(bindparam("most", type_=Integer))
)


def listing(
    conn: Connection,
    business_id: int,
    now: datetime,
    *,
    limit: int = 100,
    offset: int = 0,
    only: Collection[int] | None = None,
) -> list[Summary]:
    """The conversations of a salon, the liveliest first; `only` those of these ids."""
    rows = conn.execute(_listed(business_id, only).limit(limit).offset(offset)).all()
    said = _last_said(conn, business_id, [row.id for row in rows])
    open_now = handoff.all_open(conn, business_id, now)
    return [_summary(row, said.get(row.id), open_now.get(row.id)) for row in rows]


def get(conn: Connection, business_id: int, conversation_id: int, now: datetime) -> Summary:
    """One conversation of that salon; NotFound."""
    found = listing(conn, business_id, now, limit=1, only=[conversation_id])
    if not found:
        raise NotFound("there is no such conversation")
    return found[0]


def _listed(business_id: int, only: Collection[int] | None) -> Select[Any]:
    query = (
        select(conversations, channel_accounts.c.channel, clients_table.c.name)
        .join(channel_accounts, channel_accounts.c.id == conversations.c.account_id)
        .join(clients_table, clients_table.c.id == conversations.c.client_id)
        .where(
            conversations.c.business_id == business_id,
            channel_accounts.c.business_id == business_id,
            clients_table.c.business_id == business_id,
        )
        .order_by(conversations.c.last_message_at.desc().nulls_last(), conversations.c.id.desc())
    )
    return query if only is None else query.where(conversations.c.id.in_(only))


def _last_said(
    conn: Connection, business_id: int, ids: Collection[int]
) -> dict[int, tuple[int, str, str]]:
    """For each of the conversations: how many messages, the last one's author and text."""
    counts = (
        select(func.count().label("total"), func.max(messages.c.id).label("last"))
        .where(messages.c.business_id == business_id, messages.c.conversation_id.in_(ids))
        .group_by(messages.c.conversation_id)
        .subquery()
    )
    rows = conn.execute(
        select(messages.c.conversation_id, counts.c.total, messages.c.author, messages.c.text)
        .join(counts, counts.c.last == messages.c.id)
        .where(messages.c.business_id == business_id)
    )
    return {r.conversation_id: (r.total, r.author, r.text) for r in rows}


def account_of(conn: Connection, business_id: int, conversation_id: int) -> int:
    """The account a conversation is held on; NotFound."""
    row = one(conn, conversations, {"business_id": business_id, "id": conversation_id})
    if row is None:
        raise NotFound("there is no such conversation")
    account_id: int = row.account_id
    return account_id


def thread(
    conn: Connection,
    business_id: int,
    conversation_id: int,
    *,
    limit: int = 200,
    before: int | None = None,
) -> list[Message]:
    """The newest messages of a conversation, oldest first; `before` an id if one is given."""
    query = select(messages).where(
        messages.c.business_id == business_id, messages.c.conversation_id == conversation_id
    )
    if before is not None:
        query = query.where(messages.c.id < before)
    rows = conn.execute(query.order_by(messages.c.id.desc()).limit(limit)).all()
    return [_message(row) for row in reversed(rows)]


def traces(
    conn: Connection, business_id: int, conversation_id: int, only: Collection[int] | None = None
) -> list[TurnTrace]:
    """The traces of a conversation's turns, oldest first; `only` those of these ids."""
    query = select(turns).where(
        turns.c.business_id == business_id, turns.c.conversation_id == conversation_id
    )
    if only is not None:
        query = query.where(turns.c.id.in_(only))
    rows = conn.execute(query.order_by(turns.c.id))
    return [TurnTrace(r.id, r.at, r.state_before, r.state_after, r.trace) for r in rows]


def sent_message(conn: Connection, business_id: int, message_id: int) -> Message | None:
    """One message by id: to ask whether the channel had accepted it, and when."""
    row = conn.execute(
        select(messages).where(messages.c.business_id == business_id, messages.c.id == message_id)
    ).one_or_none()
    return _message(row) if row else None


def _message(row: Row[Any]) -> Message:
    columns = row._mapping
    given = {field.name: columns[field.name] for field in fields(Message)}
    return Message(**given | {"kind": Kind(row.kind)})


def _summary(
    row: Row[Any], said: tuple[int, str, str] | None, open_handoff: Handoff | None
) -> Summary:
    total, author, text = said or (0, "", "")
    return Summary(
        id=row.id,
        channel=row.channel,
        client_id=row.client_id,
        client_name=row.name,
        client_address=row.address,
        state=row.state,
        handoff=open_handoff,
        messages=total,
        last_text=text,
        last_author=author,
        last_message_at=row.last_message_at,
    )
