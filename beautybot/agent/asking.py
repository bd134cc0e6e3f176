"""The next question of a booking: one at a time, built from what is still missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from beautybot.agent import listed, proposing, saying, times, waiting
from beautybot.agent.memory import Asked, Option
from beautybot.agent.move import Move
from beautybot.agent.spans import DAYS_AHEAD, spans
from beautybot.agent.states import pricing
from beautybot.agent.wishes import ServiceWish, When, WhenKind
from beautybot.booking.availability import Slot
from beautybot.booking.catalogue import Service, Specialist
from beautybot.channels.base import Button

MOST_CHOICES = 10
FEW_SLOTS = 4


def advance(move: Move) -> None:
    """Ask what is missing: service, specialist, time, contact, and then for the yes."""
    listed.forget_what_is_gone(move)
    draft = move.draft
    if move.memory.proposal is not None:
        proposing.repeat(move)
    elif draft.wants_services:
        _which_service(move)
    elif draft.unsure:
        _which_of(move, draft.unsure[0])
    elif not _bookable(move):
        return
    elif draft.specialist_choice and not _only_one_fits(move):
        _which_specialist(move)
    elif draft.slot is not None:
        _take(move, draft.slot)
    else:
        _time(move)


def unknown_service(move: Move, wish: ServiceWish) -> None:
    """Say that the salon does not offer it, and what is nearest."""
    pricing.unknown(move, wish)


def _which_service(move: Move) -> None:
    person = move.desk.specialist(move.draft.specialist)
    if person is not None:
        theirs = [s for s in move.desk.catalogue.services if person.id in s.specialists]
        if 0 < len(theirs) <= MOST_CHOICES:
            move.ask(
                Asked.SERVICE,
                "booking.which_of_specialist",
                name=person.name,
                lines=_menu(move, theirs),
            )
            move.plan(unsure=(ServiceWish(tuple(s.ref for s in theirs), "", ask=True),))
            move.offer([(Option(service=s.ref), s.name) for s in theirs])
            return
    if move.interrupted and move.memory.asked is Asked.SERVICE:
        move.ask(Asked.SERVICE, "booking.which_service_again")
        return
    titles = dict.fromkeys(s.category_title or "Услуги" for s in move.desk.catalogue.services)
    move.ask(Asked.SERVICE, "booking.which_service", lines="\n".join(f"• {t}" for t in titles))


def _which_of(move: Move, wish: ServiceWish) -> None:
    services = move.desk.services(wish.refs)[:MOST_CHOICES]
    if len(services) < 2:
        refs = tuple(s.ref for s in services)
        move.plan(unsure=move.draft.unsure[1:], services=(*move.draft.services, *refs))
        advance(move)
        return
    titles = [(Option(service=s.ref), s.name) for s in services]
    seen = _has_before_eyes(move, services)
    if seen and move.interrupted:
        move.ask(Asked.SERVICE, "booking.which_of_again")
        move.offer(titles)
        return
    if seen and move.changed and not move.parts:
        move.say("booking.noted")
    key = "booking.which_of_question" if wish.question else "booking.which_of"
    move.ask(Asked.SERVICE, key, lines=_menu(move, services), question=wish.question)
    move.offer(titles)


def _has_before_eyes(move: Move, services: list[Service]) -> bool:
    """The client was shown these very services last."""
    shown = move.memory.offer.options if move.memory.offer else ()
    return [o.service for o in shown] == [s.ref for s in services]


def _menu(move: Move, services: list[Service]) -> str:
    return saying.numbered(pricing.line(move, s) for s in services)


def _bookable(move: Move) -> bool:
    closed = [s for s in move.desk.services(move.draft.services) if not s.bookable]
    if not closed:
        return True
    move.desk.hand_over("not_bookable", f"Хочет записаться: {closed[0].name}")
    move.say("booking.not_bookable", service=closed[0].name)
    move.memory = move.memory.forget_visit()
    return False


def _only_one_fits(move: Move) -> bool:
    able = {s.ref for s in move.desk.can_do(move.desk.services(move.draft.services))}
    fitting = [ref for ref in move.draft.specialist_choice if ref in able]
    if len(fitting) == 1:
        move.plan(specialist=fitting[0], specialist_choice=())
        return True
    if not fitting:
        move.plan(specialist=move.draft.specialist_choice[0], specialist_choice=())
        return True
    return False


def _which_specialist(move: Move) -> None:
    people = [p for ref in move.draft.specialist_choice if (p := move.desk.specialist(ref))]
    lines = saying.numbered(", ".join(filter(None, (p.name, p.role))) for p in people)
    move.ask(Asked.SPECIALIST, "booking.which_specialist", lines=lines)
    move.offer([(Option(specialist=p.ref), p.name) for p in people])


def _time(move: Move) -> None:
    services = move.desk.services(move.draft.services)
    person = _willing(move, services)
    when = move.draft.when
    if when is not None and when.readings:
        _which_reading(move, when)
    elif when is not None and when.unresolved:
        move.plan(when=None)
        move.ask(Asked.WHEN, "booking.which_day", text=when.text)
    elif move.draft.waiting:
        waiting.join(move, services, person)
    elif when is not None and when.kind is WhenKind.CLOCK:
        _clock_only(move, services, person, when)
    elif when is None or when.kind is WhenKind.FIRST_FREE:
        slots = move.desk.slots(times.wish(move, services, person))
        _offer(move, slots, "booking.first_free" if when else "booking.offer_soon")
    elif when.kind is WhenKind.EXACT and not when.approximate:
        _exactly(move, services, person, when)
    else:
        _window(move, services, person, when)


def _willing(move: Move, services: list[Service]) -> Specialist | None:
    """The wished specialist if she does all of it; else say so and take anybody."""
    person = move.desk.specialist(move.draft.specialist)
    if person is None:
        return None
    able = move.desk.can_do(services)
    if person in able or not able:
        return person if person in able else None
    names = saying.listed(p.name for p in able)
    wanted = saying.listed(f"«{s.name}»" for s in services)
    move.say("booking.specialist_does_not", name=person.name, services=wanted, others=names)
    move.plan(specialist=None)
    return None


def _exactly(move: Move, services: list[Service], person: Specialist | None, when: When) -> None:
    assert when.start is not None
    wish = times.wish(move, services, person)
    slot = move.desk.exactly(wish, when.start)
    if slot is not None and times.others(move, [slot]):
        _take(move, slot)
        return
    if slot is not None:
        move.say("booking.as_it_is", time=move.moment(when.start))
    elif when.start < move.desk.now:
        move.say("booking.past", time=move.moment(when.start))
    else:
        move.say("booking.taken", time=move.moment(when.start))
    around = replace(wish, start=when.start, end=when.start + timedelta(minutes=1))
    _instead(move, move.desk.nearest(around))


def _around(when: When) -> When:
    """«Часов в шесть»: an hour before and an hour and a half after will do."""
    if when.kind is not WhenKind.EXACT or when.start is None:
        return when
    early, late = timedelta(minutes=60), timedelta(minutes=91)
    return replace(when, start=when.start - early, end=when.start + late)


def _take(move: Move, slot: Slot) -> None:
    """Hold it and go on; where somebody was faster, offer what is near."""
    if proposing.keep_and_propose(move, slot):
        return
    services = move.desk.services(move.draft.services)
    person = move.desk.specialist(move.draft.specialist)
    wish = times.wish(move, services, person)
    near = replace(wish, start=slot.start, end=slot.start + timedelta(minutes=1))
    _instead(move, move.desk.nearest(near))
    move.plan(when=None)


def _window(move: Move, services: list[Service], person: Specialist | None, when: When) -> None:
    slots: list[Slot] = []
    named = when.start if when.kind is WhenKind.EXACT else None
    searched = spans(_around(when), move.today, move.desk.business.zone)
    for start, end in searched:
        wish = times.wish(move, services, person, start, end)
        found = times.others(move, times.about(move, wish, named))
        slots += found[: 2 if len(searched) > 1 else MOST_CHOICES]
        if len(slots) >= FEW_SLOTS:
            break
    if slots:
        _offer(move, slots, "booking.offer")
        return
    wish = times.wish(move, services, person, *searched[0])
    move.say("booking.nothing_then", time=when.text or _day_words(move, when))
    _instead(move, move.desk.nearest(wish))


def _instead(move: Move, slots: list[Slot]) -> None:
    """Other times than the wished one, which may be waited for."""
    when = move.draft.when
    could_wait = when is not None and (when.start is None or when.start > move.desk.now)
    _offer(move, slots, "booking.alternatives", *([waiting.JOIN] if could_wait else []))


def _clock_only(move: Move, services: list[Service], person: Specialist | None, when: When) -> None:
    """An hour without a day: the nearest days on which it is free at that hour."""
    zone = move.desk.business.zone
    wish = times.wish(move, services, person)
    found: list[Slot] = []
    minutes = when.clock_min or 0
    for ahead in range(DAYS_AHEAD):
        day = move.today + timedelta(days=ahead)
        start = datetime.combine(day, time(minutes // 60 % 24, minutes % 60), zone)
        if slot := move.desk.exactly(wish, start):
            found.append(slot)
        if len(found) == 3:
            break
    if found:
        _offer(move, found, "booking.offer_clock")
    else:
        move.say("booking.nothing_then", time=when.text)
        _instead(move, move.desk.nearest(wish))


def _which_reading(move: Move, when: When) -> None:
    lines = saying.numbered(_reading(move, when, at) for at in when.readings)
    move.ask(Asked.WHEN, "booking.which_reading", text=when.text, lines=lines)
    move.offer([(Option(moment=at), _reading(move, when, at, short=True)) for at in when.readings])


def _reading(move: Move, when: When, at: datetime, *, short: bool = False) -> str:
    zone = move.desk.business.zone
    if when.kind is WhenKind.EXACT:
        return saying.short_moment(at, zone) if short else move.moment(at)
    on = at.astimezone(zone).date()
    return f"{on.day} {saying.MONTHS[on.month - 1]}" if short else saying.day(on, move.today)


def _offer(move: Move, slots: list[Slot], key: str, *more: Button) -> None:
    slots = times.others(move, slots)
    if not slots:
        move.ask(Asked.WHEN, "booking.nothing_at_all")
        move.buttons = (*more, Button("m:human", "Позвать человека"))
        return
    zone = move.desk.business.zone
    titles = [(Option(slot=s), saying.short_moment(s.start, zone)) for s in slots]
    if move.interrupted and _same_slots(move, slots):
        move.ask(Asked.SLOT, "booking.offer_again")
        move.offer(titles, *more)
        return
    lines = saying.numbered(f"{move.moment(s.start)} — {_who(move, s)}" for s in slots)
    wanted = saying.listed(s.name for s in move.desk.services(move.draft.services))
    move.ask(Asked.SLOT, key, services=wanted, lines=lines)
    move.offer(titles, *more)
    told = (f"{s.start.astimezone(zone):%d.%m %H:%M} {_who(move, s)}: {s.why}" for s in slots)
    move.decide(f"offered {len(slots)} slots: " + "; ".join(told))


def _same_slots(move: Move, slots: list[Slot]) -> bool:
    """The client has these very times before the eyes already."""
    shown = move.memory.offer.options if move.memory.offer else ()
    said = [(o.slot.start, o.slot.specialist_ids) for o in shown if o.slot is not None]
    return said == [(s.start, s.specialist_ids) for s in slots]


def _who(move: Move, slot: Slot) -> str:
    return f"{times.people(move, slot)}, {slot.price}"


def _day_words(move: Move, when: When) -> str:
    if when.start is None:
        return when.text
    return saying.on_day(when.start.astimezone(move.desk.business.zone).date(), move.today)
