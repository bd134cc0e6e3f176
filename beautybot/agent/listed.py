"""A slot or a visit beside the price list of this moment, which may have changed meanwhile."""

from __future__ import annotations

from msgspec.structs import replace

from beautybot.agent.memory import hash_of
from beautybot.agent.move import Move
from beautybot.booking.appointments import Appointment
from beautybot.booking.availability import Slot


def slot_now(move: Move, slot: Slot) -> Slot:
    """The slot at the prices of the list."""
    price = move.desk.catalogue.price
    parts = [replace(p, price=price(p.service_id, p.specialist_id)) for p in slot.parts]
    return replace(slot, parts=tuple(parts))


def is_dated(move: Move, visit: Appointment) -> bool:
    """True if the list says another price than the one the visit was kept at."""
    price = move.desk.catalogue.price
    return any(p.price != price(p.service_id, p.specialist_id) for p in visit.parts)


def facts_hash(move: Move, visit: Appointment) -> str:
    """A fingerprint of service, specialist, time and price as the price list has them now."""
    parts = []
    for part in visit.parts:
        price = move.desk.catalogue.price(part.service_id, part.specialist_id)
        length = move.desk.catalogue.duration(part.service_id, part.specialist_id)
        parts.append((part.service_id, part.specialist_id, part.start, price, length))
    return hash_of(visit.start, *parts)
