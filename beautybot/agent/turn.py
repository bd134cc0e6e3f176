"""The story of one turn: read, think, act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from beautybot.agent import asking, flow, memory as memories, states
from beautybot.agent.commands import Command, Greet, Unclear
from beautybot.agent.desk import Desk
from beautybot.agent.flow import State
from beautybot.agent.memory import Memory
from beautybot.agent.move import Move
from beautybot.agent.reply import Reply
from beautybot.agent.states import greeting
from beautybot.agent.understanding import Understanding, understand
from beautybot.booking.catalogue import Catalogue
from beautybot.conversations import history, outbox, turns
from beautybot.conversations.history import Seen
from beautybot.conversations.turns import Claim
from beautybot.kit.clock import Clock
from beautybot.kit.db import Database
from beautybot.llm.base import LLM

IDLE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Shop:
    """What every turn of one salon needs to know: its catalogue, read once a version."""

    catalogue: Catalogue


async def take_turn(
    claim: Claim, *, db: Database, llm: LLM | None, understood_by: Understanding, clock: Clock
) -> bool:
    """
    Answer everything the client has said since our last reply.

    Three beats: read, think, act.  No transaction is open while the model
    thinks, because a slow answer must not hold a lock that the next webhook
    needs.  True if a reply was put into the outbox.  Overtaken when the client
    wrote meanwhile: nothing was written, the next turn takes all of it.
    """
    seen = await db.read(history.since_last_reply, claim, clock())
    if not seen.needs_answer:
        await db.write(turns.finish, claim)
        return False

    remembered = recall(seen, clock())
    salon = await understood_by.salon(db, seen.business)
    commands = await understand(seen, remembered, salon, llm=llm, now=clock())

    return await db.write(act, seen, remembered, salon.catalogue, commands, clock())


def recall(seen: Seen, now: datetime) -> Memory:
    """What we remember; after a silent day a conversation starts again."""
    remembered = memories.load(seen.memory)
    if seen.last_message_at is not None and now - seen.last_message_at > IDLE:
        return Memory(introduced=remembered.introduced, held=remembered.held)
    return remembered


def act(
    conn: Connection,
    seen: Seen,
    remembered: Memory,
    catalogue: Catalogue,
    commands: Sequence[Command],
    now: datetime,
) -> bool:
    """State, appointment, reply and done-mark commit together, or not at all."""
    turns.hold(conn, seen.claim)
    desk = Desk(
        conn=conn,
        business=seen.business,
        catalogue=catalogue,
        client=seen.client,
        conversation_id=seen.claim.conversation_id,
        channel=seen.channel,
        now=now,
    )
    move = Move(desk, remembered, seen.unanswered)
    state = play(move, State(seen.state), commands)
    reply = None if move.silent or not move.parts else move.reply()
    message_id = put(conn, seen, move, reply, state, commands, now)
    if message_id is not None and move.memory.proposal is not None:
        # The yes counts only after this very message reached the client.
        move.remember(proposal=replace(move.memory.proposal, message_id=message_id))
    flow.check(state, move.memory)
    turns.finish(conn, seen.claim, state=state, memory=memories.dump(move.memory))
    return reply is not None


def play(move: Move, state: State, commands: Sequence[Command]) -> State:
    """Let the states play every command in turn, then ask what is still missing."""
    for command in commands:
        player = flow.route(command, move.memory)
        states.play(player, move, command)
        if not isinstance(command, Unclear):  # what we did not understand changes no state
            state = player
    greeted = any(isinstance(c, Greet) for c in commands)
    if move.advance:
        asking.advance(move)
    if greeted and not move.parts:
        greeting.welcome(move)
    if move.parts and (greeted or not move.memory.introduced):
        greeting.introduce(move)
    return flow.settled(state, move.memory)


def put(
    conn: Connection,
    seen: Seen,
    move: Move,
    reply: Reply | None,
    state: State,
    commands: Sequence[Command],
    now: datetime,
) -> int | None:
    """Keep the trace and put the reply into the outbox; the message's id."""
    turn_id = turns.keep(
        conn,
        seen.claim,
        at=now,
        before=seen.state,
        after=state,
        trace={
            "understood": [repr(c)[:400] for c in commands],
            "decided": move.decided,
            "phrases": list(reply.keys) if reply else [],
            "facts": list(reply.facts) if reply else [],
            "asked": move.memory.asked,
        },
    )
    if reply is None:
        return None
    return outbox.put(
        conn,
        business_id=seen.business.id,
        conversation_id=seen.claim.conversation_id,
        account_id=seen.account_id,
        draft=outbox.Draft(
            text=reply.text,
            buttons=reply.buttons,
            ask_contact=reply.ask_contact,
            weight=reply.weight,
        ),
        now=now,
        turn_id=turn_id,
    )
