"""Which of her visits a client means, and the change she wishes."""

from __future__ import annotations

from dataclasses import replace

from beautybot.agent import listed, saying, spans, window
from beautybot.agent.commands import Reschedule
from beautybot.agent.memory import Asked, Goal, Option, Proposal, new_token
from beautybot.agent.move import Move
from beautybot.agent.proposing import line, repeat
from beautybot.agent.wishes import When
from beautybot.booking.appointments import Appointment
from beautybot.russian.picking import direction_in, minutes_aside


def cancel(
    move: Move, when: When | None, visit_id: int | None = None, place: int | None = None
) -> None:
    """Find which visit is meant and ask whether to cancel it; `place` in the list of hers."""
    visits = _pressed(move, visit_id) or _at_place(move, place) or _meant(move, when)
    if not visits:
        _no_visits(move)
    elif len(visits) > 1:
        _which(move, visits, "booking.which_to_cancel")
        move.plan(active=False, moving=None)
    else:
        propose_cancel(move, visits[0])


def reschedule(move: Move, when: When | None, wish: Reschedule | None = None) -> None:
    """Find which visit is meant and start looking for its new time."""
    wish = wish or Reschedule()
    visits = _pressed(move, wish.visit) or _at_place(move, wish.place) or move.desk.my_visits()
    if not visits:
        _no_visits(move)
    elif len(visits) > 1:
        move.plan(active=True, when=when)
        _which(move, visits, "booking.which_to_move")
    elif wish.direction is not None and wish.minutes:
        zone, start = move.desk.business.zone, visits[0].start
        aside = spans.beside([start], wish.direction, move.today, zone, wish.minutes)
        start_moving(move, visits[0], aside)
    else:
        start_moving(move, visits[0], when)


def _at_place(move: Move, place: int | None) -> list[Appointment]:
    """«Отмените вторую»: of the client's visits, as they are listed, soonest first."""
    visits = move.desk.my_visits()
    if place is None or not -1 <= place <= len(visits) or not place:
        return []
    return visits[-1:] if place == -1 else visits[place - 1 : place]


def which_again(move: Move) -> None:
    """A yes does not say which of several visits is meant."""
    if move.draft.active:
        reschedule(move, move.draft.when)
    else:
        cancel(move, None)


def chosen_visit(move: Move, appointment_id: int) -> None:
    """The client said which of several visits."""
    mine = {v.id: v for v in move.desk.my_visits()}
    visit = mine.get(appointment_id)
    if visit is None:
        _no_visits(move)
    elif move.draft.active:
        start_moving(move, visit, move.draft.when)
    else:
        propose_cancel(move, visit)


def move_aside(move: Move, text: str) -> bool:
    """«Ой, а попозже можно?» of who has one visit and wishes nothing else: it is to be moved."""
    direction, visits = direction_in(text), move.desk.my_visits()
    if direction is None or move.draft.active or len(visits) != 1:
        return False
    zone, by = move.desk.business.zone, minutes_aside(text)
    when = spans.beside([visits[0].start], direction, move.today, zone, by)
    start_moving(move, visits[0], when)
    return True


def start_moving(move: Move, visit: Appointment, when: When | None) -> None:
    """The draft becomes this visit at another time."""
    if not move.desk.may_change(visit):
        window.too_late(move, visit)
        return
    move.release_hold()
    services = tuple(s.ref for p in visit.parts if (s := move.desk.service_of(p.service_id)))
    people = {p.specialist_id for p in visit.parts}
    one = move.desk.specialist_of(people.pop()) if len(people) == 1 else None
    draft = replace(
        move.draft,
        active=True,
        services=services,
        unsure=(),
        specialist=one.ref if one else None,
        specialist_choice=(),
        when=when,
        slot=None,
        moving=visit.id,
    )
    move.remember(draft=draft, offer=None)
    move.changed = True
    move.say("booking.moving", visit=line(move, visit))
    if len(services) < len(visit.parts):
        move.say("booking.service_gone")
    move.advance = True


def propose_cancel(move: Move, visit: Appointment) -> None:
    """Ask whether to cancel this visit."""
    if not move.desk.may_change(visit):
        window.too_late(move, visit)
        return
    move.release_hold()
    move.memory = move.memory.forget_visit()
    move.remember(
        proposal=Proposal(new_token(), Goal.CANCEL, visit.id, listed.facts_hash(move, visit))
    )
    move.changed = True
    move.advance = False
    repeat(move)


def _pressed(move: Move, visit_id: int | None) -> list[Appointment]:
    """The visit of a reminder's button, if it is this client's own."""
    return [visit for visit in move.desk.my_visits() if visit.id == visit_id]


def _meant(move: Move, when: When | None) -> list[Appointment]:
    visits = move.desk.my_visits()
    if when is None or when.start is None:
        return visits
    day = when.start.astimezone(move.desk.business.zone).date()
    zone = move.desk.business.zone
    return [v for v in visits if v.start.astimezone(zone).date() == day] or visits


def _which(move: Move, visits: list[Appointment], key: str) -> None:
    move.release_hold()  # what lay before the client is off: another visit is spoken of
    lines = saying.numbered(line(move, v) for v in visits)
    move.ask(Asked.WHICH, key, lines=lines)
    zone = move.desk.business.zone
    move.offer(
        [(Option(appointment=v.id), saying.short_moment(v.start, zone)) for v in visits[:10]]
    )
    move.advance = False


def _no_visits(move: Move) -> None:
    move.memory = move.memory.forget_visit()
    move.say("service_inquiry.no_visits")
    move.advance = False
