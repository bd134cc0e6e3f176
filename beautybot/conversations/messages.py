"""The only writer of messages: what was said, once, with what the channel knows of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from beautybot.businesses.access import ChannelAccount
from beautybot.channels.base import Echo, InboundMessage
from beautybot.conversations.models import conversations, messages, outbox
from beautybot.kit.db import add, add_many_once, add_once, change, insert
from beautybot.kit.text import clean


def keep_inbound(
    conn: Connection,
    account: ChannelAccount,
    conversation_id: int,
    items: Sequence[InboundMessage],
    now: datetime,
) -> list[int]:
    """Store what a client wrote; the ids of what the channel has not delivered before."""
    rows = [_inbound(account, conversation_id, item, now) for item in items]
    if len(rows) > 1:
        return add_many_once(conn, messages, rows)
    made = add_once(conn, messages, rows[0])
    return [] if made is None else [made]


def _inbound(
    account: ChannelAccount, conversation_id: int, item: InboundMessage, now: datetime
) -> dict[str, Any]:
    return {
        "business_id": account.business_id,
        "conversation_id": conversation_id,
        "direction": "inbound",
        "author": "client",
        "kind": item.kind,
        "text": clean(item.text),
        "payload": dict(item.payload),
        "account_id": account.id,
        "external_id": item.external_id[:200],
        "sent_at": item.sent_at,
        "created_at": now,
        "status": "received" if item.wants_turn else "silent",
    }


def keep_echo(
    conn: Connection, account: ChannelAccount, conversation_id: int, item: Echo, now: datetime
) -> bool:
    """Store what the salon itself wrote from its phone; False if it is known already."""
    kept = conn.execute(
        insert(conn, messages)
        .values(
            business_id=account.business_id,
            conversation_id=conversation_id,
            direction="outbound",
            author="owner",
            kind="text",
            text=clean(item.text),
            payload={},
            account_id=account.id,
            external_id=item.external_id[:200],
            sent_at=item.sent_at,
            created_at=now,
            status="sent",
        )
        .on_conflict_do_nothing()
    )
    return kept.rowcount > 0


def keep_outbound(
    conn: Connection,
    *,
    business_id: int,
    conversation_id: int,
    account_id: int,
    author: str,
    text: str,
    payload: Mapping[str, Any],
    turn_id: int | None,
    now: datetime,
) -> int:
    """Store what we are about to say; the outbox sends it."""
    kept = add(
        conn,
        messages,
        {
            "business_id": business_id,
            "conversation_id": conversation_id,
            "direction": "outbound",
            "author": author,
            "kind": "text",
            "text": text,
            "payload": dict(payload),
            "account_id": account_id,
            "sent_at": now,
            "created_at": now,
            "status": "queued",
            "turn_id": turn_id,
        },
    )
    mine = {"business_id": business_id, "id": conversation_id}
    change(conn, conversations, mine, {"last_message_at": now})
    return kept


def reword(conn: Connection, business_id: int, message_id: int, text: str) -> None:
    """Say the same in other words; only what has not left yet may be reworded."""
    conn.execute(
        update(messages)
        .where(messages.c.business_id == business_id, messages.c.id == message_id)
        .values(text=text)
    )


def heard(conn: Connection, business_id: int, message_id: int, words: str) -> None:
    """A voice note has words now; where they come from stays known."""
    mine = (messages.c.business_id == business_id, messages.c.id == message_id)
    payload = conn.execute(select(messages.c.payload).where(*mine)).scalar_one()
    kept = {"text": clean(words), "payload": {**payload, "heard": True}}
    conn.execute(update(messages).where(*mine).values(**kept))


def mark(conn: Connection, business_id: int, message_id: int, **values: Any) -> None:
    """Note what became of a message: status, external id, the time it was sent, the problem."""
    change(conn, messages, {"business_id": business_id, "id": message_id}, values)


def mark_parts(conn: Connection, business_id: int, message_id: int, parts_sent: int) -> None:
    """Note how many bubbles of a long text the channel has taken, so that none goes twice."""
    mine = (messages.c.business_id == business_id, messages.c.id == message_id)
    payload = conn.execute(select(messages.c.payload).where(*mine)).scalar_one()
    conn.execute(
        update(messages).where(*mine).values(payload={**payload, "parts_sent": parts_sent})
    )


def edit(
    conn: Connection, account: ChannelAccount, external_id: str, text: str | None, now: datetime
) -> None:
    """
    Put the changed words in place of the old, or mark them taken back (`text` None).

    A message no turn has answered yet is answered in its new form; what was
    answered stays answered.
    """
    mine = (
        messages.c.business_id == account.business_id,
        messages.c.account_id == account.id,
        messages.c.external_id == external_id,
    )
    row = conn.execute(select(messages.c.conversation_id).where(*mine)).one_or_none()
    if row is None:
        return
    values = {"status": "revoked"} if text is None else {"text": clean(text)}
    conn.execute(update(messages).where(*mine).values(**values))


def open_conversation(
    conn: Connection, account: ChannelAccount, client_id: int, address: str, now: datetime
) -> None:
    """Start the conversation of a client on an account; there is only ever one."""
    conn.execute(
        insert(conn, conversations)
        .values(
            business_id=account.business_id,
            account_id=account.id,
            client_id=client_id,
            address=address[:160],
            memory={},
            created_at=now,
        )
        .on_conflict_do_nothing()
    )


def forget(conn: Connection, business_id: int, before: datetime, limit: int) -> int:
    """
    Drop messages of before a moment, so many at most; how many went.

    What waits to be sent stays.  So does the newest, without its words: SQLite
    would give its number again, and others remember numbers.
    """
    mine = messages.c.business_id == business_id
    waits = select(outbox.c.message_id).where(outbox.c.business_id == business_id)
    old = (mine, messages.c.created_at < before, messages.c.id.not_in(waits))
    newest = messages.c.id == select(func.max(messages.c.id)).where(mine).scalar_subquery()
    conn.execute(update(messages).where(*old, newest).values(text="", payload={}))
    some = list(conn.execute(select(messages.c.id).where(*old, ~newest).limit(limit)).scalars())
    conn.execute(delete(messages).where(mine, messages.c.id.in_(some)))
    return len(some)
