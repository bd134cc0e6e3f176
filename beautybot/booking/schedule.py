"""Working time and busy time of a salon's people, of which the rest is free."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import accumulate, pairwise, repeat
from operator import sub
from zoneinfo import ZoneInfo

from beautybot.booking import slots
from beautybot.booking.slots import (
    Columns,
    Span,
    columns,
    columns_of,
    local_spans,
    midnight,
    minus,
    overlaps,
    union,
)

Week = Mapping[int, Sequence[Span]]
NOTHING: Columns = columns((), ())


@dataclass(frozen=True)
class Hours:
    """
    The rules of working time, strongest first; None stands for the whole salon.

    One date of a specialist, one date of the salon, a specialist's repeating
    shifts, a specialist's own week, the salon's week.
    """

    overrides: Mapping[tuple[int | None, date], Sequence[Span]] = field(default_factory=dict)
    patterns: Mapping[int, tuple[date, Sequence[Sequence[Span]]]] = field(default_factory=dict)
    weekly: Mapping[int | None, Week] = field(default_factory=dict)

    def on(self, person: int | None, day: date) -> Sequence[Span]:
        """The local minutes of a day that a specialist works."""
        for key in ((person, day), (None, day)):
            if key in self.overrides:
                return self.overrides[key]
        if person is not None and person in self.patterns:
            anchor, cycle = self.patterns[person]
            return cycle[(day - anchor).days % len(cycle)]
        week = self.weekly.get(person) or self.weekly.get(None, {})
        return week.get(day.weekday(), ())

    @cached_property
    def own(self) -> set[int | None]:
        """Whose hours are not just those of the salon."""
        return {who for who, _ in self.overrides} | self.patterns.keys() | self.weekly.keys()


@dataclass(frozen=True)
class Schedule:
    """Everything about a salon's time in a row of local days, read once; then arithmetic."""

    zone: ZoneInfo
    days: Sequence[date]
    hours: Hours = field(default_factory=Hours)
    away: Mapping[int | None, Sequence[Span]] = field(default_factory=dict)
    busy: Mapping[int, Columns] = field(default_factory=dict)
    units: Mapping[int, Sequence[Sequence[Span]]] = field(default_factory=dict)
    surplus: Mapping[int, Sequence[Sequence[Span]]] = field(default_factory=dict)
    _worked: dict[int | None, list[Span]] = field(default_factory=dict, compare=False)
    _free: dict[int, list[Span]] = field(default_factory=dict, compare=False)
    _loads: dict[int, list[float]] = field(default_factory=dict, compare=False)
    _lengths: dict[int | None, list[int]] = field(default_factory=dict, compare=False)

    @cached_property
    def midnights(self) -> list[int]:
        """When each day begins, and when the last one ends."""
        after = date.fromordinal(self.days[-1].toordinal() + 1)
        return [midnight(day, self.zone) for day in (*self.days, after)]

    @cached_property
    def pairs(self) -> list[Span]:
        """When each day begins and ends."""
        return list(pairwise(self.midnights))

    def grid(self, step: int) -> list[int]:
        """Every minute at which a visit may start, closed or not."""
        found: list[int] = []
        for day, (begins, ends) in zip(self.days, self.pairs, strict=True):
            found += slots.grid(day, step, self.zone, begins, ends)
        return found

    def rule(self, person: int) -> int | None:
        """Whose hours a specialist works: the salon's, which is None, or her own."""
        return person if person in self.hours.own or person in self.away else None

    def working(self, person: int) -> list[Span]:
        """When a specialist is at work: hours without breaks and absences."""
        return self._working(self.rule(person))

    def _working(self, who: int | None) -> list[Span]:
        if who not in self._worked:
            spans = [
                span
                for day, (begins, ends) in zip(self.days, self.pairs, strict=True)
                if (local := self.hours.on(who, day))
                for span in local_spans(day, local, self.zone, begins, ends)
            ]
            gone = union((*self.away.get(who, ()), *self.away.get(None, ())))
            self._worked[who] = minus(union(spans), gone)
        return self._worked[who]

    def free(self, person: int) -> list[Span]:
        """When a specialist could be given to another client."""
        if person not in self._free:
            taken = union(zip(*self.taken(person), strict=True))
            self._free[person] = minus(self.working(person), taken)
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

    def taken(self, person: int) -> Columns:
        """When a specialist is busy."""
        return self.busy.get(person, NOTHING)

    def loads(self, person: int) -> list[float]:
        """Which share of each of the days a specialist is busy."""
        if person not in self._loads:
            rule = self.rule(person)
            if rule not in self._lengths:
                self._lengths[rule] = self._by_day(columns_of(self._working(rule)))
            busy, work = self._by_day(self.taken(person)), self._lengths[rule]
            self._loads[person] = [b / (w or 1) for b, w in zip(busy, work, strict=True)]
        return self._loads[person]

    def _by_day(self, spans: Columns) -> list[int]:
        """How many minutes of the spans begin on each of the days."""
        begins, ends = spans
        sums = list(accumulate(map(sub, ends, begins), initial=0))
        edges = [sums[i] for i in map(bisect_left, repeat(begins), self.midnights)]
        return list(map(sub, edges[1:], edges))
