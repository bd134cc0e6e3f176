"""The six states, who may follow whom, and which state plays a command."""

from __future__ import annotations

from enum import StrEnum

from beautybot.agent import commands as c
from beautybot.agent.memory import Asked, Memory
from beautybot.kit.errors import BeautyBotError


class State(StrEnum):
    """Where a conversation stands, as the owner sees it."""

    GREETING = "greeting"
    SERVICE_INQUIRY = "service_inquiry"
    BOOKING = "booking"
    PRICING = "pricing"
    CONFIRMATION = "confirmation"
    GOODBYE = "goodbye"


class BrokenFlow(BeautyBotError):
    """A state was reached without what it needs: a mistake of ours, caught before it is written."""


def route(command: c.Command, memory: Memory) -> State:
    """The state that plays a command, given what we asked last."""
    match command:
        case c.Greet() | c.Speaks():
            return State.GREETING
        case c.Thank() | c.Leave() | c.GiveUp() | c.Ponder():
            return State.GOODBYE
        case c.AskPrice():
            return State.PRICING
        case c.Confirm() | c.Reject():
            if command.proposal is not None or memory.asked is Asked.CONFIRM:
                return State.CONFIRMATION
            return State.BOOKING
        case (
            c.Book()
            | c.SetServices()
            | c.SetSpecialist()
            | c.SetWhen()
            | c.SetName()
            | c.SetPhone()
            | c.Choose()
            | c.Shift()
            | c.CancelBooking()
            | c.Reschedule()
            | c.WillCome()
            | c.Repeat()
            | c.Wait()
            | c.StopWaiting()
            | c.TakeFreed()
            | c.LeaveFreed()
            | c.Invited()
            | c.Claim()
        ):
            return State.BOOKING
        case _:
            return State.SERVICE_INQUIRY


def settled(played: State, memory: Memory) -> State:
    """
    The state a turn ends in.

    A question in the middle is answered, and an open proposal is still open
    after it; a state is never entered without what it stands on.
    """
    if memory.proposal is not None:
        return State.CONFIRMATION
    if memory.draft.active:
        middle = (State.CONFIRMATION, State.GOODBYE, State.GREETING)
        return State.BOOKING if played in middle else played
    over = played is State.BOOKING and memory.asked is Asked.NOTHING
    return State.GOODBYE if played is State.CONFIRMATION or over else played


def check(state: State, memory: Memory) -> None:
    """BrokenFlow if the state does not rest on what it must rest on."""
    if (state is State.CONFIRMATION) != (memory.proposal is not None):
        raise BrokenFlow(f"{state} with proposal {memory.proposal is not None}")
    if memory.proposal is not None and memory.asked is not Asked.CONFIRM:
        raise BrokenFlow("a proposal is open and something else was asked")
