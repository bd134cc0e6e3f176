"""service_inquiry: everything a client asks that is neither a price nor a wish to book."""

from __future__ import annotations

import re
from typing import assert_never

from beautybot.agent import (
    changing,
    delicate,
    deposits,
    knowledge,
    restrictions,
    saying,
    summary,
    waiting,
)
from beautybot.agent.commands import (
    AskInfo,
    Attached,
    Command,
    Human,
    Late,
    ListBookings,
    OffTopic,
    StopWriting,
    Unclear,
)
from beautybot.agent.memory import Asked
from beautybot.agent.move import Move
from beautybot.agent.states import pricing
from beautybot.agent.states.greeting import START_BUTTONS
from beautybot.agent.subjects import is_about_the_house
from beautybot.agent.topics import Topic
from beautybot.booking.appointments import Appointment
from beautybot.booking.catalogue import Service
from beautybot.businesses.notices import NoticeKind
from beautybot.channels.base import Button, Kind
from beautybot.kit.text import one_line
from beautybot.russian.intents import asks_of_everything

MOST_MISSES = 2
_WHERE = re.compile(r"(?i)\bадрес|\bгде (?:вы|ваш|салон)|наход(?:ит|яс)|как (?:вас )?найти")
MOST_STRAYS = 2
EMERGENCY = "112"
OWN_WORDS: dict[str, dict[str, str]] = {
    "medical": {},
    "complaint": {},
    "distress": {"number": EMERGENCY},
    "minor": {"age": str(delicate.GROWN_UP)},
    "group": {},
    "bride": {},
}
"""Reasons to call a person that are told to the client in words of their own, with their facts."""


def play(move: Move, command: Command) -> None:
    """Answer a question from what the salon has said of itself, or pass it on."""
    match command:
        case AskInfo():
            _answer(move, command)
            move.advance = move.advance or move.draft.active or move.memory.proposal is not None
        case ListBookings():
            _visits(move)
        case Human():
            hand_over(move, command.reason)
        case Late():
            _late(move, command.text)
        case Attached():
            _attached(move, command.kind)
        case StopWriting():
            move.desk.opt_out()
            move.say("service_inquiry.opted_out")
        case OffTopic():
            _off_topic(move)
        case Unclear():
            _unclear(move, command.text)
        case _:
            raise TypeError(f"service_inquiry does not play {type(command).__name__}")


def _attached(move: Move, kind: str) -> None:
    """A picture beside a booking is for the specialist; anything else we cannot read."""
    for_visit = move.draft.active or move.memory.proposal is not None
    if kind in (Kind.PHOTO, Kind.VIDEO, Kind.DOCUMENT) and for_visit:
        move.say("service_inquiry.file_kept")
        move.advance = True
    else:
        move.say("service_inquiry.please_write")


def hand_over(move: Move, reason: str) -> None:
    """Give the conversation to a person and say so."""
    told = summary.of(move, reason)
    move.release_hold()
    move.memory = move.memory.forget_visit()
    move.desk.hand_over(reason, told)
    move.decide(f"handed over: {reason}")
    key = f"handoff_{reason}" if reason in OWN_WORDS else "handoff"
    move.say(f"service_inquiry.{key}", **OWN_WORDS.get(reason, {}))
    move.advance = False


def _answer(move: Move, command: AskInfo) -> None:
    match command.topic:
        case Topic.OTHER | Topic.SERVICES if _is_forbidden(move, command):
            move.say("service_inquiry.not_discussed")
        case Topic.HOURS:
            hours = saying.hours(dict(move.desk.catalogue.hours))
            move.say("service_inquiry.hours", hours=hours)
        case Topic.ADDRESS | Topic.SERVICES if _is_about_the_house(command):
            _about_the_house(move, command)
        case Topic.ADDRESS if not _from_faq(move, command):
            _address(move, command.text)
        case Topic.ASSISTANT:
            move.say("service_inquiry.assistant")
        case Topic.SPECIALISTS:
            _people(move, command)
        case Topic.SERVICES if command.wishes:
            _describe(move, command)
        case Topic.SERVICES if _from_faq(move, command):
            move.decide("answered from the salon's own answers")
        case Topic.SERVICES if _is_about_the_wish(move, command.text):
            _pass_on(move, command.text)
        case Topic.SERVICES:
            _list_categories(move)
        case Topic.PROMO if not _from_faq(move, command):
            move.desk.pass_on(command.text)
            move.say("service_inquiry.promo")
        case Topic.PAYMENT if deposits.answer(move, command.text, _services(move, command)):
            move.decide("answered from the salon's prepayments")
        case Topic.PAYMENT | Topic.OTHER if not _from_faq(move, command):
            _pass_on(move, command.text)
        case Topic.ADDRESS | Topic.PROMO | Topic.PAYMENT | Topic.OTHER:
            move.decide("answered from the salon's own answers")
        case _:
            assert_never(command.topic)


def _is_about_the_house(command: AskInfo) -> bool:
    """Parking is no address, and coffee no service: neither is answered with one."""
    return not command.wishes and is_about_the_house(command.text)


def _about_the_house(move: Move, command: AskInfo) -> None:
    if command.topic is Topic.ADDRESS and _WHERE.search(command.text):
        _address(move, command.text)
    if not _from_faq(move, command):
        _pass_on(move, command.text)


def _address(move: Move, text: str) -> None:
    salon = move.desk.business
    where = ", ".join(filter(None, (salon.city, salon.address)))
    if where:
        move.say("service_inquiry.address", address=where)
    else:
        _pass_on(move, text)


def _is_about_the_wish(move: Move, text: str) -> bool:
    """«А что входит?» in the middle of a talk about one service: no list answers that."""
    spoken_of = not move.draft.wants_services or bool(move.memory.topic)
    return spoken_of and not asks_of_everything(text)


def _services(move: Move, command: AskInfo) -> list[Service]:
    return [s for wish in command.wishes for s in move.desk.services(wish.refs)]


def _from_faq(move: Move, command: AskInfo) -> bool:
    found = knowledge.find(move.desk.catalogue.faq, command.text)
    if found is None:
        return False
    move.say("service_inquiry.faq", answer=found)
    return True


def _pass_on(move: Move, text: str) -> None:
    """We do not know: the salon is asked once, the client is told so."""
    move.desk.pass_on(text)
    move.say("service_inquiry.passed_on")


def _describe(move: Move, command: AskInfo) -> None:
    for wish in command.wishes:
        services = move.desk.services(wish.refs)
        if not wish.known or not services:
            pricing.unknown(move, wish)
            continue
        lines = "\n".join(f"• {pricing.line(move, s)}" for s in services[: pricing.MOST_LINES])
        move.say("service_inquiry.offered", lines=lines)
    move.remember(topic=command.wishes)
    if not move.draft.active and any(w.known for w in command.wishes):
        move.ask(Asked.BOOKING, "pricing.offer_booking")
        move.buttons = (Button("m:book", "Записаться"),)


def _list_categories(move: Move) -> None:
    titles = dict.fromkeys(s.category_title or "Услуги" for s in move.desk.catalogue.services)
    move.say("service_inquiry.categories", lines="\n".join(f"• {t}" for t in titles))
    if not move.draft.active:
        move.ask(Asked.SERVICE, "service_inquiry.which")


def _people(move: Move, command: AskInfo) -> None:
    services = _services(move, command)
    people = [
        p
        for p in move.desk.catalogue.specialists
        if not services or any(p.id in s.specialists for s in services)
    ]
    if not people:
        _pass_on(move, command.text)
        return
    lines = "\n".join(
        f"• {p.name} — {', '.join(filter(None, (p.role, p.level)))}".rstrip(" —") for p in people
    )
    move.say("service_inquiry.people", lines=lines)
    if command.wishes:
        move.remember(topic=command.wishes)


def _visits(move: Move) -> None:
    visits = move.desk.my_visits()
    waits = waiting.describe(move)
    if not visits and not waits:
        move.say("service_inquiry.no_visits")
        return
    if visits:
        lines = "\n".join(f"• {describe_visit(move, v)}" for v in visits)
        move.say("service_inquiry.visits", lines=lines)
    if waits:
        move.say("waiting.list", lines=waits)
    move.advance = move.advance or move.memory.proposal is not None


def describe_visit(move: Move, visit: Appointment) -> str:
    """A visit on one line: when, what, by whom, its number."""
    return (
        f"{move.moment(visit.start)} — {saying.listed(visit.service_names)}, "
        f"мастер {saying.listed(visit.specialist_names)}, запись {visit.number}"
    )


def _late(move: Move, text: str) -> None:
    visits = move.desk.my_visits()
    number = visits[0].number if visits else "без записи"
    move.desk.notify(
        NoticeKind.LATE,
        f"{move.desk.conversation_id}:{move.desk.now:%Y-%m-%dT%H:%M}",
        f"Клиент опаздывает ({number}): «{one_line(text, 160)}»",
    )
    move.say("service_inquiry.late")


def _off_topic(move: Move) -> None:
    strayed = move.memory.strayed + 1
    move.remember(strayed=strayed)
    if strayed > MOST_STRAYS:
        move.silent = not move.parts
        return
    move.say("service_inquiry.off_topic", salon=saying.of_salon(move.desk.business.name))
    move.advance = move.draft.active or move.memory.proposal is not None


def _is_forbidden(move: Move, said: AskInfo | Unclear) -> bool:
    """True for a topic the owner does not want spoken of; our own services are never one."""
    own = isinstance(said, AskInfo) and bool(said.wishes)
    return not own and restrictions.forbids(move.desk.business.restrictions, said.text)


def _unclear(move: Move, text: str) -> None:
    if _is_forbidden(move, Unclear(text)):
        move.decide("a topic the owner does not want spoken of")
        move.say("service_inquiry.not_discussed")
        move.advance = move.draft.active or move.memory.proposal is not None
        return
    if (answer := knowledge.find(move.desk.catalogue.faq, text)) is not None:
        move.say("service_inquiry.faq", answer=answer)
        move.advance = move.draft.active or move.memory.proposal is not None
        return
    if is_about_the_house(text):
        _pass_on(move, text)
        move.advance = move.draft.active or move.memory.proposal is not None
        return
    if changing.move_aside(move, text):
        return
    misses = move.memory.misses + 1
    move.remember(misses=misses)
    if misses > MOST_MISSES:
        hand_over(move, "not_understood")
        return
    move.decide("asked again")
    if not any(part.key.startswith("greeting.speaks_") for part in move.parts):
        move.say("service_inquiry.unclear")
    if move.draft.active or move.memory.proposal is not None:
        move.advance = True
    else:
        move.buttons = START_BUTTONS
