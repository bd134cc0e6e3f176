"""
When to stop answering: another bot, an echo, a flood.

A person is called and the receptionist falls silent, so no loop outlives a few
messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from beautybot.agent.memory import Memory
from beautybot.channels.base import Kind
from beautybot.conversations.history import Message, Seen

WINDOW = timedelta(minutes=10)
LATELY = timedelta(hours=1)
MOST_TURNS = 40
PILE = 12  # who floods rests between turns: what piled up meanwhile counts for turns
SAME_IN_A_ROW = 4
LEAST_ECHO = 20
ECHOES = 2


def watched(memory: Memory, seen: Seen, now: datetime) -> tuple[Memory, str | None]:
    """The memory with this turn counted, and why a person must be called, if one must."""
    fresh = memory.window is None or now - memory.window > WINDOW
    turns = 1 + len(seen.unanswered) // PILE
    counted = replace(
        memory,
        window=now if fresh else memory.window,
        turns=turns if fresh else memory.turns + turns,
    )
    if counted.turns > MOST_TURNS:
        return replace(counted, window=None, turns=0), "flood"
    recent = [m for m in (*seen.earlier, *seen.unanswered) if now - m.created_at < LATELY]
    if _repeats(recent) or _echoes(recent):
        return counted, "loop"
    return counted, None


def _repeats(messages: Sequence[Message]) -> bool:
    """The same words several times in a row."""
    said = [_plain(m) for m in messages if _is_written(m)]
    last = said[-SAME_IN_A_ROW:]
    return len(last) == SAME_IN_A_ROW and len(set(last)) == 1 and len(last[0]) > 2


def _echoes(messages: Sequence[Message]) -> bool:
    """Our own words coming back."""
    ours = {_plain(m) for m in messages if m.direction == "outbound"}
    theirs = [_plain(m) for m in messages if _is_written(m)]
    return sum(len(t) >= LEAST_ECHO and t in ours for t in theirs[-5:]) >= ECHOES


def _is_written(message: Message) -> bool:
    return message.direction == "inbound" and message.kind is Kind.TEXT


def _plain(message: Message) -> str:
    return " ".join(message.text.lower().split())
