"""The rules' own reading of a message, against one salon's words."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from beautybot.agent.categories import by_category
from beautybot.agent.commands import (
    AskInfo,
    AskPrice,
    Book,
    CancelBooking,
    Command,
    Human,
    Reject,
    Reschedule,
    SetServices,
    SetWhen,
    Shift,
    Unclear,
)
from beautybot.agent.mapping import commands_of
from beautybot.agent.memory import Asked, Memory
from beautybot.agent.regrouping import regrouped
from beautybot.agent.wishes import ServiceWish, WhenKind
from beautybot.booking.catalogue import Catalogue
from beautybot.businesses.salons import Business
from beautybot.russian.answers import Context
from beautybot.russian.clocks import Hours
from beautybot.russian.differing import question_of
from beautybot.russian.meaning import Lexicon, understand
from beautybot.russian.people import Person, plain_forms
from beautybot.russian.picking import direction_in, picked
from beautybot.russian.price_words import Listed, PriceWords

# Where no options are open a bare number picks nothing, and is no hour either.
_NO_NUMBERS = (Asked.CONSENT, Asked.NAME)
_NUMBER = re.compile(r"\W*\d{1,2}\W*")


@dataclass(frozen=True, slots=True)
class Salon:
    """A salon's catalogue with its words, built once a version."""

    catalogue: Catalogue
    lexicon: Lexicon


def lexicon_of(catalogue: Catalogue, business: Business) -> Lexicon:
    """The words of a salon: its price list, its people, its hours."""
    refs = {s.id: s.ref for s in catalogue.specialists}
    return Lexicon(
        prices=PriceWords.of(
            [
                Listed(
                    s.ref,
                    s.name,
                    s.category_title,
                    s.for_whom,
                    s.aliases,
                    tuple(refs[p] for p in s.specialists if p in refs),
                )
                for s in catalogue.services
            ]
        ),
        people=[
            Person(s.ref, s.name, tuple({*s.name_forms, *plain_forms(s.name)}), s.role)
            for s in catalogue.specialists
        ],
        hours=Hours(dict(catalogue.hours), business.zone),
    )


def of_text(
    text: str, at: datetime, business: Business, memory: Memory, salon: Salon
) -> list[Command]:
    """The commands of a written message, by the rules alone."""
    context = _context(at, business, memory)
    if memory.asked in _NO_NUMBERS and _NUMBER.fullmatch(text):
        return [Unclear(text)]
    meaning = understand(text, salon.lexicon, context)
    found = list(commands_of(text, meaning, memory))
    if meaning.choice is not None:
        return found
    found = regrouped(found, text, memory.draft, partial(_plainly, salon=salon, context=context))
    answered = _answered(found, text, memory, salon)
    asked = [_with_question(one, salon) for one in answered]
    return by_category(_shifted(asked, text, memory), text, salon.catalogue.services)


def _plainly(text: str, *, salon: Salon, context: Context) -> list[Command]:
    """The same of a piece of a message, whatever was wanted before."""
    return list(commands_of(text, understand(text, salon.lexicon, context), Memory()))


def _with_question(command: Command, salon: Salon) -> Command:
    """Wishes that leave several services open carry the question that tells them apart."""
    if not isinstance(command, SetServices):
        return command
    prices = salon.lexicon.prices
    asked = [
        replace(w, question=question_of(w.refs, prices)) if w.ask else w for w in command.wishes
    ]
    return replace(command, wishes=tuple(asked))


def _answered(found: list[Command], text: str, memory: Memory, salon: Salon) -> list[Command]:
    """An answer to "which of these services" by the word that tells them apart."""
    offered = _listed(memory)
    left = picked(text, salon.lexicon.prices, offered) if offered else ()
    if not left or any(isinstance(c, AskPrice | AskInfo) for c in found):
        return found
    others = [c for c in found if not isinstance(c, SetServices | Unclear)]
    return [*others, SetServices((ServiceWish(left, text[:200], ask=len(left) > 1),))]


def _listed(memory: Memory) -> list[str]:
    """The services that the client was shown last, to choose from or with their prices."""
    if memory.asked is Asked.SERVICE:
        options = memory.offer.options if memory.offer else ()
        return [o.service for o in options if o.service is not None]
    if memory.asked is not Asked.BOOKING or memory.draft.active:
        return []
    return [ref for wish in memory.topic if len(wish.refs) > 1 for ref in wish.refs]


def _shifted(found: list[Command], text: str, memory: Memory) -> list[Command]:
    """An answer to times that were offered by where to look from them."""
    options = memory.offer.options if memory.offer else ()
    offered = memory.draft.slot is not None or any(o.slot is not None for o in options)
    direction = direction_in(text) if offered and memory.draft.active else None
    if direction is None or any(_says_more(c) for c in found):
        return found
    others = [c for c in found if not isinstance(c, Unclear | Reject | Book | SetWhen)]
    return [*others, Shift(direction)]


def _says_more(command: Command) -> bool:
    """A wish of its own, beside which «раньше» does not speak of the offer."""
    if isinstance(command, SetWhen):
        return command.when.kind is not WhenKind.FIRST_FREE
    return isinstance(command, CancelBooking | Reschedule | Human | SetServices)


def _context(at: datetime, business: Business, memory: Memory) -> Context:
    options = memory.offer.options if memory.offer else ()
    slots = [o.slot for o in options if o.slot is not None]
    day = memory.draft.when.day if memory.draft.when else None
    if memory.draft.slot is not None:
        day = memory.draft.slot.start.astimezone(business.zone).date()
    return Context(
        now=at.astimezone(business.zone),
        asked="" if memory.asked is Asked.NOTHING else str(memory.asked),
        offered=tuple(s.start.astimezone(business.zone) for s in slots),
        options=len(options),
        known_day=day,
    )
