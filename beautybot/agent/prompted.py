"""
Answers in words to what we wrote of first: a reminder, a freed time, an invitation.

Their buttons say it all; a plain "да" or "не приду" means the same when our
message is the last thing the client has seen from us.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from beautybot.agent.commands import (
    CancelBooking,
    Command,
    Confirm,
    LeaveFreed,
    Reject,
    Repeat,
    Reschedule,
    StopWaiting,
    TakeFreed,
    Unclear,
    WillCome,
)
from beautybot.agent.memory import Asked, Memory
from beautybot.conversations.history import Seen


class About(StrEnum):
    """What we wrote of, as its first button begins."""

    VISIT = "r:ok:"
    FREED = "w:yes:"
    AGAIN = "m:again"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What our message was about, and its number if it has one."""

    about: About
    number: int = 0


def of(seen: Seen) -> Prompt | None:
    """What the client answers to, if the last we said was said first."""
    last = seen.spoken
    if last is None or last.author != "system":
        return None
    for about in About:
        number = last.reference.removeprefix(about)
        if last.reference.startswith(about) and (number.isdigit() or not number):
            return Prompt(about, int(number or 0))
    return None


def listening(memory: Memory, prompt: Prompt | None) -> Memory:
    """The memory for understanding: there is an open question, so a "да" is a yes."""
    return replace(memory, asked=Asked.FIRST) if prompt is not None else memory


def meant(commands: Sequence[Command], prompt: Prompt | None) -> list[Command]:
    """The commands with a bare yes or no turned into what it says about our message."""
    if prompt is None:
        return list(commands)
    plain = all(isinstance(k, Confirm | Reject | Unclear) for k in commands)
    found: list[Command] = []
    for command in commands:
        match command:
            case Confirm(proposal=None) | Reject(proposal=None) if not plain:
                continue  # "да, но…": the rest says what is meant
            case Confirm(proposal=None):
                found.append(_yes(prompt))
            case Reject(proposal=None):
                found.append(_no(prompt))
            case _:
                found.append(_about(command, prompt))
    return found


def _yes(prompt: Prompt) -> Command:
    match prompt.about:
        case About.VISIT:
            return WillCome(prompt.number)
        case About.FREED:
            return TakeFreed(prompt.number)
        case About.AGAIN:
            return Repeat()


def _no(prompt: Prompt) -> Command:
    match prompt.about:
        case About.VISIT:
            return CancelBooking(visit=prompt.number)
        case About.FREED:
            return LeaveFreed(prompt.number)
        case About.AGAIN:
            return Reject()


def _about(command: Command, prompt: Prompt) -> Command:
    """The visit of the reminder is the one that is meant, also where there are several."""
    if prompt.about is About.VISIT:
        if isinstance(command, CancelBooking) and command.when is None:
            return replace(command, visit=command.visit or prompt.number)
        if isinstance(command, Reschedule):
            return replace(command, visit=command.visit or prompt.number)
    if prompt.about is About.FREED and isinstance(command, StopWaiting):
        return LeaveFreed(prompt.number, stop=True)
    return command
