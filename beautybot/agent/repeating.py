"""«Как в прошлый раз»: the services and the specialist of the client's last visit."""

from __future__ import annotations

from beautybot.agent import saying
from beautybot.agent.move import Move
from beautybot.booking.appointments import Appointment


def play(move: Move) -> None:
    """Start a booking like the last one; what is gone from the salon is said and asked anew."""
    move.changed = True
    when = move.draft.when
    move.release_hold()
    move.memory = move.memory.forget_visit()
    last = move.desk.last_visit()
    if last is None:
        move.say("booking.no_last_visit")
        move.plan(active=True, when=when)
    else:
        _like(move, last)
        move.plan(when=when)
    move.advance = True


def _like(move: Move, last: Appointment) -> None:
    desk = move.desk
    services = [s for p in last.parts if (s := desk.service_of(p.service_id))]
    people = {p.specialist_id for p in last.parts}
    one = desk.specialist_of(people.pop()) if len(people) == 1 else None
    gone = [p for p in last.parts if desk.specialist_of(p.specialist_id) is None]
    move.memory = move.memory.forget_visit()
    move.plan(
        active=True,
        services=tuple(dict.fromkeys(s.ref for s in services)),
        specialist=one.ref if one else None,
    )
    if not services:
        move.say("waiting.last_is_not_sold")
        return
    who = f", мастер {one.name}" if one else ""
    move.say("waiting.like_last", services=saying.listed(s.name for s in services), who=who)
    if gone:
        move.say("waiting.specialist_left", name=gone[0].specialist_name)
    move.decide(f"as in visit {last.id}")
