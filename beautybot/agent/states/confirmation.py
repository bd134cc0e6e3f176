"""
confirmation: the gate.  Nothing is booked, moved or cancelled except through `_agreed`.

Everything must hold at once: a proposal is open, it reached the client before
the yes (or its own button was pressed), nothing about the visit changed in the
same breath, consent is there, and what was shown is still true.
"""

from __future__ import annotations

from datetime import timedelta

from beautybot.agent import consent, fulfilled, inviting, listed, proposing, window
from beautybot.agent.commands import Command, Confirm, Reject
from beautybot.agent.memory import Asked, Goal, Proposal
from beautybot.agent.move import Move
from beautybot.agent.states import service_inquiry
from beautybot.booking.appointments import SlotTaken, TooLate
from beautybot.conversations.envelope import Weight
from beautybot.kit.errors import NotFound

GRAIN = timedelta(seconds=1)  # channels date messages to the second


def play(move: Move, command: Command) -> None:
    """A yes or a no to the open proposal."""
    proposal = move.memory.proposal
    match command:
        case Confirm(proposal=pressed):
            if proposal is None or (pressed is not None and pressed != proposal.id):
                _stale(move)
            else:
                _agreed(move, proposal, by_button=pressed is not None)
        case Reject(proposal=pressed):
            if proposal is None or (pressed is not None and pressed != proposal.id):
                _stale(move)
            else:
                _declined(move, proposal)
        case _:
            raise TypeError(f"confirmation does not play {type(command).__name__}")


def _agreed(move: Move, proposal: Proposal, *, by_button: bool) -> None:
    if move.changed:
        move.advance = True  # "yes, but…" is a correction
        return
    if not by_button and not _was_read_first(move, proposal):
        move.decide("the yes came before the proposal did: asked again")
        proposing.repeat(move)
        return
    if proposal.goal is Goal.BOOK and window.by_a_person(move):
        return
    if proposal.goal is Goal.BOOK and consent.needed(move):
        consent.ask(move)
        return
    try:
        shown = move.desk.visit(proposal.hold or proposal.appointment)
        if listed.facts_hash(move, shown) != proposal.facts_hash:
            _changed(move)
            return
        if proposal.goal is not Goal.CANCEL and shown.start <= move.desk.now:
            proposing.gone_by(move, shown.start)
            return
        _carry_out(move, proposal)
    except (SlotTaken, NotFound):
        _taken(move)
    except TooLate:
        window.too_late(move, move.desk.visit(proposal.appointment))


def _was_read_first(move: Move, proposal: Proposal) -> bool:
    reached = move.desk.reached_client_at(proposal.message_id)
    return reached is not None and reached <= move.heard_at + GRAIN


def _carry_out(move: Move, proposal: Proposal) -> None:
    match proposal.goal:
        case Goal.BOOK:
            visit = move.desk.book(proposal.appointment)
            fulfilled.by(move, visit, visit.id)
            key = "confirmation.booked"
        case Goal.MOVE:
            assert proposal.hold is not None
            visit = move.desk.move(proposal.appointment, proposal.hold)
            fulfilled.by(move, visit, proposal.hold)
            key = "confirmation.moved"
        case Goal.CANCEL:
            visit = move.desk.cancel(proposal.appointment)
            key = "confirmation.cancelled"
    move.say(key, **proposing.visit_facts(move, visit))
    move.decide(f"{proposal.goal} {visit.id} done on the client's yes")
    move.weight = Weight.CONFIRMATION
    move.memory = move.memory.forget_visit()
    move.advance = False
    if proposal.goal is Goal.BOOK:
        inviting.ask_once(move)


def _declined(move: Move, proposal: Proposal) -> None:
    move.decide("the client declined")
    if proposal.goal is Goal.CANCEL:
        move.memory = move.memory.forget_visit()
        move.say("confirmation.kept")
        return
    if move.contact_told and not move.changed:
        move.advance = True  # "no, my name is…" speaks of the name, not of the visit
        return
    move.release_hold()
    if move.changed:
        move.advance = True
        return
    move.plan(slot=None, when=None)
    move.ask(Asked.WHEN, "confirmation.what_to_change")


def _stale(move: Move) -> None:
    """A yes to something that is no longer open: the open thing is shown, nothing is done."""
    if move.memory.proposal is not None:
        proposing.repeat(move)
        return
    visits = move.desk.my_visits()
    if visits:
        line = service_inquiry.describe_visit(move, visits[0])
        move.say("confirmation.already", visit=line)
    else:
        move.say("booking.stale_options")
        move.advance = move.draft.active


def _changed(move: Move) -> None:
    """What was shown is not true any more: the same time as it is now, where it still fits."""
    move.release_hold()
    if not listed.forget_what_is_gone(move):
        move.say("confirmation.price_changed")
    if not _is_free_still(move):
        move.plan(slot=None)
    move.advance = True


def _taken(move: Move) -> None:
    """The hold is gone: kept anew and asked again while the time is free, else another time."""
    move.remember(held=None, proposal=None)
    if _is_free_still(move):
        move.say("confirmation.hold_renewed")
        move.decide("the hold had expired, the time is still free: asked again")
    else:
        move.plan(slot=None)
        move.say("confirmation.taken_meanwhile")
    move.advance = True


def _is_free_still(move: Move) -> bool:
    draft, desk = move.draft, move.desk
    if draft.slot is None:
        return False
    person = desk.specialist_of(draft.slot.specialist_ids[0])
    if person is None:  # she has left the salon: another one is not taken unasked
        return False
    wish = desk.wish(desk.services(draft.services), person, moving=draft.moving)
    slot = desk.exactly(wish, draft.slot.start)
    if slot is not None:
        move.plan(slot=slot)
    return slot is not None
