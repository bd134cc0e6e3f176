"""Whoever speaks with the global bot: a person whose chat is bound, and their salons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from beautybot.businesses import bindings, salons, users
from beautybot.businesses.salons import Business
from beautybot.notifications.bot.cards import Card
from beautybot.notifications.bot.pouch import Kept, Letter
from beautybot.notifications.listeners import HEARS


@dataclass(frozen=True, slots=True)
class Person:
    """Looked up anew for every press: who left the salon yesterday presses in vain today."""

    user_id: int
    chat: str
    name: str
    salons: tuple[int, ...]

    @property
    def by(self) -> str:
        """As records name who did something."""
        return f"user:{self.user_id}"


@dataclass(frozen=True, slots=True)
class Here:
    """A press or a reply: whose, on which letter, in which of their salons."""

    conn: Connection
    person: Person
    kept: Kept
    business: Business
    now: datetime

    @property
    def context(self) -> dict[str, Any]:
        """What the letter is about."""
        return dict(self.kept.letter.context)

    def letter(
        self,
        text: str,
        rows: Sequence[Sequence[dict[str, str]]] = (),
        context: dict[str, Any] | None = None,
    ) -> Letter:
        """Something to say back to this person, about the same salon."""
        return Letter(
            self.person.chat, text, rows, context=context or {}, business_id=self.business.id
        )


@dataclass(frozen=True, slots=True)
class Done:
    """
    What came of it: a few words on the button, letters, and a mark on every copy of the notice.

    `card` takes the place of the pressed message; `client_hears` says that the
    clients' outbox has something.
    """

    toast: str = ""
    says: tuple[Letter, ...] = ()
    mark: str = ""
    card: Card | None = None
    client_hears: bool = False
    rewritten: tuple[tuple[str, Card, int], ...] = field(default=())


def of_chat(conn: Connection, chat: str) -> Person | None:
    """The person of a bound chat who still is an owner or admin somewhere."""
    bound = bindings.of_chat(conn, chat)
    theirs = tuple(m.business_id for m in users.of_chat(conn, chat) if m.role in HEARS)
    if bound is None or not theirs:
        return None
    return Person(bound.user_id, chat, bound.name.partition(" (@")[0], theirs)


def salons_of(conn: Connection, person: Person) -> list[Business]:
    """Their salons."""
    return [salons.get(conn, business_id) for business_id in person.salons]


def here(conn: Connection, person: Person, kept: Kept, now: datetime) -> Here | None:
    """Where a press belongs; None if the letter's salon is not theirs (any more)."""
    business_id = kept.letter.business_id
    if business_id is None or business_id not in person.salons:
        return None
    return Here(conn, person, kept, salons.get(conn, business_id), now)
