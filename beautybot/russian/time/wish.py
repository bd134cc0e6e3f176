"""What a client wishes of the calendar, and when the salon is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Hours:
    """When the salon is open: weekday (0 is Monday) to spans of local minutes."""

    week: dict[int, tuple[tuple[int, int], ...]]
    zone: ZoneInfo

    def open_at(self, day: date, minutes: int) -> bool:
        """True if the salon is open then."""
        return any(a <= minutes < b for a, b in self.week.get(day.weekday(), ()))

    def ever_open_at(self, minutes: int) -> bool:
        """True if the salon is open then on any day."""
        return any(a <= minutes < b for spans in self.week.values() for a, b in spans)

    def closes(self, day: date) -> int | None:
        """The minute it closes that day; None on a day off."""
        spans = self.week.get(day.weekday(), ())
        return max(b for _, b in spans) if spans else None


@dataclass(frozen=True, slots=True)
class TimeWish:
    """
    A wished time.  `kind`: exact, day, part, after, before, range, clock, first_free.

    `start` and `end` are aware, in the salon's zone.  Without a day they are
    None, and `clock_min` and `until_min` bear local minutes.  `readings`: two
    moments are possible, ask.  `unresolved`: a day was named that we do not
    know, ask.  `windows`: several spans will do, all are searched; the first
    is `start` and `end`.  `span` is the place in the normalised text.
    """

    kind: str
    text: str
    start: datetime | None = None
    end: datetime | None = None
    clock_min: int | None = None
    approximate: bool = False
    readings: tuple[datetime, ...] = ()
    unresolved: bool = False
    until_min: int | None = None
    windows: tuple[tuple[datetime, datetime | None], ...] = ()
    span: tuple[int, int] = (0, 0)
    past: bool = False

    @property
    def ask(self) -> bool:
        """Two readings live, or the day is not known."""
        return self.unresolved or bool(self.readings)


def moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """A wall time of the zone; one that a clock change skips moves forward with it."""
    extra, rest = divmod(minutes, 1440)
    wall = datetime.combine(day + timedelta(days=extra), time(rest // 60, rest % 60), zone)
    return wall.astimezone(ZoneInfo("UTC")).astimezone(zone)


def exists(day: date, minutes: int, zone: ZoneInfo) -> bool:
    """False in the hour that a clock change skips."""
    at = moment(day, minutes, zone)
    return at.hour * 60 + at.minute == minutes % 1440
