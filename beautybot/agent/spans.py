"""The spans of time to search for a wish, also for one that starts from what we offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from beautybot.agent.wishes import When, WhenKind
from beautybot.russian.picking import Direction

DAYS_AHEAD = 14
Span = tuple[datetime | None, datetime | None]


def spans(when: When, today: date, zone: ZoneInfo) -> list[Span]:
    """As said; or, for hours without a day, these hours of the next two weeks."""
    if when.windows:
        return list(when.windows)
    if when.start is not None or when.clock_min is None:
        return [(when.start, when.end)]
    days = [today + timedelta(days=n) for n in range(DAYS_AHEAD)]
    until = when.until_min or 1440
    return [(_at(day, when.clock_min, zone), _at(day, until, zone)) for day in days]


def beside(
    shown: Sequence[datetime],
    direction: Direction,
    today: date,
    zone: ZoneInfo,
    minutes: int | None = None,
) -> When:
    """
    The wish that "later", "earlier" or "other times" makes of the times that were offered.

    Of one day's times it stays in that day; of several days' it looks three
    days further.  With so many minutes it is that very time.
    """
    first, last = min(shown).astimezone(zone), max(shown).astimezone(zone)
    if minutes and direction is not Direction.OTHER:
        aside = timedelta(minutes=minutes)
        at = last + aside if direction is Direction.LATER else first - aside
        return When(WhenKind.EXACT, f"{at:%H:%M}", at)
    after = last + timedelta(minutes=1)
    days_on = 1 if first.date() == last.date() else 3
    end = _at(last.date() + timedelta(days=days_on), 0, zone)
    if direction is Direction.LATER:
        return When(WhenKind.AFTER, f"после {last:%H:%M}", after, end)
    if direction is Direction.EARLIER:
        start = _at(max(today, first.date() - timedelta(days=days_on - 1)), 0, zone)
        return When(WhenKind.BEFORE, f"до {first:%H:%M}", start, first)
    starts = [_at(first.date(), 0, zone), *(at + timedelta(minutes=1) for at in sorted(shown))]
    return When(
        WhenKind.RANGE,
        "другое время",
        starts[0],
        end,
        windows=tuple(zip(starts, [*sorted(shown), end], strict=True)),
    )


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


def joined(before: When, clock: When, zone: ZoneInfo) -> When:
    """A day said earlier and an hour said now."""
    assert before.day is not None
    minutes = clock.clock_min or 0
    start = datetime.combine(before.day, time(minutes // 60 % 24, minutes % 60), zone)
    return When(WhenKind.EXACT, f"{before.text} {clock.text}", start, approximate=clock.approximate)


def resolved(when: When, chosen: datetime) -> When:
    """The reading that the client picked."""
    if when.kind is WhenKind.EXACT:
        return replace(when, start=chosen, readings=())
    shift = timedelta(days=1) if when.start is None or when.end is None else when.end - when.start
    return replace(when, start=chosen, end=chosen + shift, readings=())
