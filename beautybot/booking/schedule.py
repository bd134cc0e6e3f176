"""Working time and busy time of a salon's people, of which the rest is free."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from beautybot.booking import slots
from beautybot.booking.slots import Span, local_spans, midnight, minus, overlaps, union

Week = Mapping[int, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Hours:
    """
    The rules of working time, strongest first; None stands for the whole salon.

    One date of a specialist, one date of the salon, a specialist's repeating
    shifts, a specialist's own week, the salon's week.
    """

    overrides: Mapping[tuple[int | None, date], Sequence[Span]] = field(default_factory=dict)
    patterns: Mapping[int, tuple[date, Sequence[Sequence[Span]]]] = field(default_factory=dict)
    weekly: Mapping[int | None, Week] = field(default_factory=dict)

    def on(self, person: int, day: date) -> Sequence[Span]:
        """The local minutes of a day that a specialist works."""
        for key in ((person, day), (None, day)):
            if key in self.overrides:
                return self.overrides[key]
        if person in self.patterns:
            anchor, cycle = self.patterns[person]
            return cycle[(day - anchor).days % len(cycle)]
        week = self.weekly.get(person) or self.weekly.get(None, {})
        return week.get(day.weekday(), ())


@dataclass(frozen=True)
class Schedule:
    """Everything about a salon's time in a row of local days, read once; then arithmetic."""

    zone: ZoneInfo
    days: Sequence[date]
    hours: Hours = field(default_factory=Hours)
    away: Mapping[int | None, Sequence[Span]] = field(default_factory=dict)
    busy: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    units: Mapping[int, Sequence[Sequence[Span]]] = field(default_factory=dict)
    surplus: Mapping[int, Sequence[Sequence[Span]]] = field(default_factory=dict)
    _worked: dict[int, list[Span]] = field(default_factory=dict, compare=False)
    _free: dict[int, list[Span]] = field(default_factory=dict, compare=False)

    @cached_property
    def midnights(self) -> list[int]:
        """When each day begins, and when the last one ends."""
        after = date.fromordinal(self.days[-1].toordinal() + 1)
        return [midnight(day, self.zone) for day in (*self.days, after)]

    @property
    def pairs(self) -> list[Span]:
        """When each day begins and ends."""
        return list(pairwise(self.midnights))

    def grid(self, step: int) -> list[int]:
        """Every minute at which a visit may start, closed or not."""
        found: list[int] = []
        for day, (begins, ends) in zip(self.days, self.pairs, strict=True):
            found += slots.grid(day, step, self.zone, begins, ends)
        return found

    def working(self, person: int) -> list[Span]:
        """When a specialist is at work: hours without breaks and absences."""
        if person not in self._worked:
            spans = [
                span
                for day, (begins, ends) in zip(self.days, self.pairs, strict=True)
                if (local := self.hours.on(person, day))
                for span in local_spans(day, local, self.zone, begins, ends)
            ]
            gone = union((*self.away.get(person, ()), *self.away.get(None, ())))
            self._worked[person] = minus(union(spans), gone)
        return self._worked[person]

    def free(self, person: int) -> list[Span]:
        """When a specialist could be given to another client."""
        if person not in self._free:
            self._free[person] = minus(self.working(person), union(self.busy.get(person, ())))
        return self._free[person]

    def free_on(self, person: int, day: date) -> list[Span]:
        """The same on one of the days, cut at its midnights."""
        begins, ends = self.pairs[self.days.index(day)]
        cut = ((max(a, begins), min(b, ends)) for a, b in self.free(person))
        return [(a, b) for a, b in cut if a < b]

    def has_unit(self, resource: int, start: int, end: int) -> bool:
        """
        True if one unit of the resource is free all the time from start to end.

        Units that the salon has given up since, but visits still keep, count
        as taken from those that are left.
        """
        kept = sum(overlaps(spans, start, end) for spans in self.surplus.get(resource, ()))
        left = sum(not overlaps(spans, start, end) for spans in self.units[resource])
        return left > kept

    def load(self, person: int, day: int) -> float:
        """Which share of her day a specialist is busy; `day` counts from the first."""
        spans = self.busy.get(person, ())
        if not spans:
            return 0.0
        begins, ends = self.midnights[day : day + 2]
        taken = spans[bisect_left(spans, (begins,)) : bisect_left(spans, (ends,))]
        if not taken:
            return 0.0
        work = self.working(person)
        hers = work[bisect_left(work, (begins,)) : bisect_left(work, (ends,))]
        return sum(b - a for a, b in taken) / (sum(b - a for a, b in hers) or 1)
