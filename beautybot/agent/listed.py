"""A slot, a visit or a draft beside the price list of this moment, which may have changed."""

from __future__ import annotations

from datetime import timedelta

from beautybot.agent.memory import hash_of
from beautybot.agent.move import Move
from beautybot.booking.appointments import Appointment
from beautybot.booking.availability import Slot, Wish
from beautybot.booking.times import Part
from beautybot.booking.visits import VisitPart
from beautybot.kit.money import Price


def slot_now(move: Move, slot: Slot) -> Slot | None:
    """The same people at the same start by the list of now; None where that is not to be had."""
    if all(_now(move, part) == (part.price, part.end - part.start) for part in slot.parts):
        return slot
    if any(_now(move, part) is None for part in slot.parts):
        return None
    wish = Wish(
        services=tuple(part.service_id for part in slot.parts),
        team=tuple(part.specialist_id for part in slot.parts),
        moving=move.draft.moving,
    )
    return move.desk.exactly(wish, slot.start)


def is_dated(move: Move, visit: Appointment) -> bool:
    """True if the list says another price or length, or sells that no more."""
    return any(_now(move, part) != (part.price, part.end - part.start) for part in visit.parts)


def facts_hash(move: Move, visit: Appointment) -> str:
    """A fingerprint of service, specialist, time and price as the price list has them now."""
    parts = []
    for part in visit.parts:
        price, length = _now(move, part) or (None, None)
        parts.append((part.service_id, part.specialist_id, part.start, price, length))
    return hash_of(visit.start, *parts)


def forget_what_is_gone(move: Move) -> bool:
    """Drop from the draft what the salon has taken off its list; True if the client was told."""
    draft, desk = move.draft, move.desk
    there = tuple(ref for ref in draft.services if desk.service(ref) is not None)
    if there == draft.services:
        return False
    move.decide("a wanted service is not sold any more")
    move.release_hold()
    move.plan(services=there, slot=None)
    move.remember(offer=None)
    move.say("booking.service_gone")
    return True


def _now(move: Move, part: Part | VisitPart) -> tuple[Price, timedelta] | None:
    """Price and length of a part by the list; None where she does it no more."""
    service = move.desk.service_of(part.service_id)
    person = move.desk.specialist_of(part.specialist_id)
    if service is None or person is None or person.id not in service.specialists:
        return None
    catalogue = move.desk.catalogue
    return (
        catalogue.price(part.service_id, part.specialist_id),
        catalogue.duration(part.service_id, part.specialist_id),
    )
