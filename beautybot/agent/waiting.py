"""The waitlist in a chat: «если освободится — напишите», and what is said to a freed time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from beautybot.agent import listed, proposing, saying
from beautybot.agent.commands import Confirm, TakeFreed
from beautybot.agent.memory import Asked, Draft, Goal, Proposal, new_token
from beautybot.agent.move import Move
from beautybot.agent.spans import DAYS_AHEAD, spans
from beautybot.agent.states import confirmation
from beautybot.agent.wishes import When, WhenKind
from beautybot.booking import appointments, waitlist
from beautybot.booking.availability import Part, Slot
from beautybot.booking.catalogue import Service, Specialist
from beautybot.booking.visits import Appointment, Status
from beautybot.booking.waitlist import EnoughWaiting, Waiting, Wanted, Window
from beautybot.channels.base import Button
from beautybot.kit.errors import NotFound
from beautybot.notifications import freed_offers
from beautybot.notifications.freed_offers import FreedOffer, Outcome

JOIN = Button("m:wait", "Ждать это время")
EXACT = timedelta(minutes=1)


def join(move: Move, services: list[Service], person: Specialist | None) -> None:
    """Put the client on the list for what the draft says; ask for the days if it says none."""
    when = move.draft.when
    if when is None or when.kind is WhenKind.FIRST_FREE:
        move.ask(Asked.WHEN, "waiting.which_days")
        return
    desk = move.desk
    barred = frozenset(s.id for ref in move.draft.excluded if (s := desk.specialist(ref)))
    wanted = Wanted(
        services=tuple(s.id for s in services),
        windows=windows(move, when),
        specialist_id=person.id if person else None,
        excluded=barred,
    )
    move.memory = move.memory.forget_visit()
    if not wanted.windows:
        move.say("booking.past", time=_words(move, when))
        return
    try:
        entry = waitlist.join(desk.conn, desk.business.id, desk.me[0], wanted, desk.now)
    except EnoughWaiting:
        move.say("waiting.enough")
        return
    hold = timedelta(minutes=desk.business.settings.waitlist_hold_min)
    move.say(
        "waiting.joined",
        services=saying.listed(s.name for s in services),
        who=f", мастер {person.name}" if person else "",
        time=_words(move, when),
        hold=saying.duration(hold),
    )
    move.decide(f"waits as {entry.id}")


def windows(move: Move, when: When) -> tuple[Window, ...]:
    """The spans in which a visit may start, as said; past ones and open ends are cut."""
    now, zone = move.desk.now, move.desk.business.zone
    horizon = now + timedelta(days=move.desk.business.settings.horizon_days)
    found: list[tuple[datetime | None, datetime | None]] = []
    if when.kind is WhenKind.CLOCK:
        for ahead in range(DAYS_AHEAD):
            wall = datetime.combine(move.today + timedelta(days=ahead), time(), zone)
            at = wall + timedelta(minutes=when.clock_min or 0)
            found.append((at, at.astimezone(UTC) + EXACT))
    elif when.kind is WhenKind.EXACT and when.start is not None:
        early = timedelta(hours=1) if when.approximate else timedelta(0)
        found.append((when.start - early, when.start + early + EXACT))
    else:
        found = list(spans(when, move.today, zone))
    cut = [(max(start or now, now), min(end or horizon, horizon)) for start, end in found]
    return tuple((start, end) for start, end in cut if start < end)


def _words(move: Move, when: When) -> str:
    if when.kind is WhenKind.EXACT and when.start is not None and not when.approximate:
        return move.moment(when.start)
    if when.kind is WhenKind.DAY and when.start is not None and not when.windows:
        first = when.start.astimezone(move.desk.business.zone).date()
        if when.end is None or when.end - when.start <= timedelta(hours=25):
            return saying.day(first, move.today)
    return f"«{when.text}»"


def leave(move: Move) -> None:
    """The client no longer waits for anything."""
    desk = move.desk
    entries = waitlist.of_clients(desk.conn, desk.business.id, desk.me, desk.now)
    waitlist.close(desk.conn, desk.business.id, [e.id for e in entries], "left", desk.now)
    move.say("waiting.no_more" if entries else "waiting.was_not")


def describe(move: Move) -> str:
    """What the client waits for, a line each; empty if for nothing."""
    desk = move.desk
    lines = []
    for entry in waitlist.of_clients(desk.conn, desk.business.id, desk.me, desk.now):
        names = [s.name for i in entry.services if (s := desk.service_of(i))]
        lines.append(f"• {saying.listed(names)}{_until(move, entry)}")
    return "\n".join(lines)


def _until(move: Move, entry: Waiting) -> str:
    """The one time that is waited for, or the last day of many."""
    last = entry.until - EXACT
    if [last] == [start for start, _ in entry.windows]:
        return f" — {move.moment(last)}"
    day = last.astimezone(move.desk.business.zone).date()
    return f", самое позднее — {saying.day(day, move.today)}"


def take(move: Move, command: TakeFreed) -> None:
    """Yes to a freed time: through the gate, or first to what is missing of the client."""
    offer = _own(move, command.offer)
    if offer is None or offer.outcome is Outcome.UNREACHED:
        move.say("booking.stale_options")
        return
    try:
        visit = move.desk.visit(offer.appointment_id)
    except NotFound:
        _late(move, offer)
        return
    if visit.status is not Status.HELD:
        key = "confirmation.already" if visit.status is Status.BOOKED else "booking.stale_options"
        move.say(key, visit=proposing.line(move, visit))
        return
    _start(move, visit)
    if move.draft.moving is None and proposing.is_known(move) and _same_price(move, visit):
        shown = Proposal(
            id=new_token(),
            goal=Goal.BOOK,
            appointment=visit.id,
            facts_hash=listed.facts_hash(move, visit),
            message_id=offer.message_id,
        )
        move.remember(proposal=shown, asked=Asked.CONFIRM)
        confirmation.play(move, Confirm(shown.id if command.pressed else None))
        return
    move.advance = True


def _start(move: Move, visit: Appointment) -> None:
    """The draft becomes the freed visit; who has the same booked already moves to it."""
    desk = move.desk
    until = desk.now + timedelta(minutes=desk.business.settings.hold_min)
    kept = max(until, visit.hold_until or until)
    appointments.extend(desk.conn, desk.business.id, visit.id, until=kept)
    move.release_hold()
    move.memory = move.memory.forget_visit()
    services = {p.service_id for p in visit.parts}
    same = [
        v
        for v in desk.my_visits()
        if {p.service_id for p in v.parts} == services and desk.may_change(v)
    ]
    parts = tuple(Part(p.service_id, p.specialist_id, p.start, p.end, p.price) for p in visit.parts)
    draft = Draft(
        active=True,
        services=tuple(s.ref for p in visit.parts if (s := desk.service_of(p.service_id))),
        slot=Slot(visit.start, visit.end, parts),
        moving=same[0].id if len(same) == 1 else None,
    )
    move.remember(draft=draft, held=visit.id)
    move.decide(f"took freed time {visit.id}")


def _same_price(move: Move, visit: Appointment) -> bool:
    """What the offer showed is what the price list says now."""
    price = move.desk.catalogue.price
    return all(p.price == price(p.service_id, p.specialist_id) for p in visit.parts)


def _late(move: Move, offer: FreedOffer) -> None:
    """The hold is gone: the same time if nobody has it yet; else the client waits on."""
    desk = move.desk
    entry = waitlist.get(desk.conn, desk.business.id, offer.waiting_id)
    if entry is None:
        move.say("booking.stale_options")
        return
    services = [s for i in entry.services if (s := desk.service_of(i))]
    person = desk.specialist_of(entry.specialist_id)
    slot = desk.exactly(desk.wish(services, person), offer.start) if services else None
    if slot is None:
        move.say("waiting.gone", time=move.moment(offer.start))
        return
    move.release_hold()
    move.memory = move.memory.forget_visit()
    move.plan(active=True, services=tuple(s.ref for s in services), slot=slot)
    move.changed = True
    move.advance = True


def decline(move: Move, offer_id: int, *, stop: bool) -> None:
    """No to a freed time: the next in line is asked; `stop`: and this client waits no more."""
    offer = _own(move, offer_id)
    if offer is None:
        move.say("booking.stale_options")
        return
    desk = move.desk
    if stop:
        waitlist.close(desk.conn, desk.business.id, [offer.waiting_id], "left", desk.now)
    if offer.outcome is Outcome.OPEN:
        freed_offers.settle(desk.conn, desk.business.id, offer.id, Outcome.DECLINED)
        desk.release(offer.appointment_id)
    move.say("waiting.no_more" if stop else "waiting.on")


def _own(move: Move, offer_id: int) -> FreedOffer | None:
    desk = move.desk
    return freed_offers.of_clients(desk.conn, desk.business.id, desk.me, offer_id)
