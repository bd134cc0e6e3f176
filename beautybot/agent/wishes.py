"""What a visit is wished to be: which services, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class WhenKind(StrEnum):
    """The shape of a wished time."""

    EXACT = "exact"
    DAY = "day"
    PART = "part"
    AFTER = "after"
    BEFORE = "before"
    RANGE = "range"
    CLOCK = "clock"  # an hour without a day
    FIRST_FREE = "first_free"


@dataclass(frozen=True, slots=True)
class When:
    """
    A wished time: a half-open window for the start of the visit, aware.

    CLOCK has no day yet: `clock_min` is minutes since midnight; another kind
    without a start runs from there to `until_min` on any day.  `windows`: each
    of these spans will do.  `readings`
    not empty: two meanings live, and we must ask which.
    """

    kind: WhenKind
    text: str
    start: datetime | None = None
    end: datetime | None = None
    clock_min: int | None = None
    approximate: bool = False
    readings: tuple[datetime, ...] = ()
    unresolved: bool = False
    until_min: int | None = None
    windows: tuple[tuple[datetime, datetime | None], ...] = ()

    @property
    def day(self) -> date | None:
        """The day it speaks of, if it speaks of one."""
        return self.start.date() if self.start and self.kind is not WhenKind.FIRST_FREE else None


@dataclass(frozen=True, slots=True)
class ServiceWish:
    """
    Services the client's words may mean, as ids of the salon's file.

    One id and not `ask`: that one.  `ask`: the words leave several open.
    `known` False: the salon does not offer it; the ids are the nearest.
    """

    refs: tuple[str, ...]
    text: str
    ask: bool = False
    known: bool = True
    question: str = ""
