"""What the buttons of a reminder do; also where the agent is off or a person answers."""

from __future__ import annotations

from beautybot.agent import saying
from beautybot.agent.commands import CancelBooking, Command, Reschedule, WillCome
from beautybot.agent.memory import Asked
from beautybot.agent.move import Move
from beautybot.agent.window import too_late
from beautybot.booking.appointments import Appointment


def will_come(move: Move, visit_id: int) -> None:
    """Thank, and write down that the client has confirmed."""
    visit = _own(move, visit_id)
    if visit is None:
        move.say("service_inquiry.no_visits")
        return
    move.desk.confirmed(visit.id)
    move.say("confirmation.see_you", time=move.moment(visit.start))
    move.decide(f"visit {visit.id} confirmed after a reminder")


def alone(move: Move, command: Command) -> bool:
    """Play a reminder's button without the receptionist; False if it is none."""
    match command:
        case WillCome(visit=visit_id):
            will_come(move, visit_id)
        case CancelBooking(visit=int(visit_id)):
            _cancel(move, visit_id)
        case Reschedule(visit=int()):
            move.desk.hand_over("wants_to_move", "Хочет перенести запись")
            move.say("service_inquiry.handoff")
        case _:
            return False
    move.remember(asked=Asked.NOTHING)
    return True


def _cancel(move: Move, visit_id: int) -> None:
    visit = _own(move, visit_id)
    if visit is None:
        move.say("service_inquiry.no_visits")
    elif not move.desk.may_change(visit):
        too_late(move, visit)
    else:
        gone = move.desk.cancel(visit.id)
        move.say(
            "confirmation.cancelled",
            number=gone.number,
            services=saying.listed(gone.service_names),
            specialists=saying.listed(gone.specialist_names),
            time=move.moment(gone.start),
            price=str(gone.price),
            address=move.desk.business.address,
        )


def _own(move: Move, visit_id: int) -> Appointment | None:
    return next((v for v in move.desk.my_visits() if v.id == visit_id), None)
