"""A time that an assistant held, taken over by the client who opened its link."""

from __future__ import annotations

from datetime import timedelta

from beautybot.agent.memory import Draft
from beautybot.agent.move import Move
from beautybot.booking import appointments, tickets
from beautybot.booking.availability import Part, Slot
from beautybot.booking.visits import Appointment, Status
from beautybot.kit.errors import NotFound


def claim(move: Move, code: str) -> None:
    """Take over a time that an assistant held for whoever opens its link: this client."""
    visit = _redeemed(move, code)
    if visit is None:
        move.say("booking.link_is_over")
        move.advance = move.draft.active
        return
    move.release_hold()
    move.memory = move.memory.forget_visit()
    services = tuple(s.ref for p in visit.parts if (s := move.desk.service_of(p.service_id)))
    parts = tuple(Part(p.service_id, p.specialist_id, p.start, p.end, p.price) for p in visit.parts)
    slot = Slot(visit.start, visit.end, parts)
    move.remember(draft=Draft(active=True, services=services, slot=slot), held=visit.id)
    move.changed = True
    move.advance = True
    move.decide(f"claimed hold {visit.id} of {visit.source}")


def _redeemed(move: Move, code: str) -> Appointment | None:
    """The hold behind a code, this client's from now on and kept for longer; None if it is over."""
    desk = move.desk
    ticket = tickets.redeem(desk.conn, desk.business.id, code, desk.now)
    if ticket is None or ticket.appointment_id is None:
        return None
    try:
        held = desk.visit(ticket.appointment_id)
    except NotFound:
        return None
    if held.status is not Status.HELD:
        return None
    until = desk.now + timedelta(minutes=desk.business.settings.hold_min)
    appointments.adopt(desk.conn, desk.business.id, held.id, desk.client.id)
    appointments.extend(desk.conn, desk.business.id, held.id, until=until)
    return desk.visit(held.id)
