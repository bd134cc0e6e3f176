"""The rules' own reading of a message, against one salon's words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from beautybot.agent.commands import Command
from beautybot.agent.mapping import commands_of
from beautybot.agent.memory import Asked, Memory
from beautybot.booking.catalogue import Catalogue
from beautybot.businesses.salons import Business
from beautybot.russian.answers import Context
from beautybot.russian.clocks import Hours
from beautybot.russian.meaning import Lexicon, understand
from beautybot.russian.people import Person
from beautybot.russian.price_words import Listed, PriceWords


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
        people=[Person(s.ref, s.name, s.name_forms) for s in catalogue.specialists],
        hours=Hours(dict(catalogue.hours), business.zone),
    )


def of_text(
    text: str, at: datetime, business: Business, memory: Memory, salon: Salon
) -> list[Command]:
    """The commands of a written message, by the rules alone."""
    meaning = understand(text, salon.lexicon, _context(at, business, memory))
    return list(commands_of(text, meaning, memory))


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
