"""
One look at a salon's time for one wish: everything read once, then pure arithmetic.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from beautybot.booking import chains
from beautybot.booking.catalogue import Catalogue, Service
from beautybot.booking.chains import Plan, Step, busy_of
from beautybot.booking.gaps import Holes, holes
from beautybot.booking.schedule import Schedule
from beautybot.booking.slots import Span, fits, moment, starts, union
from beautybot.booking.times import Part, Slot, Wish
from beautybot.businesses.salons import Business
from beautybot.kit.money import Price

Found = tuple[int, Plan]
"""A true start, as a minute, and the visit counted from it."""


@dataclass(frozen=True)
class Search:
    """A wish against a schedule; `earliest` and `latest` bound the start, half-open."""

    business: Business
    catalogue: Catalogue
    wish: Wish
    earliest: int
    latest: int
    schedule: Schedule
    _straight: dict[int, tuple[Plan, list[int]]] = field(default_factory=dict)
    _sold: dict[int, tuple[list[Span], list[Span]]] = field(default_factory=dict)
    _prices: dict[tuple[int, int], Price] = field(default_factory=dict)

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
        """The starts of the grid inside the window, and inside the wished part of each day."""
        low, high = bisect_left(self.grid, self.earliest), bisect_left(self.grid, self.latest)
        inside = self.grid[low:high]
        if self.wish.daily is None:
            return inside
        early, late = self.wish.daily
        return [at for at in inside if early <= self._local_minute(at) < late]

    def by_day(self) -> Iterator[list[Found]]:
        """The true starts of one day after another, each with the best who could do it."""
        if not self.within or not self.able:
            return
        for day, (begins, ends) in enumerate(self.schedule.pairs):
            low, high = bisect_left(self.within, begins), bisect_left(self.within, ends)
            if low < high:
                yield sorted(self._on(day, low, high).items())

    def holes(self, start: int, plan: Plan) -> Holes:
        """What the visit would leave that nobody can book."""
        plan = chains.at(plan, start)
        before = after = 0
        for person in dict.fromkeys(work.person for work in plan):
            free, shortest = self._sellable(person)
            found = holes(free, busy_of(plan, person), shortest, self.grid)
            before, after = before + found.before, after + found.after
        return Holes(before, after)

    def slot(self, start: int, plan: Plan, *, explained: bool = True) -> Slot:
        """The visit as people see it, with its place in the offer explained."""
        parts = tuple(
            Part(
                service_id=service.id,
                specialist_id=work.person,
                start=moment(start + work.start),
                end=moment(start + work.end),
                price=self._price(service.id, work.person),
                busy=tuple((moment(start + a), moment(start + b)) for a, b in work.busy),
            )
            for service, work in zip(self._services, plan, strict=True)
        )
        if not explained:
            return Slot(parts[0].start, parts[-1].end, parts)
        lost = self.holes(start, plan)
        return Slot(parts[0].start, parts[-1].end, parts, lost.cost, lost.why)

    def _price(self, service: int, person: int) -> Price:
        if (service, person) not in self._prices:
            self._prices[service, person] = self.catalogue.price(service, person)
        return self._prices[service, person]

    def _on(self, day: int, low: int, high: int) -> dict[int, Plan]:
        grid = self.within[low:high]
        found: dict[int, Plan] = {}
        for person in self._ranked(day, self._alone):
            plan, true = self._straight_of(person)
            for at in true[bisect_left(true, grid[0]) : bisect_left(true, grid[-1] + 1)]:
                if at not in found and (self._roomless or self._has_rooms(chains.at(plan, at))):
                    found[at] = plan
        if len(self.able) > 1:
            found |= self._in_turns(day, [at for at in grid if at not in found])
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

    def _straight_of(self, person: int) -> tuple[Plan, list[int]]:
        """The visit by one specialist alone, from minute 0, and every start where it fits."""
        if person not in self._straight:
            plan = chains.straight(person, [self._step(i, person) for i in range(len(self.able))])
            free, working = self.schedule.free(person), self.schedule.working(person)
            busy, wholes = busy_of(plan, person), union(work.whole for work in plan)
            true = starts(free, busy, self.within)
            if wholes != busy:  # a processing gap is inside working hours too
                true = [at for at in true if fits(working, (w.whole for w in plan), at)]
            self._straight[person] = plan, true
        return self._straight[person]

    def _ranked(self, day: int, people: Sequence[int]) -> list[int]:
        """Whom the client knows first, then who has the least to do that day."""
        known = self.wish.preferred_specialist
        if len(people) < 2:
            return list(people)
        return sorted(people, key=lambda p: (p != known, self.schedule.load(p, day)))

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

    def _sellable(self, person: int) -> tuple[list[Span], list[Span]]:
        """What is free from the first start anybody could still book, and the least to sell."""
        if person not in self._sold:
            i = bisect_left(self.grid, self.earliest)
            since = self.grid[i] if i < len(self.grid) else self.latest
            free = [(max(a, since), b) for a, b in self.schedule.free(person) if b > since]
            self._sold[person] = free, self.catalogue.shortest(person)
        return self._sold[person]

    def _local_minute(self, at: int) -> int:
        local = moment(at).astimezone(self.business.zone)
        return local.hour * 60 + local.minute


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
