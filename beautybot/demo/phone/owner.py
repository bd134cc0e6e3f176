"""The owner's side of the page: what it shows and who provides it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class AppointmentRow:
    """One appointment as the owner reads it; every field is ready text."""

    day: str  # «сегодня», «завтра, 25 ноября»
    time: str  # «18:30–20:00»
    service: str
    specialist: str
    client: str
    price: str
    status: str = ""  # empty when there is nothing to say


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One conversation of the list, newest first."""

    client: str
    channel: str  # "whatsapp" or "telegram"
    state: str  # «запись», «подтверждение»
    last: str  # the last words, in short
    needs_person: bool = False
    url: str = ""


class OwnerView(Protocol):
    """Reads the product's own data; called every second or two for each open page."""

    async def appointments(self) -> Sequence[AppointmentRow]:
        """What is booked from today on, in order of time."""
        ...

    async def conversations(self) -> Sequence[ConversationRow]:
        """Who has written, newest first."""
        ...


@dataclass(frozen=True, slots=True)
class Invitation:
    """How to look into the real dashboard; shown beside its link."""

    url: str
    email: str
    password: str
