"""The spans of time to search for a wish."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from beautybot.agent.commands import When

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


def _at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
