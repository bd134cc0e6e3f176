"""goodbye: thanks and farewells; the next message opens the conversation again."""

from __future__ import annotations

from beautybot.agent.commands import Command, Leave
from beautybot.agent.memory import Asked
from beautybot.agent.move import Move


def play(move: Move, command: Command) -> None:
    """Answer thanks or a goodbye, unless a question of ours is still open."""
    open_question = move.memory.asked not in (Asked.NOTHING, Asked.BOOKING, Asked.INVITING)
    if isinstance(command, Leave) and move.memory.proposal is None:
        move.release_hold()
        move.memory = move.memory.forget_visit()
        move.say("goodbye.farewell")
    elif open_question:
        move.advance = True
    elif isinstance(command, Leave):
        move.say("goodbye.farewell")
    else:
        move.say("goodbye.welcome")
