"""
One look at a salon's time for one wish: everything read once, then pure arithmetic.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from beautybot.booking import chains
from beautybot.booking.catalogue import Catalogue, Service
from beautybot.booking.chains import Plan, Step, Work, busy_of
from beautybot.booking.gaps import Holes, Sellable
from beautybot.booking.schedule import Schedule
from beautybot.booking.slots import Columns, Span, apart, moment, starts, union
from beautybot.booking.times import Part, Slot, Wish
from beautybot.businesses.salons import Business
from beautybot.kit.money import Price

Found = tuple[int, Plan]
"""A true start, as a minute, and the visit counted from it."""

Wholes = tuple[Span, ...]
Ahead = tuple[timedelta, timedelta]
PartAnywhere = tuple[int, int, Price, timedelta, timedelta, Sequence[Ahead]]
"""Service, specialist, price, begin and end; and what is busy, if it is not just that."""


@dataclass(frozen=True, slots=True)
class Straight:
    """A visit by one specialist without a wait, from minute 0, and what may stand in its way."""

    plan: Plan
    busy: Sequence[Span]
    taken: Columns
    open: frozenset[int]  # the starts at which she is at work for all of it


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is the same of one plan at every start: whom it keeps busy, and its parts."""

    plan: Plan
    busy: Mapping[int, Sequence[Span]]
    parts: Sequence[PartAnywhere]


@dataclass(frozen=True)
class Search:
    """A wish against a schedule; `earliest` and `latest` bound the start, half-open."""

    business: Business
    catalogue: Catalogue
    wish: Wish
    earliest: int
    latest: int
    schedule: Schedule
    _worked: dict[tuple[int | None, Wholes], frozenset[int]] = field(default_factory=dict)
    _shapes: dict[tuple[Step, ...], tuple[Wholes, Sequence[Span]]] = field(default_factory=dict)
    _sold: dict[int, Sellable] = field(default_factory=dict)
    _drawn: dict[int, Drawing] = field(default_factory=dict)

    @cached_property
    def able(self) -> list[list[int]]:
        """For each service, who may do it."""
        return able(self.catalogue, self.wish)

    @cached_property
    def grid(self) -> list[int]:
        """Every start of the salon's grid in the days around the window."""
        return self.schedule.grid(self.business.settings.slot_step_min)

    @cached_property
    def within(self) -> list[int]:
        """The starts of the grid inside the window."""
        low, high = bisect_left(self.grid, self.earliest), bisect_left(self.grid, self.latest)
        return self.grid[low:high]

    def by_day(self) -> Iterator[list[Found]]:
        """The true starts of one day after another, each with the best who could do it."""
        if not self.within or not self.able:
            return
        for day, (begins, ends) in enumerate(self.schedule.pairs):
            found = self._alone_on(day, _cut(self._open, begins, ends))
            if len(self.able) > 1:
                grid = _cut(self.within, begins, ends)
                found |= self._in_turns(day, [at for at in grid if at not in found])
                found = {at: found[at] for at in grid if at in found}
            if found:
                yield list(found.items())

    def holes(self, start: int, plan: Plan) -> Holes:
        """What the visit would leave that nobody can book."""
        before = after = 0
        drawing = self._drawn.get(id(plan)) or self._drawing(plan)
        for person, busy in drawing.busy.items():
            found = self._sellable(person).holes(start, busy)
            before, after = before + found.before, after + found.after
        return Holes(before, after)

    def slot(self, start: int, plan: Plan, *, explained: bool = True) -> Slot:
        """The visit as people see it, with its place in the offer explained."""
        zero = moment(start)
        parts: list[Part] = []
        drawing = self._drawn.get(id(plan)) or self._drawing(plan)
        for service, person, price, begins, ends, busy in drawing.parts:
            a, b = zero + begins, zero + ends
            kept = tuple([(zero + x, zero + y) for x, y in busy]) if busy else ((a, b),)
            parts.append(Part(service, person, a, b, price, kept))
        if not explained:
            return Slot(parts[0].start, parts[-1].end, tuple(parts))
        lost = self.holes(start, plan)
        return Slot(parts[0].start, parts[-1].end, tuple(parts), lost.cost, lost.why)

    def _drawing(self, plan: Plan) -> Drawing:
        people = dict.fromkeys(work.person for work in plan)
        parts = [self._part(s.id, w) for s, w in zip(self._services, plan, strict=True)]
        drawn = Drawing(plan, {person: busy_of(plan, person) for person in people}, parts)
        self._drawn[id(plan)] = drawn  # which keeps the plan, and so its id
        return drawn

    def _part(self, service: int, work: Work) -> PartAnywhere:
        busy = [_ahead(span) for span in work.busy]
        whole = _ahead((work.start, work.end))
        price = self.catalogue.price(service, work.person)
        return service, work.person, price, *whole, [] if busy == [whole] else busy

    def _alone_on(self, day: int, open_: Sequence[int]) -> dict[int, Plan]:
        """Where one specialist does all of it, in order of time; of several, the best."""
        found: dict[int, Plan] = dict.fromkeys(open_, ())
        left = open_
        for person in self._ranked(day, self._alone) if open_ else ():
            visit = self._straight[person]
            true = left if self._all_alike else [at for at in left if at in visit.open]
            for first, last in visit.busy:
                true = apart(true, visit.taken, first, last)
            if not self._roomless:
                true = [at for at in true if self._has_rooms(chains.at(visit.plan, at))]
            if not true:
                continue
            if len(true) == len(left):
                left = ()
                found.update(dict.fromkeys(true, visit.plan))
                break
            hers = dict.fromkeys(true, visit.plan)
            found.update(hers)
            left = [at for at in left if at not in hers]
        for at in left:
            del found[at]
        return found

    def _in_turns(self, day: int, grid: Sequence[int]) -> dict[int, Plan]:
        """Where nobody can do all of it at a stretch: one after another, or with a little wait."""
        steps = [
            {person: self._step(i, person) for person in self._ranked(day, people)}
            for i, people in enumerate(self.able)
        ]
        people = {person for able in self.able for person in able}
        working = {person: self.schedule.working(person) for person in people}
        free = {person: self.schedule.free(person) for person in people}
        found: dict[int, Plan] = {}
        for at in self._somebody_begins(steps[0], grid):
            plan = chains.place(at, steps, working, free, self._has_rooms)
            if plan is not None:
                found[at] = chains.at(plan, -at)
        return found

    def _somebody_begins(self, first: Mapping[int, Step], grid: Sequence[int]) -> list[int]:
        true = {
            at
            for person, step in first.items()
            for at in starts(self.schedule.free(person), step.busy[:1], grid)
        }
        return sorted(true)

    @cached_property
    def _alone(self) -> list[int]:
        if self.wish.team is not None and len(set(self.wish.team)) > 1:
            return []
        return [p for p in self.able[0] if all(p in people for people in self.able)]

    @cached_property
    def _straight(self) -> dict[int, Straight]:
        """Each of those who can do all of it alone, with her visit."""
        return {person: self._straight_of(person) for person in self._alone}

    @cached_property
    def _open(self) -> list[int]:
        """The starts at which anybody of them is at work for the whole visit."""
        return sorted(frozenset().union(*self._worked.values())) if self._straight else []

    @cached_property
    def _all_alike(self) -> bool:
        return len(self._straight) == 1 or len(self._worked) == 1

    def _straight_of(self, person: int) -> Straight:
        steps = tuple([self._step(i, person) for i in range(len(self.able))])
        plan = chains.straight(person, steps)
        if steps not in self._shapes:
            self._shapes[steps] = tuple(union(w.whole for w in plan)), busy_of(plan, person)
        whole, busy = self._shapes[steps]
        key = self.schedule.rule(person), whole
        if key not in self._worked:
            open_ = starts(self.schedule.working(person), whole, self.within)
            self._worked[key] = frozenset(open_)
        return Straight(plan, busy, self.schedule.taken(person), self._worked[key])

    def _ranked(self, day: int, people: Sequence[int]) -> list[int]:
        """Whom the client knows first, then who has the least to do that day."""
        if len(people) < 2:
            return list(people)
        loads = {person: self.schedule.loads(person)[day] for person in people}
        if self.wish.preferred_specialist in loads:
            loads[self.wish.preferred_specialist] = -1
        return sorted(people, key=loads.__getitem__)

    def _has_rooms(self, plan: Plan) -> bool:
        needed: dict[int, list[Span]] = {}
        for service, work in zip(self._services, plan, strict=True):
            for resource in service.resources:
                needed.setdefault(resource, []).append(work.whole)
        return all(
            self.schedule.has_unit(resource, a, b)
            for resource, spans in needed.items()
            for a, b in union(spans)
        )

    @cached_property
    def _roomless(self) -> bool:
        return not any(service.resources for service in self._services)

    @cached_property
    def _services(self) -> list[Service]:
        return [self.catalogue.service(s) for s in self.wish.services]

    def _step(self, position: int, person: int) -> Step:
        return self.catalogue.step(self._services[position].id, person)

    def _sellable(self, person: int) -> Sellable:
        """What is free from the first start anybody could still book, and the least to sell."""
        if person not in self._sold:
            i = bisect_left(self.grid, self.earliest)
            since = self.grid[i] if i < len(self.grid) else self.latest
            free = [(max(a, since), b) for a, b in self.schedule.free(person) if b > since]
            self._sold[person] = Sellable(free, self.catalogue.shortest(person), self.grid)
        return self._sold[person]


def _ahead(span: Span) -> Ahead:
    return timedelta(minutes=span[0]), timedelta(minutes=span[1])


def _cut(grid: Sequence[int], begins: int, ends: int) -> Sequence[int]:
    return grid[bisect_left(grid, begins) : bisect_left(grid, ends)]


def able(catalogue: Catalogue, wish: Wish) -> list[list[int]]:
    """For each service of a wish, who may do it; empty if one of them nobody may."""
    found = [
        [p for p in catalogue.service(s).specialists if p not in wish.excluded]
        for s in wish.services
    ]
    if wish.specialist_id is not None:
        found = [[p for p in people if p == wish.specialist_id] for people in found]
    if wish.team is not None:
        found = [
            [p for p in people if p == who] for people, who in zip(found, wish.team, strict=True)
        ]
    return found if all(found) else []
