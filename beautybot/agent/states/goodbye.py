"""goodbye: thanks and farewells; the next message opens the conversation again."""

from __future__ import annotations

from beautybot.agent.commands import Command, Leave, Ponder
from beautybot.agent.memory import Asked
from beautybot.agent.move import Move


def play(move: Move, command: Command) -> None:
    """Answer thanks or a goodbye, unless a question of ours is still open; give time to think."""
    if isinstance(command, Ponder):
        _give_time(move)
        return
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


def _give_time(move: Move) -> None:
    """Nothing is asked again; what is kept for the client stays kept as long as it was to."""
    slot = move.draft.slot
    if slot is not None and move.memory.held is not None:
        move.say("goodbye.think_held", time=move.moment(slot.start))
    else:
        move.say("goodbye.think")
    move.advance = False
