"""The salon's time as the draft asks for it."""

from __future__ import annotations

from datetime import datetime

from beautybot.agent.move import Move
from beautybot.booking.availability import Slot, Wish
from beautybot.booking.catalogue import Service, Specialist


def wish(
    move: Move,
    services: list[Service],
    person: Specialist | None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> Wish:
    """What the draft says; the time of a visit that is to move counts as free."""
    draft = move.draft
    return move.desk.wish(services, person, draft.excluded, start, end, draft.moving)


def others(move: Move, slots: list[Slot]) -> list[Slot]:
    """Without the time that the visit has already which is to move."""
    if move.draft.moving is None:
        return slots
    visit = move.desk.visit(move.draft.moving)
    has = [(part.start, part.specialist_id) for part in visit.parts]
    return [s for s in slots if [(p.start, p.specialist_id) for p in s.parts] != has]
