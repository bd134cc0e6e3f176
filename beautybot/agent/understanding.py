"""
Text and context to commands: buttons first, then the rules, then (unsure) the model.

The model proposes from the closed list with the client's own words; those go
through the very same rules, which alone decide what is a date, a service or a
person of this salon.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from beautybot.agent import (
    commands as c,
    delicate,
    interpreting,
    parties,
    presses,
    prompted,
    rules,
)
from beautybot.agent.adviser import Adviser
from beautybot.agent.commands import Command
from beautybot.agent.memory import Asked, Memory
from beautybot.agent.rules import Salon
from beautybot.booking import catalogue as catalogues
from beautybot.businesses.salons import Business
from beautybot.channels.base import Kind
from beautybot.conversations.history import Message, Seen
from beautybot.conversations.model_use import NO_LIMIT, Budget
from beautybot.kit.db import Database
from beautybot.kit.gate import Gate

_CACHED = 500
AT_ONCE = 8
# A code of a hold made by an assistant, see booking/tickets.py.
_CODE = re.compile(r"[0-9a-f]{48}")
_CODE_IN_TEXT = re.compile(r"\bкод:? ([0-9a-f]{48})\b", re.IGNORECASE)


@dataclass(slots=True)
class Understanding:
    """
    What the turns of one process share: the salons' words, the day's money, and a gate.

    Through `reading` and `acting` only a few turns at a time go to the
    database, the salons in rotation: hundreds of answers of a model may come at
    one moment, a salon may have hundreds of clients at one moment, and whoever
    waits for the same commit must not wait for all of them.
    """

    budget: Budget = NO_LIMIT
    reading: Gate = field(default_factory=lambda: Gate(AT_ONCE))
    acting: Gate = field(default_factory=lambda: Gate(AT_ONCE))
    _salons: dict[int, Salon] = field(default_factory=dict)

    async def salon(self, db: Database, business: Business) -> Salon:
        """The salon's catalogue and lexicon, read again when the catalogue changed."""
        known = self._salons.get(business.id)
        if known is not None and known.catalogue.version == business.catalogue_version:
            return known
        catalogue = await db.read(catalogues.load, business.id)
        salon = Salon(catalogue, rules.lexicon_of(catalogue, business))
        if len(self._salons) >= _CACHED:
            self._salons.pop(next(iter(self._salons)))
        self._salons[business.id] = salon
        return salon


async def understand(
    seen: Seen, memory: Memory, salon: Salon, *, adviser: Adviser, now: datetime
) -> list[Command]:
    """What the client meant by all that was said since our last reply."""
    first = prompted.of(seen)
    memory = prompted.listening(memory, first)
    found: list[Command] = []
    for message in joined(seen.unanswered):
        found += _of_message(message, seen, memory, salon)
    found = prompted.meant(found, first)
    if interpreting.is_unsure(found):
        found = await interpreting.ask(adviser, seen, memory, salon, found)
    return ordered(found)


def joined(said: Sequence[Message]) -> list[Message]:
    """
    A burst as one message: people cut one sentence into five.

    Only written words beside each other are joined, each line once; a button,
    a card or a photo stays what it is.
    """
    whole: list[Message] = []
    for message in said:
        last = whole[-1] if whole else None
        if last is None or not (_is_written(last) and _is_written(message)):
            whole.append(message)
        elif message.text not in last.text.split("\n"):
            whole[-1] = replace(message, text=f"{last.text}\n{message.text}")
    return whole


def _is_written(message: Message) -> bool:
    return message.kind is Kind.TEXT and bool(message.text.strip())


def ordered(commands: Iterable[Command]) -> list[Command]:
    """Each once; greetings first, a yes or a no after everything that may change the wish."""
    unique = list(dict.fromkeys(commands))
    if len(unique) > 1:
        sure: list[Command] = [k for k in unique if not isinstance(k, c.Unclear)]
        unique = sure if any(not isinstance(k, c.Speaks) for k in sure) else unique[:2]
    if any(isinstance(k, c.Human) for k in unique):
        unique = [k for k in unique if isinstance(k, c.Human | c.Greet | c.Speaks)]
    return sorted(unique, key=_turn)


def _turn(command: Command) -> int:
    match command:
        case c.Greet() | c.Speaks():
            return 0
        case c.CancelBooking() | c.Reschedule() | c.Repeat():
            return 1
        case c.SetServices():
            return 2
        case c.Thank() | c.Leave() | c.GiveUp() | c.Ponder():
            return 8
        case c.Confirm() | c.Reject():
            return 9
        case c.AskPrice() | c.AskInfo() | c.ListBookings():
            return 7
        case _:
            return 5


def _of_message(message: Message, seen: Seen, memory: Memory, salon: Salon) -> list[Command]:
    match message.kind:
        case Kind.PRESS:
            return presses.read(str(message.payload.get("id", "")))
        case Kind.START:
            param = str(message.payload.get("param", ""))
            greet = c.Greet(param, opened=True)
            return [greet, c.Claim(param)] if _CODE.fullmatch(param) else [greet]
        case Kind.TEXT if found := _CODE_IN_TEXT.search(message.text):
            return [c.Claim(found[1])]
        case Kind.CONTACT:
            return _contact(message, memory)
        case Kind.ORDER:
            return [c.Human("order")]
        case _ if message.text.strip():
            said = rules.of_text(message.text, message.sent_at, seen.business, memory, salon)
            if memory.asked in _OPEN and _is_a_smile(message.text) and _is_unclear(said):
                return [c.Thank()]
            meant = delicate.heard(message.text, said)
            return parties.heard(message.text, meant, for_two=_is_for_two(meant, salon))
        case _:
            return [c.Attached(message.kind)]


_OPEN = frozenset({Asked.NOTHING, Asked.BOOKING, Asked.INVITING})
"""Nothing is open that a picture might be meant to answer."""


def _is_a_smile(text: str) -> bool:
    """Signs alone, and at least one of them a picture: «🥰», «❤️!»."""
    signs = [unicodedata.category(sign) for sign in text]
    return "So" in signs and not any(kind.startswith(("L", "N")) for kind in signs)


def _is_unclear(found: Sequence[Command]) -> bool:
    return all(isinstance(command, c.Unclear) for command in found)


def _is_for_two(found: Sequence[Command], salon: Salon) -> bool:
    """Whether a service that is wanted is sold for two people as it is."""
    wanted = {
        ref for k in found if isinstance(k, c.SetServices) for w in k.wishes for ref in w.refs
    }
    names = (service.name for service in salon.catalogue.services if service.ref in wanted)
    return any("двоих" in name.lower() or "парн" in name.lower() for name in names)


def _contact(message: Message, memory: Memory) -> list[Command]:
    phone = message.payload.get("phone")
    if message.payload.get("own") and phone:
        return [c.SetPhone(str(phone))]
    return [c.SetPhone(None)] if memory.asked is Asked.PHONE else [c.Attached(message.kind)]
