"""
Random salons, and a slow reference that says minute by minute which times are true.

The reference shares no code with the product: it keeps sets of minutes where
the product keeps spans, walks local time with zoneinfo alone, and tries every
specialist and every wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from beautybot.booking.catalogue import Catalogue, Service, Specialist
from beautybot.booking.schedule import Hours, Schedule
from beautybot.booking.search import Search
from beautybot.booking.slots import Span, columns_of, minute
from beautybot.booking.times import Wish
from beautybot.businesses.salons import Business, SalonSettings, Tone
from beautybot.kit.money import Price


@dataclass(frozen=True)
class Line:
    """One service of a made-up price list, in minutes."""

    length: int
    before: int = 0
    after: int = 0
    gaps: tuple[Span, ...] = ()
    people: tuple[int, ...] = (1,)
    resources: tuple[int, ...] = ()
    own: tuple[tuple[int, int], ...] = ()  # (specialist, her minutes)


@dataclass(frozen=True)
class Salon:
    """A made-up salon in one window of days."""

    zone: ZoneInfo
    days: tuple[date, ...]
    lines: tuple[Line, ...]
    wanted: tuple[int, ...]  # positions of the lines
    step: int = 15
    hours: Hours = field(default_factory=Hours)
    away: tuple[tuple[int | None, Span], ...] = ()
    busy: tuple[tuple[int, Span], ...] = ()
    units: tuple[tuple[int, tuple[tuple[Span, ...], ...]], ...] = ()
    earliest: int = 0
    latest: int = 1 << 40

    def search(self, wish: Wish | None = None) -> Search:
        """The product's look at this salon."""
        away: dict[int | None, list[Span]] = {}
        for person, span in self.away:
            away.setdefault(person, []).append(span)
        busy = {
            person: columns_of(span for who, span in self.busy if who == person)
            for person in {who for who, _ in self.busy}
        }
        schedule = Schedule(
            self.zone, self.days, self.hours, away, busy, {r: list(u) for r, u in self.units}
        )
        return Search(
            business_in(self.zone, self.step),
            self.catalogue(),
            wish or Wish(services=self.wanted),
            self.earliest,
            self.latest,
            schedule,
        )

    def catalogue(self) -> Catalogue:
        """The price list as the product knows it: the id of a service is its position."""
        people = sorted({p for line in self.lines for p in line.people})
        return Catalogue(
            business_id=1,
            version=1,
            services=tuple(_service(i, line) for i, line in enumerate(self.lines)),
            specialists=tuple(Specialist(p, f"p{p}", f"P{p}", "", "", ()) for p in people),
            hours={},
            own_durations={
                (i, p): timedelta(minutes=m)
                for i, line in enumerate(self.lines)
                for p, m in line.own
            },
        )


def business_in(zone: ZoneInfo, step: int = 15) -> Business:
    """A salon's row as a value."""
    settings = SalonSettings(slot_step_min=step)
    return Business(
        1, "r", "R", "", "", zone.key, "RUB", True, Tone.FRIENDLY, "", "", settings, 1, zone
    )


def _service(position: int, line: Line) -> Service:
    return Service(
        id=position,
        ref=f"s{position}",
        name=f"S{position}",
        category_title="",
        duration=timedelta(minutes=line.length),
        price=Price(100_000, "RUB"),
        for_whom="any",
        bookable=True,
        specialists=line.people,
        aliases=(),
        concepts=(),
        buffer_before=timedelta(minutes=line.before),
        buffer_after=timedelta(minutes=line.after),
        processing=line.gaps,
        resources=line.resources,
        deposit_minor=None,
    )


# -- the reference ---------------------------------------------------------------


def true_starts(salon: Salon) -> dict[int, set[tuple[tuple[int, int], ...]]]:
    """Every true start with every way to do the visit: (specialist, start) of each service."""
    found: dict[int, set[tuple[tuple[int, int], ...]]] = {}
    lines = [salon.lines[i] for i in salon.wanted]
    working = {p: working_minutes(salon, p) for line in lines for p in line.people}
    taken = {p: {m for who, (a, b) in salon.busy if who == p for m in range(a, b)} for p in working}
    for at in grid(salon):
        for team in product(*(line.people for line in lines)):
            for waits in product((0, 5, 10, 15), repeat=len(lines) - 1):
                visit = _visit(at, lines, team, (0, *waits))
                if _is_true(salon, visit, working, taken):
                    found.setdefault(at, set()).add(tuple((p, s) for _, p, s, _ in visit))
    return found


def grid(salon: Salon) -> list[int]:
    """Wall times that exist, the first of two, every `step` minutes from local midnight."""
    seen: dict[tuple[date, int], int] = {}
    for day in salon.days:
        start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) // 60
        for at in range(start - 1560, start + 3000):
            local = datetime.fromtimestamp(at * 60, UTC).astimezone(salon.zone)
            wall = local.hour * 60 + local.minute
            if local.date() == day and wall % salon.step == 0:
                seen.setdefault((day, wall), at)
    return sorted(at for at in seen.values() if salon.earliest <= at < salon.latest)


def working_minutes(salon: Salon, person: int) -> set[int]:
    """Every minute at which a specialist is at work."""
    found: set[int] = set()
    for day in salon.days:
        for a, b in _rule(salon.hours, person, day):
            found |= set(range(_instant(day, a, salon.zone), _instant(day, b, salon.zone)))
    for whose, (a, b) in salon.away:
        if whose in (None, person):
            found -= set(range(a, b))
    return found


def _rule(hours: Hours, person: int, day: date) -> list[Span]:
    if (person, day) in hours.overrides:
        return list(hours.overrides[person, day])
    if (None, day) in hours.overrides:
        return list(hours.overrides[None, day])
    if person in hours.patterns:
        anchor, cycle = hours.patterns[person]
        at = anchor
        position = 0
        while at != day:  # one day at a time, on purpose
            at += timedelta(days=1 if at < day else -1)
            position = (position + (1 if anchor < day else -1)) % len(cycle)
        return list(cycle[position])
    week = hours.weekly.get(person) or hours.weekly.get(None, {})
    return list(week.get(day.weekday(), ()))


def _instant(day: date, wall: int, zone: ZoneInfo) -> int:
    """The first instant at which the clock of that day shows `wall` or later."""
    wanted = datetime(day.year, day.month, day.day) + timedelta(minutes=wall)
    at = int(wanted.replace(tzinfo=UTC).timestamp()) // 60 - 900
    while True:
        local = datetime.fromtimestamp(at * 60, UTC).astimezone(zone).replace(tzinfo=None)
        if local >= wanted:
            return at
        at += 1


def _visit(
    at: int, lines: list[Line], team: tuple[int, ...], waits: tuple[int, ...]
) -> list[tuple[Line, int, int, int]]:
    """(line, specialist, start, end) of each service."""
    visit: list[tuple[Line, int, int, int]] = []
    for line, person, wait in zip(lines, team, waits, strict=True):
        length = dict(line.own).get(person, line.length)
        begin = visit[-1][3] if visit else at
        for earlier, who, _, ended in visit:
            if who == person:
                begin = max(begin, ended + max(earlier.after, line.before))
        visit.append((line, person, begin + wait, begin + wait + length))
    return visit


def _is_true(
    salon: Salon,
    visit: list[tuple[Line, int, int, int]],
    working: dict[int, set[int]],
    taken: dict[int, set[int]],
) -> bool:
    rooms: dict[int, set[int]] = {}
    for line, person, start, end in visit:
        whole = set(range(start - line.before, end + line.after))
        gaps = {m for a, b in line.gaps for m in range(start + a, min(start + b, end))}
        if not whole <= working[person] or (whole - gaps) & taken[person]:
            return False
        for resource in line.resources:
            rooms.setdefault(resource, set()).update(whole)
    return all(_has_unit(salon, resource, minutes) for resource, minutes in rooms.items())


def _has_unit(salon: Salon, resource: int, minutes: set[int]) -> bool:
    """Each stretch of time needs one unit that is free all along."""
    units = dict(salon.units)[resource]
    return all(
        any(not any(a < high and b > low for a, b in unit) for unit in units)
        for low, high in _stretches(minutes)
    )


def _stretches(minutes: set[int]) -> Iterator[Span]:
    for low in sorted(m for m in minutes if m - 1 not in minutes):
        high = low
        while high in minutes:
            high += 1
        yield low, high


__all__ = ["Line", "Salon", "business_in", "grid", "minute", "true_starts", "working_minutes"]
