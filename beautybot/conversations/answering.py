"""A person of the salon answers a client themselves, from wherever they are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from beautybot.conversations import clients, handoff, outbox, turns
from beautybot.conversations.clients import Client
from beautybot.conversations.envelope import Weight
from beautybot.conversations.models import conversations
from beautybot.conversations.outbox import Draft
from beautybot.kit.db import one
from beautybot.kit.errors import NotFound


def take(conn: Connection, business_id: int, conversation_id: int, who: str, now: datetime) -> bool:
    """
    A person answers from now on; what the agent still had to say is not sent.

    A turn that is thinking at this moment writes nothing: silence begins at once.

    False if that person had it already.  NotFound.
    """
    client_of(conn, business_id, conversation_id)
    turns.interrupt(conn, business_id, conversation_id)
    handoff.start(conn, business_id, conversation_id, reason="taken", by=who, now=now)
    outbox.silence(conn, business_id, conversation_id)
    return handoff.claim(conn, business_id, conversation_id, who)


def give_back(conn: Connection, business_id: int, conversation_id: int, now: datetime) -> bool:
    """The agent answers again, from the next message on; False if it did.  NotFound."""
    client_of(conn, business_id, conversation_id)
    return handoff.end(conn, business_id, conversation_id, now)


def say(
    conn: Connection, business_id: int, conversation_id: int, who: str, text: str, now: datetime
) -> int:
    """Put a person's words into the client's own channel; the id of the message.  NotFound."""
    row = one(conn, conversations, {"business_id": business_id, "id": conversation_id})
    if row is None:
        raise NotFound("there is no such conversation")
    return outbox.put(
        conn,
        business_id=business_id,
        conversation_id=conversation_id,
        account_id=row.account_id,
        draft=Draft(text, weight=Weight.PERSON, author=who),
        now=now,
    )


def client_of(conn: Connection, business_id: int, conversation_id: int) -> Client:
    """Who the salon speaks with in a conversation; NotFound."""
    row = one(conn, conversations, {"business_id": business_id, "id": conversation_id})
    if row is None:
        raise NotFound("there is no such conversation")
    return clients.get(conn, business_id, row.client_id)
