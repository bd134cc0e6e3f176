"""
The one function that says which times are true: chat, dashboard and assistants all ask here.

A slot lies on the salon's grid, not before now + lead time and not beyond the
horizon, inside working hours, and overlaps nothing that is held or booked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from beautybot.booking import schedule as schedules
from beautybot.booking.catalogue import Catalogue
from beautybot.booking.schedule import Schedule
from beautybot.booking.slots import (
    Work,
    fits as fits_in,
    grid,
    hole_cost,
    layout,
    minute,
    moment,
    spread as spread_out,
)
from beautybot.businesses.salons import Business
from beautybot.kit.money import Price, total

SOON_DAYS = 3
SOON_EACH_DAY = 2


@dataclass(frozen=True, slots=True)
class Wish:
    """
    What is wanted: services in order, by whom, and a half-open window for the start.

    Without a window the whole horizon is meant.  `preferred_specialist` comes
    first where anybody will do.
    """

    services: tuple[int, ...]
    specialist_id: int | None = None
    excluded: frozenset[int] = frozenset()
    start: datetime | None = None
    end: datetime | None = None
    preferred_specialist: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One service of a visit: who, when, for how much."""

    service_id: int
    specialist_id: int
    start: datetime
    end: datetime
    price: Price
    busy: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
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


@dataclass(slots=True)
class Search:
    """One look at the salon's time: everything read once, then pure arithmetic."""

    business: Business
    catalogue: Catalogue
    wish: Wish
    earliest: int
    latest: int
    schedule: Schedule
    teams: list[tuple[int, ...]]
    _works: dict[tuple[int, ...], list[Work]] = field(default_factory=dict)

    def days(self) -> Iterator[date]:
        """The local days of the window."""
        zone = self.business.zone
        day = moment(self.earliest).astimezone(zone).date()
        last = moment(max(self.latest - 1, self.earliest)).astimezone(zone).date()
        while day <= last:
            yield day
            day += timedelta(days=1)

    def on(self, day: date) -> dict[int, list[tuple[int, ...]]]:
        """The starts of a day, each with the teams that are free, best team first."""
        starts = [
            at
            for at in grid(day, self.business.settings.slot_step_min, self.business.zone)
            if self.earliest <= at < self.latest
        ]
        if not starts:
            return {}
        people = {person for team in self.teams for person in team}
        free = {person: self.schedule.free(person, day) for person in people}
        first = grid(day, 1440, self.business.zone)[0]
        teams = sorted(self.teams, key=lambda team: self._rank(team, first))
        found: dict[int, list[tuple[int, ...]]] = {}
        for team in teams:
            works = self.works(team)
            for at in starts:
                if self._free(team, works, free, at):
                    found.setdefault(at, []).append(team)
        return dict(sorted(found.items()))

    def works(self, team: tuple[int, ...]) -> list[Work]:
        """How the visit fills the time of that team."""
        if team not in self._works:
            services = [self.catalogue.service(s) for s in self.wish.services]
            self._works[team] = layout(
                [
                    _minutes(self.catalogue.duration(s.id, p))
                    for s, p in zip(services, team, strict=True)
                ],
                [_minutes(s.buffer_before) for s in services],
                [_minutes(s.buffer_after) for s in services],
                [s.processing for s in services],
            )
        return self._works[team]

    def slot(self, team: tuple[int, ...], at: int, day: date) -> Slot:
        """The start as a slot, with its score: the fewer unsellable minutes, the better."""
        works = self.works(team)
        cost = 0
        for person in dict.fromkeys(team):
            busy = [s for w, p in zip(works, team, strict=True) if p == person for s in w.busy]
            cost += hole_cost(self.schedule.free(person, day), busy, at, self._sellable())
        parts = tuple(
            Part(
                service_id=service,
                specialist_id=person,
                start=moment(at + work.start),
                end=moment(at + work.end),
                price=self.catalogue.price(service, person),
                busy=tuple((moment(at + a), moment(at + b)) for a, b in work.busy),
            )
            for service, person, work in zip(self.wish.services, team, works, strict=True)
        )
        why = "leaves no gap" if cost == 0 else f"leaves {cost} min that nobody can book"
        return Slot(parts[0].start, parts[-1].end, parts, cost, why)

    def _free(
        self,
        team: tuple[int, ...],
        works: list[Work],
        free: dict[int, list[tuple[int, int]]],
        at: int,
    ) -> bool:
        for person, work in zip(team, works, strict=True):
            if not fits_in(free[person], work.busy, at):
                return False
        return all(
            self.schedule.resource_free(resource, at + work.start, at + work.end)
            for service, work in zip(self.wish.services, works, strict=True)
            for resource in self.catalogue.service(service).resources
        )

    def _rank(self, team: tuple[int, ...], first: int) -> tuple[int, int, int]:
        people = set(team)
        known = self.wish.preferred_specialist in people
        load = sum(self.schedule.load_of(person, first) for person in people)
        return (0 if known else 1, len(people), load)

    def _sellable(self) -> int:
        return min((_minutes(s.duration) for s in self.catalogue.services), default=30)


def find(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    wish: Wish,
    now: datetime,
    *,
    limit: int = 5,
    spread: bool = True,
) -> list[Slot]:
    """
    Up to `limit` true times, in order of time.

    In a window they are spread over it, gap-closing ones first; without one
    they are the soonest.  `spread=False` gives simply the first.
    """
    search = _search(conn, business, catalogue, wish, now)
    if search is None:
        return []
    found: list[Slot] = []
    soon = wish.start is None and wish.end is None and spread
    days = 0
    for day in search.days():
        starts = search.on(day)
        if not starts:
            continue
        days += 1
        slots = [search.slot(teams[0], at, day) for at, teams in starts.items()]
        found += _picked(slots, SOON_EACH_DAY) if soon else slots
        if (soon and days == SOON_DAYS) or (not spread and len(found) >= limit):
            break
    return _picked(found, limit) if spread and not soon else found[:limit]


def nearest(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    wish: Wish,
    now: datetime,
    *,
    limit: int = 3,
) -> list[Slot]:
    """True times around a window in which nothing fits: close in time, or by somebody else."""
    center = wish.start or now
    slots: list[Slot] = []
    for wanted in (wish, replace(wish, specialist_id=None)):
        for days in (1, 7, business.settings.horizon_days):
            around = replace(
                wanted,
                start=center - timedelta(days=days),
                end=center + timedelta(days=days + 1),
            )
            found = find(conn, business, catalogue, around, now, limit=10_000, spread=False)
            slots += sorted(found, key=lambda s: abs(s.start - center))[:limit]
            if found:
                break
        if wish.specialist_id is None:
            break
    unique = {(s.start, s.specialist_ids): s for s in slots}
    close = sorted(unique.values(), key=lambda s: abs(s.start - center))[:limit]
    return sorted(close, key=lambda s: s.start)


def fits(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    wish: Wish,
    start: datetime,
    now: datetime,
    *,
    ignoring: int | None = None,
) -> Slot | None:
    """The visit that starts exactly then, if it is true; the grid must be met too."""
    exact = replace(wish, start=start, end=start + timedelta(minutes=1))
    search = _search(conn, business, catalogue, exact, now, ignoring=ignoring)
    if search is None:
        return None
    for day in search.days():
        for at, teams in search.on(day).items():
            return search.slot(teams[0], at, day)
    return None


def _search(
    conn: Connection,
    business: Business,
    catalogue: Catalogue,
    wish: Wish,
    now: datetime,
    *,
    ignoring: int | None = None,
) -> Search | None:
    settings = business.settings
    soonest = now + timedelta(minutes=settings.lead_time_min)
    horizon = now + timedelta(days=settings.horizon_days)
    start = max(wish.start or soonest, soonest)
    end = min(wish.end or horizon, horizon)
    teams = _teams(catalogue, wish)
    if start >= end or not teams:
        return None
    margin = timedelta(days=1)
    people = {person for team in teams for person in team}
    schedule = schedules.load(
        conn,
        business.id,
        business.zone,
        start - margin,
        end + margin,
        now=now,
        people=people,
        ignoring=ignoring,
    )
    # A start in the middle of a minute is not before the first whole one.
    earliest = minute(start) + (1 if start.second or start.microsecond else 0)
    return Search(business, catalogue, wish, earliest, minute(end), schedule, teams)


def _teams(catalogue: Catalogue, wish: Wish) -> list[tuple[int, ...]]:
    """Who could do it: one person for all where possible, else one for each service."""
    able = [
        [p for p in catalogue.service(s).specialists if p not in wish.excluded]
        for s in wish.services
    ]
    if wish.specialist_id is not None:
        able = [[p for p in people if p == wish.specialist_id] for people in able]
    if not able or not all(able):
        return []
    alone = [p for p in able[0] if all(p in people for people in able)]
    if alone:
        return [(person,) * len(able) for person in alone]
    teams: list[tuple[int, ...]] = [()]
    for people in able:
        teams = [(*team, person) for team in teams for person in people][:64]
    return teams


def _picked(slots: list[Slot], count: int) -> list[Slot]:
    order = spread_out(list(range(len(slots))), [s.score for s in slots], count)
    return [slots[i] for i in order]


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds()) // 60
