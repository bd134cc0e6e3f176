"""The salon's window before a visit, in which only a person moves or cancels it."""

from __future__ import annotations

from beautybot.agent.move import Move
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
