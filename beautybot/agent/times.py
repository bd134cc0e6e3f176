"""The salon's time as the draft asks for it."""

from __future__ import annotations

from datetime import datetime

from beautybot.agent import saying
from beautybot.agent.move import Move
from beautybot.booking.availability import Slot, Wish
from beautybot.booking.catalogue import Service, Specialist

OTHERS = 3  # beside the hour that somebody named


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


def about(move: Move, wish: Wish, named: datetime | None) -> list[Slot]:
    """True times of a window, in order; the hour somebody named is among them if it is free."""
    slots = move.desk.slots(wish)
    exact = move.desk.exactly(wish, named) if named else None
    if exact is None or any(slot.start == exact.start for slot in slots):
        return slots
    closest = sorted(slots, key=lambda slot: abs(slot.start - exact.start))
    return sorted([exact, *closest[:OTHERS]], key=lambda slot: slot.start)


def others(move: Move, slots: list[Slot]) -> list[Slot]:
    """Without the time that the visit has already which is to move."""
    if move.draft.moving is None:
        return slots
    visit = move.desk.visit(move.draft.moving)
    has = [(part.start, part.specialist_id) for part in visit.parts]
    return [s for s in slots if [(p.start, p.specialist_id) for p in s.parts] != has]


def people(move: Move, slot: Slot) -> str:
    """Who does the visit, in words."""
    named = dict.fromkeys(move.desk.catalogue.specialist(i).name for i in slot.specialist_ids)
    return saying.listed(named)
