"""What only a person of the salon does: late changes, and booking whom the owner's rule names."""

from __future__ import annotations

from beautybot.agent.move import Move
from beautybot.booking import no_shows
from beautybot.booking.appointments import Appointment
from beautybot.kit.text import counted, one_line


def too_late(move: Move, visit: Appointment) -> None:
    """Inside the salon's cancellation window only a person decides; the client hears the rule."""
    hours = counted(move.desk.business.settings.cancel_window_h, "часа", "часов", "часов")
    begun = visit.start <= move.desk.now
    why = "Визит уже начался" if begun else f"До визита меньше {hours}"
    move.release_hold()
    move.memory = move.memory.forget_visit()
    told = f"{why}, запись {visit.number}. {one_line(move.said[-1].text, 200)}"
    move.desk.hand_over("too_late_to_change", told)
    move.say("confirmation.too_late", why=why)
    move.decide("refused: inside the cancellation window")
    move.advance = False


def by_a_person(move: Move) -> bool:
    """
    True if the owner's rule for missed visits lets only a person book this client.

    The salon is told what is wanted and why; the client hears no reproach.
    """
    desk = move.desk
    limit = desk.business.settings.no_show_limit
    if limit == 0 or move.draft.moving is not None:
        return False
    missed = no_shows.count(desk.conn, desk.business, desk.me, desk.now)
    if missed < limit:
        return False
    names = ", ".join(s.name for s in desk.services(move.draft.services))
    when = f", {move.moment(move.draft.slot.start)}" if move.draft.slot else ""
    times = counted(missed, "визит", "визита", "визитов")
    move.release_hold()
    move.memory = move.memory.forget_visit()
    desk.hand_over("no_shows", f"Хочет записаться: {names}{when}. Не пришёл раньше: {times}.")
    move.say("confirmation.by_a_person")
    move.decide(f"{missed} missed visits: the owner's rule leaves the booking to a person")
    move.advance = False
    return True
