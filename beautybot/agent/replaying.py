"""
A conversation run again from its trace: the same words, the same clock, the same model's answers.

What comes out differently shows what a changed setting, price list or version
of the code would have changed.  Numbers of visits are drawn anew, so they are
left out of the comparison.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from beautybot.agent.rehearsal import Answer, Line, Rehearsal, rehearsal
from beautybot.channels.base import Kind
from beautybot.conversations import history
from beautybot.conversations.history import Message, TurnTrace
from beautybot.kit.db import Database
from beautybot.kit.errors import BeautyBotError
from beautybot.llm.base import Finish, LLMUnavailable, Probe, Reply, Request

_NUMBER = re.compile(r"(?<![\d:])\d{6}(?![\d:])")

Change = Callable[[Rehearsal], Awaitable[None]]


class NothingToReplay(BeautyBotError):
    """The conversation has no turn that could be played again."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One turn as it was: what was heard, what was said, and the trace."""

    lines: tuple[Line, ...]
    said: str
    buttons: tuple[str, ...]
    turn: TurnTrace


@dataclass(frozen=True, slots=True)
class Compared:
    """One turn then and now; `differences` names what is not the same."""

    heard: str
    then: str
    now: str
    differences: tuple[str, ...]


@dataclass(slots=True)
class RecordedModel:
    """Gives the answers of the trace again, in their order; then it has none."""

    answers: deque[Mapping[str, Any]] = field(default_factory=deque)
    name: str = "recorded"
    crowded: bool = False
    paid_by_salon: bool = False

    async def complete(self, request: Request) -> Reply:
        """The next answer that was given for this purpose."""
        while self.answers:
            one = self.answers.popleft()
            if one.get("purpose") != request.purpose:
                continue
            if one.get("problem"):
                raise LLMUnavailable(str(one["problem"]))
            return Reply(
                text=str(one.get("text") or ""),
                finish=Finish(str(one.get("finish") or Finish.STOP)),
                model=str(one.get("model") or ""),
                data=one.get("data"),
            )
        raise LLMUnavailable("the trace has no answer for this")

    async def probe(self) -> Probe:
        """A trace is always there."""
        return Probe(True, ())

    async def close(self) -> None:
        """Nothing to give back."""


async def replay(
    db: Database, business_id: int, conversation_id: int, *, change: Change | None = None
) -> list[Compared]:
    """Every turn again, each beside what it was; NotFound, NothingToReplay."""
    recorded, client_id = await db.read(_recorded, business_id, conversation_id)
    if not recorded:
        raise NothingToReplay("this conversation has no turns to play again")
    began = recorded[0].lines[0].at
    model = RecordedModel()
    known = recorded[0].turn.trace.get("known", ())
    async with rehearsal(
        db, business_id, model, before=began, client_id=client_id, knows=known
    ) as stage:
        if change is not None:
            await change(stage)
        renamed: dict[str, str] = {}
        return [await _again(stage, model, turn, renamed) for turn in recorded]


async def _again(
    stage: Rehearsal, model: RecordedModel, then: Recorded, renamed: dict[str, str]
) -> Compared:
    trace = then.turn.trace
    model.answers = deque([*trace.get("model", ()), *trace.get("wording", ())])
    lines = [_renamed(line, renamed) for line in then.lines]
    now = await stage.says(lines, then.turn.at)
    renamed.update(zip(then.buttons, now.buttons, strict=False))
    heard = "\n".join(line.text or f"({line.kind})" for line in then.lines)
    return Compared(heard, then.said, now.text, tuple(_differences(then, now)))


def _renamed(line: Line, renamed: Mapping[str, str]) -> Line:
    """Buttons carry new tokens each time: the same button of the same answer is pressed."""
    pressed = str(line.payload.get("id", ""))
    if line.kind is not Kind.PRESS or pressed not in renamed:
        return line
    return Line(line.text, line.at, line.kind, {**line.payload, "id": renamed[pressed]})


def _differences(then: Recorded, now: Answer) -> list[str]:
    found = []
    if _plain(then.said) != _plain(now.text):
        found.append("said")
    if now.turn is None:
        return [*found, "no turn"]
    if then.turn.state_after != now.turn.state_after:
        found.append(f"state: {then.turn.state_after} → {now.turn.state_after}")
    if _understood(then.turn) != _understood(now.turn):
        found.append("understood")
    return found


def _plain(text: str) -> str:
    return _NUMBER.sub("№", text)


def _understood(turn: TurnTrace) -> list[str]:
    """Tokens of buttons and proposals are new each time."""
    said = turn.trace.get("understood", ())
    return [re.sub(r"(offer|proposal)='[^']*'", r"\1", str(one)) for one in said]


def _recorded(
    conn: Connection, business_id: int, conversation_id: int
) -> tuple[list[Recorded], int | None]:
    thread = history.thread(conn, business_id, conversation_id, limit=10_000)
    by_id = {m.id: m for m in thread}
    found = []
    for turn in history.traces(conn, business_id, conversation_id):
        heard = [by_id[i] for i in turn.trace.get("heard", ()) if i in by_id]
        if heard:
            found.append(_one(turn, heard, [m for m in thread if m.turn_id == turn.id]))
    if not found:
        return [], None
    return found, history.get(conn, business_id, conversation_id, found[0].turn.at).client_id


def _one(turn: TurnTrace, heard: Sequence[Message], said: Sequence[Message]) -> Recorded:
    ours = [m for m in said if m.direction == "outbound"]
    return Recorded(
        lines=tuple(Line(m.text, m.sent_at, Kind(m.kind), m.payload) for m in heard),
        said="\n---\n".join(m.text for m in ours),
        buttons=tuple(str(b[0]) for m in ours for b in m.payload.get("buttons", ())),
        turn=turn,
    )
