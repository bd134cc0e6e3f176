"""A time that is kept for a client: whether it still is."""

from __future__ import annotations

from beautybot.agent.memory import Asked
from beautybot.agent.move import Move
from beautybot.booking.visits import Status
from beautybot.kit.errors import NotFound


def forget_lost_hold(move: Move) -> None:
    """
    A hold that ran out and is gone holds up no turn: the time is kept again, and asked again.

    The draft stays, so whatever the client says next, the next question of ours
    takes the same time if it is still free, and offers what is near if not.
    """
    held, asked = move.memory.held, move.memory.asked
    if held is None or _is_there(move, held):
        return
    move.decide(f"the hold {held} ran out meanwhile")
    move.remember(
        held=None, proposal=None, asked=Asked.NOTHING if asked is Asked.CONFIRM else asked
    )


def _is_there(move: Move, hold: int) -> bool:
    """Still held, and for this client: SQLite gives a dropped row's id to the next one."""
    try:
        found = move.desk.visit(hold)
    except NotFound:
        return False
    return found.status is Status.HELD and found.client_id in move.desk.me
