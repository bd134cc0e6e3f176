"""Whose turn it is: a conversation is claimed, answered once, and its trace is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from beautybot.conversations import allowance
from beautybot.conversations.allowance import Spent
from beautybot.conversations.models import conversations, messages, turns
from beautybot.kit.db import add, change, one
from beautybot.kit.leases import LeaseLost, backoff, claim

GIVE_UP_AFTER = 3
FLOOD, FLOOD_PAUSE = 20, timedelta(seconds=1)
"""So many unanswered messages are no burst any more."""


class Overtaken(LeaseLost):
    """The client wrote again while we thought: this move is void, the next turn takes it all."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One conversation held by this worker; `lease` fences every write of the turn."""

    conversation_id: int
    business_id: int
    lease: int
    attempts: int
    inbound_seq: int
    answered_seq: int
    spent: Spent = field(default_factory=Spent)

    def after(self, heard: int, now: datetime) -> Spent:
        """What the conversation has of its allowance after a turn that heard so much."""
        return self.spent.more(allowance.cost(heard), now)


def take(
    conn: Connection, now: datetime, worker: str, limit: int, but: Collection[int] = ()
) -> list[Claim]:
    """Claim conversations whose turn is due, one turn at a time each; none of the salons in but."""
    rows = claim(conn, conversations, now, worker, limit=limit, but=but)
    return [_claim(row) for row in rows]


def _claim(row: Any) -> Claim:
    return Claim(
        row.id,
        row.business_id,
        row.lease,
        row.attempts,
        row.inbound_seq,
        row.answered_seq,
        allowance.of_row(row),
    )


def hold(conn: Connection, held: Claim) -> None:
    """
    Lock the conversation for the writes of this turn.

    LeaseLost if another worker has it; Overtaken if the client wrote since we
    looked.  Nothing of the turn is written in either case.
    """
    mine = {"business_id": held.business_id, "id": held.conversation_id}
    row = one(conn, conversations, mine, lock=True)
    if row is None or row.lease != held.lease:
        raise LeaseLost(f"conversation {held.conversation_id} was taken over")
    if row.inbound_seq != held.inbound_seq:
        raise Overtaken(f"conversation {held.conversation_id} has newer messages")


def finish(
    conn: Connection,
    held: Claim,
    *,
    spent: Spent | None = None,
    state: str | None = None,
    memory: Mapping[str, Any] | None = None,
) -> None:
    """
    The turn is over: everything seen is answered, the state and the memory are the new ones.

    `spent` is what the conversation has of its allowance after this turn.
    """
    values: dict[str, Any] = {
        "answered_seq": held.inbound_seq,
        "attempts": 0,
        "waiting_since": None,
    }
    if spent is not None:
        values |= spent.columns()
    if state is not None:
        values["state"] = state
    if memory is not None:
        values["memory"] = dict(memory)
    _give_back(conn, held, due_at=None, **values)


def again(conn: Connection, held: Claim, now: datetime, burst: timedelta) -> None:
    """
    Run the turn again soon, because newer messages void what we thought of.

    Who floods a chat would be thought about all the time, and in vain: there it
    is once a second until the allowance is spent, and the others' turns go on.
    """
    many = len(conn.execute(_SINCE, _since(held)).all()) == FLOOD
    wait = max(burst / 2, FLOOD_PAUSE) if many else burst / 2
    spent = held.after(FLOOD if many else 0, now)
    due_at = max(now + wait, spent.rests or now)
    _give_back(conn, held, due_at=due_at, attempts=0, **spent.columns())


def _since(held: Claim) -> dict[str, int]:
    return {
        "business": held.business_id,
        "conversation": held.conversation_id,
        "answered": held.answered_seq,
    }


_SINCE = (
    select(messages.c.id)
    .where(
        messages.c.business_id == bindparam("business"),
        messages.c.conversation_id == bindparam("conversation"),
        messages.c.direction == "inbound",
        messages.c.id > bindparam("answered"),
    )
    .limit(FLOOD)
)


def interrupt(conn: Connection, business_id: int, conversation_id: int) -> None:
    """A person took over: a turn that is thinking now loses its lease and writes nothing."""
    conn.execute(
        update(conversations)
        .where(conversations.c.business_id == business_id, conversations.c.id == conversation_id)
        .values(lease=conversations.c.lease + 1)
    )


def failed(conn: Connection, held: Claim, now: datetime) -> bool:
    """Note that a turn broke: later again, or (True) given up after three tries."""
    if held.attempts >= GIVE_UP_AFTER:
        finish(conn, held)
        return True
    _give_back(conn, held, due_at=now + backoff(held.attempts))
    return False


def keep(
    conn: Connection,
    held: Claim,
    *,
    at: datetime,
    before: str,
    after: str,
    trace: Mapping[str, Any],
) -> int:
    """Keep the trace of a turn; its id."""
    return add(
        conn,
        turns,
        {
            "business_id": held.business_id,
            "conversation_id": held.conversation_id,
            "at": at,
            "state_before": before,
            "state_after": after,
            "trace": dict(trace),
        },
    )


def note(conn: Connection, business_id: int, turn_id: int, more: Mapping[str, Any]) -> None:
    """Add to the trace of a turn what became known after it was committed."""
    mine = (turns.c.business_id == business_id, turns.c.id == turn_id)
    kept = conn.execute(select(turns.c.trace).where(*mine)).scalar_one()
    conn.execute(update(turns).where(*mine).values(trace={**kept, **more}))


def _give_back(conn: Connection, held: Claim, *, due_at: datetime | None, **values: Any) -> None:
    mine = {
        "business_id": held.business_id,
        "id": held.conversation_id,
        "lease": held.lease,
    }
    given = {**values, "due_at": due_at, "leased_by": None}
    if change(conn, conversations, mine, given) == 0:
        raise LeaseLost(f"conversation {held.conversation_id} was taken over")
