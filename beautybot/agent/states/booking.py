"""booking: what the client wants is gathered; any of it may change at any time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from beautybot.agent import (
    asking,
    changing,
    claiming,
    consent,
    inviting,
    reminding,
    repeating,
    spans,
    waiting,
)
from beautybot.agent.commands import (
    Book,
    CancelBooking,
    Choose,
    Claim,
    Command,
    Confirm,
    Invited,
    LeaveFreed,
    Reject,
    Repeat,
    Reschedule,
    SetName,
    SetPhone,
    SetServices,
    SetSpecialist,
    SetWhen,
    Shift,
    StopWaiting,
    TakeFreed,
    Unclear,
    Wait,
    WillCome,
)
from beautybot.agent.memory import Asked, Option
from beautybot.agent.move import Move
from beautybot.agent.states import service_inquiry
from beautybot.agent.wishes import ServiceWish, When, WhenKind
from beautybot.russian.picking import Direction


def play(move: Move, command: Command) -> None:
    """Take one wish into the draft; the next question is asked when all were taken."""
    if isinstance(command, Confirm) and move.memory.asked in (Asked.NAME, Asked.PHONE):
        service_inquiry.play(move, Unclear(move.said[-1].text))  # a yes is no name
        return
    move.remember(misses=0)
    match command:
        case Book():
            _start(move)
        case SetServices():
            _services(move, command)
        case SetSpecialist():
            _specialist(move, command)
        case SetWhen():
            _when(move, command.when)
        case SetName() | SetPhone():
            _contact(move, command)
        case Choose():
            _choose(move, command)
        case Shift():
            _shift(move, command.direction)
        case Confirm():
            _yes(move)
        case Reject():
            _no(move)
        case _:
            _around_visits(move, command)


def _around_visits(move: Move, command: Command) -> None:
    """What is said of visits that exist, were, or may become possible."""
    match command:
        case CancelBooking():
            changing.cancel(move, command.when, command.visit, command.place)
        case Reschedule(when=When() as when, visit=None) if _only_wishes(move):
            _when(move, when)
        case Reschedule():
            changing.reschedule(move, command.when, command)
        case WillCome():
            reminding.will_come(move, command.visit)
        case Repeat():
            repeating.play(move)
        case Wait():
            _wait(move)
        case StopWaiting():
            waiting.leave(move)
        case TakeFreed():
            waiting.take(move, command)
        case LeaveFreed():
            waiting.decline(move, command.offer, stop=command.stop)
        case Invited():
            inviting.answered(move, command)
        case Claim():
            claiming.claim(move, command.code)
        case _:
            raise TypeError(f"booking does not play {type(command).__name__}")


def _only_wishes(move: Move) -> bool:
    """Somebody with no visit yet, in the middle of booking: «перенесём на вечер» is a wish."""
    return bool(move.draft.active and move.draft.services and not move.desk.my_visits())


def _start(move: Move) -> None:
    """The client wants to come; what was spoken of before is what is wanted."""
    move.plan(active=True)
    _take_topic(move)
    move.advance = True


def _take_topic(move: Move) -> None:
    """«Сколько стоит маникюр?», then «а завтра вечером?»: the manicure is what is wanted."""
    if move.draft.wants_services and move.memory.topic:
        wishes, move.memory = move.memory.topic, replace(move.memory, topic=())
        _take_wishes(move, wishes)


def _wait(move: Move) -> None:
    """The wished time is not taken at once: it is waited for."""
    _touch(move)
    _start(move)
    move.plan(waiting=True, slot=None)


def _services(move: Move, command: SetServices) -> None:
    if move.memory.asked is Asked.SERVICE and move.draft.unsure:
        # The answer to "which of these": it stands in place of what was unsure.
        move.plan(unsure=move.draft.unsure[1:])
        kept = move.draft
    else:
        kept = replace(move.draft, services=(), unsure=())
    _touch(move)
    move.memory = replace(move.memory, draft=replace(kept, active=True, slot=None))
    _take_wishes(move, command.wishes)
    move.advance = True


def _take_wishes(move: Move, wishes: tuple[ServiceWish, ...]) -> None:
    services, unsure = list(move.draft.services), list(move.draft.unsure)
    for wish in wishes:
        if not wish.known:
            asking.unknown_service(move, wish)
        elif wish.ask and len(wish.refs) > 1:
            unsure.append(wish)
        elif wish.refs and wish.refs[0] not in services:
            services.append(wish.refs[0])
    move.plan(services=tuple(services), unsure=tuple(unsure))


def _specialist(move: Move, command: SetSpecialist) -> None:
    _touch(move)
    if command.unknown:
        move.say("booking.unknown_specialist", name=command.unknown)
    move.plan(
        active=True,
        specialist=command.refs[0] if len(command.refs) == 1 else None,
        specialist_choice=command.refs if len(command.refs) > 1 else (),
        any_one=command.any_one or bool(command.unknown),
        excluded=command.excluded or (() if command.any_one else move.draft.excluded),
        slot=None,
    )
    _take_topic(move)
    move.advance = True


def _when(move: Move, when: When) -> None:
    _touch(move)
    before = move.draft.when
    if when.kind is WhenKind.CLOCK and before is not None and before.day is not None:
        when = spans.joined(before, when, move.desk.business.zone)
    move.plan(active=True, when=when, slot=None)
    _take_topic(move)
    move.advance = True


def _contact(move: Move, command: SetName | SetPhone) -> None:
    move.contact_told = True
    if isinstance(command, SetName):
        move.desk.remember(name=command.name)
    elif command.phone is None:
        move.say("booking.bad_phone")
    else:
        move.desk.remember(phone=command.phone)
    move.advance = True


def _choose(move: Move, command: Choose) -> None:
    offer = move.memory.offer
    stale = offer is None or (command.offer is not None and command.offer != offer.token)
    option = None if stale or offer is None else offer.pick(command.number)
    if option is None:
        move.say("booking.stale_options" if stale else "booking.no_such_option")
        # A choice beside a yes: whatever she meant, it was not what the proposal shows.
        move.changed = move.changed or move.memory.proposal is not None
        move.advance = True
        return
    _take(move, option)


def _take(move: Move, option: Option) -> None:
    move.decide("took an option of the offer")
    if option.slot is not None:
        move.release_hold()
        move.plan(active=True, slot=option.slot)
    elif option.service is not None:
        rest = move.draft.unsure[1:]
        services = (*move.draft.services, option.service)
        move.plan(active=True, unsure=rest, services=tuple(dict.fromkeys(services)))
    elif option.specialist is not None:
        move.plan(active=True, specialist=option.specialist, specialist_choice=())
    elif option.moment is not None:
        _pick_moment(move, option)
    elif option.appointment is not None:
        changing.chosen_visit(move, option.appointment)
        return
    move.advance = True


def _shift(move: Move, direction: Direction) -> None:
    shown = _shown(move)
    if shown:
        _touch(move)
        when = spans.beside(shown, direction, move.today, move.desk.business.zone)
        move.plan(active=True, when=when, slot=None)
    move.advance = True


def _shown(move: Move) -> list[datetime]:
    """The times before the client's eyes: the one we keep, or those of the offer."""
    if move.draft.slot is not None:
        return [move.draft.slot.start]
    options = move.memory.offer.options if move.memory.offer else ()
    return [o.slot.start for o in options if o.slot is not None]


def _pick_moment(move: Move, option: Option) -> None:
    when = move.draft.when
    if when is not None and option.moment is not None:
        move.plan(when=spans.resolved(when, option.moment))


def _yes(move: Move) -> None:
    """A yes to whatever was asked that is not a proposal."""
    asked = move.memory.asked
    if asked is Asked.CONSENT:
        consent.given(move)
        move.advance = True
    elif asked is Asked.INVITING:
        inviting.answered(move, Invited(agrees=True), pressed=False)
    elif asked is Asked.BOOKING:
        _start(move)
    elif asked is Asked.WHICH:
        changing.which_again(move)
    elif asked is Asked.SLOT and move.memory.offer and len(move.memory.offer.options) == 1:
        _take(move, move.memory.offer.options[0])
    elif move.draft.active:
        if asked in (Asked.SERVICE, Asked.SLOT) and move.memory.offer and not move.changed:
            move.say("booking.several_to_pick")
        move.advance = True
    else:
        move.say("service_inquiry.glad")


def _no(move: Move) -> None:
    """A no to whatever was asked that is not a proposal."""
    asked = move.memory.asked
    if asked is Asked.CONSENT and move.changed:
        move.advance = True  # "no, rather…" speaks of the visit, not of the consent
    elif asked is Asked.CONSENT:
        consent.refused(move)
    elif asked is Asked.INVITING:
        inviting.answered(move, Invited(agrees=False))
    elif asked is Asked.SLOT and not move.changed:
        move.release_hold()
        move.plan(when=None, slot=None)
        move.ask(Asked.WHEN, "booking.other_time")
    elif asked in (Asked.BOOKING, Asked.NOTHING, Asked.WHICH) and not move.changed:
        move.memory = move.memory.forget_visit()
        move.say("booking.no_problem")
    else:
        move.advance = True


def _touch(move: Move) -> None:
    """The wish changes: what was held or proposed for the old one is void."""
    move.changed = True
    move.release_hold()
    if move.memory.asked is Asked.CONFIRM:
        move.remember(asked=Asked.NOTHING)
