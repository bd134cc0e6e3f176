"""A time that an assistant held, taken over by the client who opened its link."""

from __future__ import annotations

from datetime import timedelta

from beautybot.agent import changing
from beautybot.agent.memory import Draft
from beautybot.agent.move import Move
from beautybot.booking import appointments, tickets
from beautybot.booking.availability import Part, Slot
from beautybot.booking.tickets import Goal, Ticket
from beautybot.booking.visits import Appointment, Status
from beautybot.kit.errors import NotFound


def claim(move: Move, code: str) -> None:
    """
    Do what a link is for, with whoever opens it: take over a held time, move or cancel a visit.

    A visit that is not this client's own is neither moved nor cancelled.
    """
    ticket = tickets.redeem(move.desk.conn, move.desk.business.id, code, move.desk.now)
    if ticket is not None and ticket.goal is Goal.CANCEL:
        changing.cancel(move, None, ticket.appointment_id)
        return
    visit = _redeemed(move, ticket)
    if visit is None:
        move.say("booking.link_is_over")
        move.advance = move.draft.active
        return
    move.release_hold()
    move.memory = move.memory.forget_visit()
    services = tuple(s.ref for p in visit.parts if (s := move.desk.service_of(p.service_id)))
    parts = tuple(Part(p.service_id, p.specialist_id, p.start, p.end, p.price) for p in visit.parts)
    slot = Slot(visit.start, visit.end, parts)
    moving = _moving(move, ticket)
    draft = Draft(active=True, services=services, slot=slot, moving=moving)
    move.remember(draft=draft, held=visit.id)
    move.changed = True
    move.advance = True
    move.decide(f"claimed hold {visit.id} of {visit.source}")


def _moving(move: Move, ticket: Ticket | None) -> int | None:
    """The visit that the held time is a new time for, if it is this client's own."""
    wanted = ticket.contact.get("moving") if ticket else None
    mine = [v for v in move.desk.my_visits() if v.id == wanted and move.desk.may_change(v)]
    return mine[0].id if mine else None


def _redeemed(move: Move, ticket: Ticket | None) -> Appointment | None:
    """The hold behind a code, this client's from now on and kept for longer; None if it is over."""
    desk = move.desk
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
