"""goodbye: thanks and farewells; the next message opens the conversation again."""

from __future__ import annotations

from beautybot.agent.commands import Command, GiveUp, Leave, Ponder, Thank
from beautybot.agent.memory import Asked
from beautybot.agent.move import Move


def play(move: Move, command: Command) -> None:
    """Answer thanks or a goodbye, unless a question of ours is still open; give time to think."""
    if isinstance(command, Ponder):
        _give_time(move)
        return
    if isinstance(command, GiveUp):
        move.release_hold()
        move.memory = move.memory.forget_visit()
        move.say("booking.no_problem")
        return
    open_question = move.memory.asked not in (Asked.NOTHING, Asked.BOOKING, Asked.INVITING)
    if isinstance(command, Leave) and move.memory.proposal is None:
        move.release_hold()
        move.memory = move.memory.forget_visit()
        move.say("goodbye.farewell")
    elif open_question:
        if isinstance(command, Thank) and not move.changed:
            move.say("goodbye.glad")
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
