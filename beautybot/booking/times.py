"""
What is asked of the salon's time, and what it answers: values that travel.

A month of slots is thousands of values: a frozen `msgspec.Struct` is made in a
fraction of a dataclass's time, and the garbage collector need not look at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from beautybot.kit.money import Price, total

Instants = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Wish:
    """
    What is wanted: services in order, by whom, and a half-open window for the start.

    Without a window the whole horizon is meant.  `preferred_specialist` comes
    first where anybody will do; `team` names exactly who does which service.
    `moving` is a visit that would move: its own time counts as free.
    """

    services: tuple[int, ...]
    specialist_id: int | None = None
    excluded: frozenset[int] = frozenset()
    start: datetime | None = None
    end: datetime | None = None
    preferred_specialist: int | None = None
    team: tuple[int, ...] | None = None
    moving: int | None = None


class Part(msgspec.Struct, frozen=True, gc=False):
    """One service of a visit: who, when, for how much; `busy` is what the specialist loses."""

    service_id: int
    specialist_id: int
    start: datetime
    end: datetime
    price: Price
    busy: tuple[Instants, ...] = ()

    @property
    def whole(self) -> Instants:
        """From the first preparation to the last cleaning: so long a room is needed."""
        spans = (*self.busy, (self.start, self.end))
        return min(a for a, _ in spans), max(b for _, b in spans)


class Slot(msgspec.Struct, frozen=True, gc=False):
    """A true time for a whole visit; `why` explains its place in the offer."""

    start: datetime
    end: datetime
    parts: tuple[Part, ...]
    score: int = 0
    why: str = ""

    @property
    def specialist_ids(self) -> tuple[int, ...]:
        """Who does it, each once, in order."""
        return tuple(dict.fromkeys(part.specialist_id for part in self.parts))

    @property
    def price(self) -> Price:
        """The price of the whole visit."""
        return total([part.price for part in self.parts])
