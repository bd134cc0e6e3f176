"""From a chosen time to the one exact thing we ask the client to confirm."""

from __future__ import annotations

from datetime import datetime

from beautybot.agent import consent, deposits, listed, saying, times, window
from beautybot.agent.memory import Asked, Goal, Proposal, new_token
from beautybot.agent.move import Move
from beautybot.booking.appointments import Appointment, SlotTaken
from beautybot.booking.availability import Slot
from beautybot.businesses.salons import Consent
from beautybot.channels.base import Button
from beautybot.conversations.envelope import Weight


def keep_and_propose(move: Move, slot: Slot) -> bool:
    """
    Hold the time, ask for what is missing of the client, then for the yes.

    False if somebody was faster, or the time went by while the client thought: she was told,
    and a new time is to be offered.
    """
    move.plan(slot=slot)
    if window.by_a_person(move):
        return True
    held = move.memory.held
    if held is not None and listed.is_dated(move, move.desk.visit(held)):
        move.release_hold()
    if move.memory.held is None and not _keep(move, slot):
        return False
    if move.draft.moving is not None or _contact_known(move):
        _propose(move)
    return True


def _keep(move: Move, slot: Slot) -> bool:
    if slot.start <= move.desk.now:
        gone_by(move, slot.start)
        return False
    fitting = listed.slot_now(move, slot)
    if fitting is None:
        move.decide("what was offered is not to be had so any more")
        move.plan(slot=None)
        move.say("confirmation.price_changed")
        return False
    slot = fitting
    try:
        key = f"{move.desk.conversation_id}:{new_token()}"
        held = move.desk.hold(slot, key, move.draft.moving)
    except SlotTaken:
        move.decide("the time was taken meanwhile")
        move.plan(slot=None)
        move.say("booking.just_taken", time=move.moment(slot.start))
        return False
    move.plan(slot=slot)
    move.remember(held=held.id, offer=None)
    move.decide(f"held {held.id} until {held.hold_until}")
    return True


def is_known(move: Move) -> bool:
    """True when nothing is left to ask of the client: consent, name and phone are there."""
    client = move.desk.client
    return not consent.needed(move) and bool(client.name and client.phone)


def gone_by(move: Move, start: datetime) -> None:
    """The wished time is in the past by now: say so, and look for another."""
    move.decide("the time went by meanwhile")
    move.release_hold()
    move.plan(slot=None)
    move.say("booking.past", time=move.moment(start))
    move.advance = True


def _contact_known(move: Move) -> bool:
    """True when name and phone are there; else the one question that is missing was asked."""
    client = move.desk.client
    if consent.needed(move):
        slot = move.draft.slot
        assert slot is not None
        wanted = saying.listed(s.name for s in move.desk.services(move.draft.services))
        time, people = move.moment(slot.start), times.people(move, slot)
        move.say("booking.slot_kept", services=wanted, time=time, people=people)
        consent.ask(move)
    elif not client.name:
        if move.desk.business.settings.consent is Consent.NOTICE:
            move.say("booking.notice", policy=move.desk.business.settings.privacy_url)
        move.ask(Asked.NAME, "booking.name")
    elif not client.phone:
        move.ask(Asked.PHONE, "booking.phone", name=client.name)
        move.ask_contact = True
    else:
        return True
    return False


def _propose(move: Move) -> None:
    assert move.memory.held is not None
    held = move.desk.visit(move.memory.held)
    goal = Goal.MOVE if move.draft.moving is not None else Goal.BOOK
    target = move.draft.moving if move.draft.moving is not None else held.id
    move.remember(
        proposal=Proposal(
            id=new_token(),
            goal=goal,
            appointment=target,
            facts_hash=listed.facts_hash(move, held),
            hold=held.id if goal is Goal.MOVE else None,
        )
    )
    move.decide(f"proposed {goal} {target}")
    move.parts = [part for part in move.parts if part.key != "booking.moving"]  # it says so itself
    repeat(move)


def repeat(move: Move) -> None:
    """Show the open proposal and ask for the yes."""
    proposal = move.memory.proposal
    assert proposal is not None
    match proposal.goal:
        case Goal.BOOK:
            visit = move.desk.visit(proposal.appointment)
            client = move.desk.client
            who = ", ".join(filter(None, (client.name, client.phone)))
            move.ask(Asked.CONFIRM, "confirmation.book", who=who, **visit_facts(move, visit))
        case Goal.MOVE:
            old = move.desk.visit(proposal.appointment)
            new = move.desk.visit(proposal.hold or proposal.appointment)
            facts = visit_facts(move, new) | {"number": old.number}
            move.ask(Asked.CONFIRM, "confirmation.move", was=move.moment(old.start), **facts)
        case Goal.CANCEL:
            visit = move.desk.visit(proposal.appointment)
            move.ask(Asked.CONFIRM, "confirmation.cancel", **visit_facts(move, visit))
    move.weight = Weight.CONFIRMATION
    yes = {Goal.BOOK: "Да, записать", Goal.MOVE: "Да, перенести", Goal.CANCEL: "Да, отменить"}
    no = "Изменить" if proposal.goal is not Goal.CANCEL else "Нет, оставить"
    move.buttons = (
        Button(f"y:{proposal.id}", yes[proposal.goal]),
        Button(f"n:{proposal.id}", no),
    )


def visit_facts(move: Move, visit: Appointment) -> dict[str, str]:
    """A visit in words: services, specialists, day and hours, price, address, number."""
    zone = move.desk.business.zone
    return {
        "services": saying.listed(visit.service_names),
        "specialists": saying.listed(visit.specialist_names),
        "time": f"{move.moment(visit.start)}–{saying.clock(visit.end, zone)}",
        "price": f"{visit.price}{deposits.of_visit(move, visit)}",
        "address": move.desk.business.address or move.desk.business.name,
        "number": visit.number,
    }


def line(move: Move, visit: Appointment) -> str:
    """A visit on one line: when, what, its number."""
    return f"{move.moment(visit.start)} — {saying.listed(visit.service_names)} ({visit.number})"
