"""The story of one turn: read, think, act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from beautybot.agent import (
    asking,
    flow,
    guarding,
    kept,
    memory as memories,
    reminding,
    states,
    wording,
)
from beautybot.agent.adviser import Adviser, day_of
from beautybot.agent.commands import Command, Greet, Human, Unclear
from beautybot.agent.desk import Desk
from beautybot.agent.flow import State
from beautybot.agent.masking import for_trace
from beautybot.agent.memory import Asked, Memory
from beautybot.agent.move import Move
from beautybot.agent.reply import Reply
from beautybot.agent.states import greeting
from beautybot.agent.understanding import Understanding, understand
from beautybot.agent.wording import Worded
from beautybot.booking.catalogue import Catalogue
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.conversations import history, model_use, outbox, turns
from beautybot.conversations.history import Seen
from beautybot.conversations.turns import Claim
from beautybot.kit import metrics
from beautybot.kit.clock import Clock
from beautybot.kit.db import Database
from beautybot.kit.failpoints import Stage, reached
from beautybot.kit.text import one_line
from beautybot.llm.base import LLM
from beautybot.notifications.bot import passing

IDLE = timedelta(hours=24)
WORDING = timedelta(seconds=wording.PATIENCE_S + 2)
"""A reply that waits for its wording leaves by itself after this, should we die meanwhile."""


@dataclass(frozen=True, slots=True)
class Done:
    """A turn that was committed; `waits`: its reply may still be reworded before it leaves."""

    turn_id: int
    message_id: int | None = None
    reply: Reply | None = None
    waits: bool = False


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
    with metrics.TURN.labels("read").time():
        async with understood_by.reading.place(claim.business_id):
            seen = await db.read(history.since_last_reply, claim, clock())
    if not seen.needs_answer:
        await db.write(passing.on, seen, clock())
        return False

    remembered, stop = guarding.watched(recall(seen, clock()), seen, clock())
    salon = await understood_by.salon(db, seen.business)
    adviser = Adviser(llm, db, seen.business, seen.client.id, clock, understood_by.budget)
    commands: list[Command] = [Human(stop)] if stop else []
    with metrics.TURN.labels("think").time():
        commands = commands or await understand(
            seen, remembered, salon, adviser=adviser, now=clock()
        )

    reached(Stage.UNDERSTOOD)
    with metrics.TURN.labels("act").time():
        async with understood_by.acting.place(claim.business_id):
            now = clock()
            done = await db.write(act, seen, remembered, salon.catalogue, commands, now, adviser)
    reached(Stage.ACTED)
    await livelier(done, seen, adviser)
    return done.reply is not None


def recall(seen: Seen, now: datetime) -> Memory:
    """What we remember; after a silent day a conversation starts again."""
    remembered = memories.load(seen.memory)
    if seen.last_message_at is not None and now - seen.last_message_at > IDLE:
        return Memory(
            introduced=remembered.introduced,
            held=remembered.held,
            asked_to_invite=remembered.asked_to_invite,
        )
    return remembered


def act(
    conn: Connection,
    seen: Seen,
    remembered: Memory,
    catalogue: Catalogue,
    commands: Sequence[Command],
    now: datetime,
    adviser: Adviser,
) -> Done:
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
    if seen.agent_is_silent:  # only a reminder's buttons are answered then
        state = State(seen.state)
        for command in commands:
            reminding.alone(move, command)
    else:
        state = play(move, State(seen.state), commands)
    spent = seen.claim.after(len(seen.unanswered), now)
    if spent.rests_at(now) and not (move.silent or seen.agent_is_silent):
        move.say("greeting.many_messages")
    reply = None if move.silent or not move.parts else move.reply()
    _of_the_model(desk, adviser)
    done = put(conn, seen, move, reply, state, commands, now, adviser)
    if done.message_id is not None:
        _asked_in(move, done.message_id)
    flow.check(state, move.memory)
    turns.finish(conn, seen.claim, spent=spent, state=state, memory=memories.dump(move.memory))
    reached(Stage.ACTING)
    return done


def _asked_in(move: Move, message_id: int) -> None:
    """A yes counts only after the very message that asks for it has reached the client."""
    if move.memory.proposal is not None:
        move.remember(proposal=replace(move.memory.proposal, message_id=message_id))
    elif move.memory.asked is Asked.INVITING:
        move.remember(asked_in=message_id)


def _of_the_model(desk: Desk, adviser: Adviser) -> None:
    if adviser.to_mend:
        trouble(desk, "Языковая модель не отвечает, отвечаю по правилам", adviser.to_mend)
    elif adviser.warning:
        trouble(desk, "Языковая модель отвечает слабее, чем вы выбрали", adviser.warning)


def trouble(desk: Desk, now: str, what: str) -> None:
    """Tell the salon, once a day, that its language model waits for somebody to mend a setting."""
    desk.notify(
        NoticeKind.MODEL_BROKEN,
        f"{desk.now:%Y-%m-%d}:{what[:80]}",
        f"{now}. Что проверить: {one_line(what)}",
    )


async def livelier(done: Done, seen: Seen, adviser: Adviser) -> None:
    """Let the model reword what waits for it in the outbox; late or unfit, the phrase goes."""
    if done.reply is None or done.message_id is None or not done.waits:
        return
    asked = len(adviser.consulted)
    session = f"conversation-{seen.claim.conversation_id}"
    worded = await wording.reword(adviser, done.reply, session)
    trace = {"wording": adviser.trace(after=asked), "unfit": [u.why for u in worded.unfit]}
    await adviser.db.write(_reworded, seen, done, worded, trace, adviser.clock())


def _reworded(
    conn: Connection,
    seen: Seen,
    done: Done,
    worded: Worded,
    trace: Mapping[str, Any],
    now: datetime,
) -> None:
    assert done.message_id is not None
    outbox.settle_words(conn, seen.business.id, done.message_id, worded.text, now)
    turns.note(conn, seen.business.id, done.turn_id, trace)
    if worded.text is None and not worded.unfit:
        return
    today = day_of(now, seen.business)
    metrics.MODEL_WORDINGS.labels(worded.verdict).inc()
    untrue, unfit = worded.untrue, worded.text is None
    if model_use.judged(conn, seen.business.id, today, untrue=untrue, unfit=unfit):
        put_notice(
            conn,
            business_id=seen.business.id,
            kind=NoticeKind.MODEL_BROKEN,
            key=f"untrue:{today}",
            text="Языковая модель слишком часто добавляла от себя то, чего нет. "
            "Пока говорю готовыми фразами, клиенты ничего лишнего не услышали.",
            now=now,
        )


def play(move: Move, state: State, commands: Sequence[Command]) -> State:
    """Let the states play every command in turn, then ask what is still missing."""
    kept.forget_lost_hold(move)
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
    adviser: Adviser,
) -> Done:
    """Keep the trace and put the reply into the outbox."""
    turn_id = turns.keep(
        conn,
        seen.claim,
        at=now,
        before=seen.state,
        after=state,
        trace=_trace(seen, move, reply, commands, adviser),
    )
    if reply is None:
        return Done(turn_id)
    waits = adviser.has_time and wording.is_worth(reply) and _is_trusted(conn, seen, now)
    message_id = outbox.put(
        conn,
        business_id=seen.business.id,
        conversation_id=seen.claim.conversation_id,
        account_id=seen.account_id,
        draft=outbox.Draft(
            text=reply.text,
            buttons=reply.buttons,
            ask_contact=reply.ask_contact,
            weight=reply.weight,
            author="system" if seen.agent_is_silent else "agent",
        ),
        now=now,
        turn_id=turn_id,
        wait=WORDING if waits else timedelta(0),
    )
    return Done(turn_id, message_id, reply, waits)


def _trace(
    seen: Seen, move: Move, reply: Reply | None, commands: Sequence[Command], adviser: Adviser
) -> dict[str, Any]:
    return {
        "heard": [m.id for m in seen.unanswered],
        "known": [n for n in ("name", "phone") if getattr(seen.client, n)],
        "understood": [for_trace(repr(c))[:400] for c in commands],
        "model": adviser.trace(),
        "decided": move.decided,
        "phrases": list(reply.keys) if reply else [],
        "facts": [for_trace(fact) for fact in reply.facts] if reply else [],
        "asked": move.memory.asked,
    }


def _is_trusted(conn: Connection, seen: Seen, now: datetime) -> bool:
    return model_use.wordings(conn, seen.business.id, day_of(now, seen.business)).trusted
