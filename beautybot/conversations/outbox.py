"""
The outbox: what must leave the house, in order, and what becomes of it.

A row lives until its message is settled.  Before the call to the channel it is
marked `sending`; a row that is found so again was interrupted, and nobody knows
whether the client has the message.  Then weight decides: a booking's
confirmation goes again (it shows the booking's number), small talk does not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from msgspec import to_builtins
from sqlalchemy import ColumnElement, Connection, and_, exists, func, select, update

from beautybot.businesses import credentials
from beautybot.businesses.models import channel_accounts
from beautybot.channels.base import Button, Template
from beautybot.conversations import messages as talk, pace
from beautybot.conversations.envelope import (
    Dropped,
    Envelope,
    Sending,
    Weight,
    loaded,
    sealed,
    why_not,
)
from beautybot.conversations.models import messages, outbox
from beautybot.kit.crypto import Keyring
from beautybot.kit.db import across_salons, add, change, remove as delete
from beautybot.kit.leases import LeaseLost, beginning, claim, finish

LIVES = {
    Weight.TALK: timedelta(hours=2),
    Weight.CONFIRMATION: timedelta(hours=20),
    Weight.REMINDER: timedelta(hours=3),
    Weight.PERSON: timedelta(hours=20),
}


def _may_go() -> tuple[ColumnElement[bool], ...]:
    """Only the first of a conversation, and only through an account that is not stopped."""
    first = outbox.alias("earlier")
    return (
        ~exists(
            select(first.c.id).where(
                first.c.business_id == outbox.c.business_id,
                first.c.conversation_id == outbox.c.conversation_id,
                first.c.id < outbox.c.id,
            )
        ),
        ~exists(
            select(channel_accounts.c.id).where(
                channel_accounts.c.business_id == outbox.c.business_id,
                channel_accounts.c.id == outbox.c.account_id,
                channel_accounts.c.stopped_at.is_not(None),
            )
        ),
    )


_MAY_GO = _may_go()


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to put: plain text, what can be pressed, how much it matters."""

    text: str
    buttons: tuple[Button, ...] = ()
    ask_contact: bool = False
    weight: Weight = Weight.TALK
    author: str = "agent"
    template: Template | None = None
    instead_of: int | None = None  # the message that could not go by its own channel
    until: datetime | None = None  # worth nothing later than that


@dataclass(frozen=True, slots=True)
class Drop:
    """A message that was settled without sending."""

    business_id: int
    conversation_id: int
    message_id: int
    weight: Weight
    why: str


def put(
    conn: Connection,
    *,
    business_id: int,
    conversation_id: int,
    account_id: int,
    draft: Draft,
    now: datetime,
    turn_id: int | None = None,
    wait: timedelta = timedelta(0),
) -> int:
    """Store a message and make it due, after `wait` if its words may still change; its id."""
    message_id = talk.keep_outbound(
        conn,
        business_id=business_id,
        conversation_id=conversation_id,
        account_id=account_id,
        author=draft.author,
        text=draft.text,
        payload=_payload(draft),
        turn_id=turn_id,
        now=now,
    )
    add(
        conn,
        outbox,
        {
            "business_id": business_id,
            "conversation_id": conversation_id,
            "message_id": message_id,
            "account_id": account_id,
            "weight": draft.weight,
            "created_at": now,
            "due_at": now + wait,
            "lease": beginning(),
            "expires_at": min(filter(None, (draft.until, now + LIVES[draft.weight]))),
        },
    )
    return message_id


def _payload(draft: Draft) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "buttons": [[b.id, b.title, b.description] for b in draft.buttons],
        "ask_contact": draft.ask_contact,
    }
    if draft.instead_of is not None:
        payload["instead_of"] = draft.instead_of
    if draft.template is not None:
        payload["template"] = to_builtins(draft.template)
    return payload


StillTrue = Callable[[Connection, int, int, datetime], bool]
"""Of a salon's message by its id: is what it speaks of as it was?"""


def take(
    conn: Connection,
    keyring: Keyring,
    now: datetime,
    worker: str,
    limit: int,
    still_true: StillTrue | None = None,
    but: Collection[int] = (),
) -> tuple[list[Envelope], list[Drop]]:
    """
    Claim what is due, the first of each conversation, and mark it `sending`.

    What is of the salons in `but` waits: enough of theirs is on its way.

    Whatever must not be sent any more is settled here and comes back as a Drop.
    `still_true` is asked of reminders, which may have waited for their channel.
    """
    rows = claim(conn, outbox, now, worker, limit=limit, where=_MAY_GO, but=but)
    envelopes: list[Envelope] = []
    drops: list[Drop] = []
    opened: dict[int, dict[str, str]] = {}
    for row in rows:
        message = loaded(conn, row)
        why = why_not(conn, row, message, now)
        if why is None and still_true is not None and row.weight == Weight.REMINDER:
            first = message.payload.get("instead_of", row.message_id)
            if not still_true(conn, row.business_id, first, now):
                why = Dropped.OUT_OF_DATE
        if why is not None:
            drop(conn, row.business_id, row.id, row.message_id, why)
            drops.append(
                Drop(row.business_id, row.conversation_id, row.message_id, Weight(row.weight), why)
            )
            continue
        wait = pace.wait(conn, row, message, now)
        if wait is not None:
            finish(conn, outbox, row.id, row.lease, due_at=now + wait)
            continue
        if row.account_id not in opened:
            opened[row.account_id] = credentials.of_account(
                conn, keyring, row.business_id, row.account_id
            )
        envelopes.append(sealed(row, message, opened[row.account_id]))
        mine = {"business_id": row.business_id, "id": row.id}
        doubts = row.doubts + (row.state != Sending.QUEUED)
        change(conn, outbox, mine, {"state": Sending.SENDING, "doubts": doubts})
    return envelopes, drops


def settle_words(
    conn: Connection, business_id: int, message_id: int, text: str | None, now: datetime
) -> bool:
    """
    Let a message go that waited for its words; None leaves them as they are.

    False if it has left already, or was dropped: then nothing changes.
    """
    waiting_row = conn.execute(
        update(outbox)
        .where(
            outbox.c.business_id == business_id,
            outbox.c.message_id == message_id,
            outbox.c.state == Sending.QUEUED,
        )
        .values(due_at=now)
    )
    if waiting_row.rowcount == 0:
        return False
    if text is not None:
        talk.reword(conn, business_id, message_id, text)
    return True


def drop(conn: Connection, business_id: int, outbox_id: int, message_id: int, why: str) -> None:
    """Settle a message without sending it."""
    status = "ambiguous" if why in (Dropped.AMBIGUOUS, Dropped.DIED) else "dropped"
    talk.mark(conn, business_id, message_id, status=status, problem=why)
    remove(conn, business_id, outbox_id)


def remove(conn: Connection, business_id: int, outbox_id: int, lease: int | None = None) -> None:
    """Forget a row whose message is settled; LeaseLost if `lease` is given and not its own."""
    mine = {"business_id": business_id, "id": outbox_id}
    if lease is None:
        delete(conn, outbox, mine)
    elif delete(conn, outbox, mine | {"lease": lease}) == 0:
        raise LeaseLost(f"outbox {outbox_id} was taken over")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits to be sent, and since when."""

    count: int
    oldest: datetime | None


def waiting(conn: Connection) -> Waiting:
    """What waits in the outbox of every salon."""
    count, oldest = conn.execute(
        across_salons(select(func.count(), func.min(outbox.c.created_at)))
    ).one()
    return Waiting(count, oldest)


def silence(conn: Connection, business_id: int, conversation_id: int) -> int:
    """A person took over: what the agent still had in the outbox is not sent."""
    rows: Sequence[Any] = conn.execute(
        select(outbox.c.id, outbox.c.message_id)
        .join(messages, messages.c.id == outbox.c.message_id)
        .where(
            and_(
                outbox.c.business_id == business_id,
                messages.c.business_id == business_id,
                outbox.c.conversation_id == conversation_id,
                outbox.c.state == Sending.QUEUED,
                messages.c.author == "agent",
            )
        )
    ).all()
    for row in rows:
        drop(conn, business_id, row.id, row.message_id, Dropped.PERSON_ANSWERS)
    return len(rows)
