"""What the receptionist remembers of a conversation between two turns."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from beautybot.agent.wishes import ServiceWish, When
from beautybot.booking.availability import Slot


class Asked(StrEnum):
    """The question that is open: it decides what a bare "да" or "2" means."""

    NOTHING = "nothing"
    BOOKING = "booking"  # shall I book you?
    SERVICE = "service"
    SPECIALIST = "specialist"
    WHEN = "when"
    SLOT = "slot"
    CONSENT = "consent"
    NAME = "name"
    PHONE = "phone"
    CONFIRM = "confirm"
    WHICH = "which"  # which of your visits
    FIRST = "first"  # what we wrote of first: a reminder, a freed time, an invitation
    INVITING = "inviting"  # may we invite you again?


class Goal(StrEnum):
    """What a proposal would do when the client says yes."""

    BOOK = "book"
    MOVE = "move"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Option:
    """One numbered thing we offered; exactly one of the three is set."""

    slot: Slot | None = None
    service: str | None = None
    specialist: str | None = None
    appointment: int | None = None
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """The numbered options of our last reply; `token` is what their buttons carry."""

    token: str
    options: tuple[Option, ...]

    def pick(self, number: int) -> Option | None:
        """The option of a number; -1 is the last; None if there is none."""
        index = len(self.options) - 1 if number == -1 else number - 1
        return self.options[index] if 0 <= index < len(self.options) else None


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known so far of the wanted visit.  Ids are those of the salon's file."""

    active: bool = False
    services: tuple[str, ...] = ()
    unsure: tuple[ServiceWish, ...] = ()
    specialist: str | None = None
    specialist_choice: tuple[str, ...] = ()
    any_one: bool = False
    excluded: tuple[str, ...] = ()
    when: When | None = None
    slot: Slot | None = None
    moving: int | None = None
    waiting: bool = False  # write when it becomes free

    @property
    def wants_services(self) -> bool:
        """True while we do not know what is to be done."""
        return not self.services and not self.unsure


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    The one exact thing we asked the client to confirm; it never changes.

    `appointment` is the hold (BOOK), or the visit to be moved or cancelled;
    `hold` is the new time's hold when moving.  `facts_hash` covers service,
    specialist, time and price as they were shown.
    """

    id: str
    goal: Goal
    appointment: int
    facts_hash: str
    hold: int | None = None
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything kept; stored as JSON beside the conversation's state."""

    draft: Draft = field(default_factory=Draft)
    asked: Asked = Asked.NOTHING
    offer: Offer | None = None
    proposal: Proposal | None = None
    held: int | None = None
    topic: tuple[ServiceWish, ...] = ()
    misses: int = 0
    strayed: int = 0
    introduced: bool = False
    told_in: str = ""  # the language in which we said that we answer in Russian
    asked_to_invite: bool = False  # once a client, whatever the answer
    asked_in: int | None = None  # the message that carries the question INVITING
    # How many turns since when: a flood or another bot is stopped by it.
    window: datetime | None = None
    turns: int = 0

    def forget_visit(self) -> Memory:
        """The same without the draft, offer and proposal: done, or given up."""
        return replace(
            self, draft=Draft(), asked=Asked.NOTHING, offer=None, proposal=None, held=None
        )


def load(stored: Mapping[str, Any]) -> Memory:
    """Memory as it was stored; what an older version wrote and we cannot read is forgotten."""
    try:
        return msgspec.convert(stored, Memory)
    except msgspec.ValidationError:
        return Memory(introduced=bool(stored.get("introduced")))


def dump(memory: Memory) -> dict[str, Any]:
    """Memory as plain values."""
    plain: dict[str, Any] = msgspec.to_builtins(memory)
    return plain


def new_token() -> str:
    """An unguessable name for an offer or a proposal, short enough for a button."""
    return secrets.token_urlsafe(9)


def hash_of(*facts: object) -> str:
    """A fingerprint of what a proposal showed."""
    return hashlib.sha256("\x1f".join(str(f) for f in facts).encode()).hexdigest()[:32]
