"""One module a state; each plays the commands that are routed to it."""

from __future__ import annotations

from beautybot.agent.commands import Command
from beautybot.agent.flow import State
from beautybot.agent.move import Move
from beautybot.agent.states import (
    booking,
    confirmation,
    goodbye,
    greeting,
    pricing,
    service_inquiry,
)

PLAYERS = {
    State.GREETING: greeting.play,
    State.SERVICE_INQUIRY: service_inquiry.play,
    State.BOOKING: booking.play,
    State.PRICING: pricing.play,
    State.CONFIRMATION: confirmation.play,
    State.GOODBYE: goodbye.play,
}


def play(state: State, move: Move, command: Command) -> None:
    """Let a state play one command."""
    PLAYERS[state](move, command)
