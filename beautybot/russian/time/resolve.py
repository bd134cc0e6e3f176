"""From what was said to moments: halves by opening hours, two readings to a question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from beautybot.russian.time.clocks import Clock
from beautybot.russian.time.days import Days
from beautybot.russian.time.merge import Merged, Wanted
from beautybot.russian.time.windows import Bound
from beautybot.russian.time.wish import Hours, TimeWish, exists, moment

SHORTEST_VISIT_MIN = 30


@dataclass(frozen=True, slots=True)
class Said:
    """When it was said, in the salon's zone, and the hours it is read by."""

    now: datetime
    hours: Hours
    text: str
    span: tuple[int, int]


def resolve(merged: Merged, said: Said, known_day: date | None) -> TimeWish:
    """The wish; a day that was not understood is a question, never today."""
    blank = TimeWish("day", said.text, span=said.span)
    if merged.unknown:
        return replace(blank, unresolved=True)
    wishes = [_one(w, said, known_day) for w in merged.wanted if w != Wanted()]
    if not wishes:
        return replace(blank, kind="first_free", start=said.now)
    first = wishes[0]
    if len(wishes) == 1 or any(w.start is None for w in wishes):
        return first
    wishes = [w for w in wishes if not w.past] or wishes
    windows = tuple((w.start, w.end) for w in wishes if w.start)
    return replace(wishes[0], windows=windows if len(windows) > 1 else ())


def _one(wanted: Wanted, said: Said, known_day: date | None) -> TimeWish:
    if wanted.window is not None and wanted.window.relation == "soon":
        minutes = timedelta(minutes=wanted.window.clock.minutes)
        at = (said.now.astimezone(UTC) + minutes).astimezone(said.hours.zone)
        return TimeWish("exact", said.text, at, approximate=True, span=said.span)
    if isinstance(wanted.day, Bound):
        return _bound(wanted.day, said)
    day = wanted.day
    if day is None and known_day is not None:
        day = Days(known_day, known_day)
    return _hours_only(wanted, said) if day is None else _on(day, wanted, said)


def _bound(bound: Bound, said: Said) -> TimeWish:
    """«после среды» opens the day after it; «до пятницы» closes before it."""
    zone, day = said.hours.zone, timedelta(days=1)
    if bound.relation in ("before", "by") and _is_today(bound.days, said):
        week = timedelta(days=7)  # «до понедельника», said on a Monday
        days = replace(bound.days, first=bound.days.first + week, last=bound.days.last + week)
        bound = replace(bound, days=days)
    if bound.relation in ("after", "since"):
        first = bound.days.last + day if bound.relation == "after" else bound.days.first
        return TimeWish("after", said.text, moment(first, 0, zone), span=said.span)
    last = bound.days.last + day if bound.relation == "by" else bound.days.first
    return TimeWish("before", said.text, said.now, moment(last, 0, zone), span=said.span)


def _is_today(days: Days, said: Said) -> bool:
    return days.weekday is not None and days.last == said.now.date()


def _hours_only(wanted: Wanted, said: Said) -> TimeWish:
    """Hours without a day stay without one."""
    wish = TimeWish("part", said.text, span=said.span)
    if wanted.window is None:
        begin, end = wanted.part or (0, 1440)
        return replace(wish, clock_min=begin, until_min=end)
    window = wanted.window
    at = _halves(window.clock, wanted, None, said)[0]
    if window.until is not None:
        return replace(
            wish, kind="range", clock_min=at, until_min=_end(window.until, at, None, said)
        )
    if window.relation == "before":
        return replace(wish, kind="before", clock_min=0, until_min=at)
    kind = "after" if window.relation == "after" else "clock"
    until = 1440 if kind == "after" else None
    return replace(
        wish, kind=kind, clock_min=at, until_min=until, approximate=window.clock.approximate
    )


def _on(days: Days, wanted: Wanted, said: Said) -> TimeWish:
    days, asked = _bookable(days, wanted, said)
    wish = _daily(days.first, wanted, said)
    if days.past:
        wish = replace(wish, past=True)
    if asked:
        each = [_daily(day, wanted, said) for day in asked]
        starts = tuple(w.start for w in each if w.start is not None)
        return replace(wish, readings=starts)
    if days.last > days.first:
        return _several(days, wish, wanted, said)
    return wish


def _bookable(days: Days, wanted: Wanted, said: Said) -> tuple[Days, tuple[date, ...]]:
    """A weekday said on that same day is today while it can still be booked, else a question."""
    today = said.now.date()
    if days.weekday is None or days.first != today:
        return days, days.readings
    minute = said.now.hour * 60 + said.now.minute
    closes = said.hours.closes(today) or 0
    later = today + timedelta(days=7)
    window = wanted.window
    if window is not None and window.relation == "at":
        at = _halves(window.clock, wanted, today, said)[0]
        return (days, ()) if at > minute else (replace(days, first=later, last=later), (later,))
    if minute + SHORTEST_VISIT_MIN > closes:
        return days, (today, later)
    return days, ()


def _daily(day: date, wanted: Wanted, said: Said) -> TimeWish:
    """The hours on one day."""
    zone = said.hours.zone
    wish = TimeWish("day", said.text, moment(day, 0, zone), moment(day, 1440, zone), span=said.span)
    window = wanted.window
    if window is None:
        if wanted.part is None:
            return wish
        begin, end = wanted.part
        return replace(
            wish, kind="part", start=moment(day, begin, zone), end=moment(day, end, zone)
        )
    halves = _halves(window.clock, wanted, day, said)
    at = halves[0]
    if window.until is not None:
        end = _end(window.until, at, day, said)
        return replace(wish, kind="range", start=moment(day, at, zone), end=moment(day, end, zone))
    if window.relation == "after":
        return replace(wish, kind="after", start=moment(day, at, zone))
    if window.relation == "before":
        return replace(wish, kind="before", end=moment(day, at, zone))
    if not exists(day, at, zone):
        return replace(wish, kind="exact", start=None, end=None, unresolved=True)
    both = tuple(moment(day, m, zone) for m in halves) if len(halves) > 1 else ()
    loose = window.clock.approximate
    start = moment(day, at, zone)
    return replace(wish, kind="exact", start=start, end=None, approximate=loose, readings=both)


def _several(days: Days, wish: TimeWish, wanted: Wanted, said: Said) -> TimeWish:
    """Several days: one span, or with hours a window on each of them."""
    zone, count = said.hours.zone, (days.last - days.first).days + 1
    if wanted.window is None and wanted.part is None:
        kind = "range" if days.between else "day"
        return replace(wish, kind=kind, end=moment(days.last, 1440, zone))
    each = [_daily(days.first + timedelta(days=n), wanted, said) for n in range(min(count, 31))]
    windows = tuple((w.start, w.end) for w in each if w.start is not None)
    return replace(wish, windows=windows)


def _halves(clock: Clock, wanted: Wanted, day: date | None, said: Said) -> list[int]:
    """The minutes a clock may mean: by a marker, else by opening hours, else both."""
    if clock.fixed:
        return [clock.minutes]
    both = [clock.minutes % 720, clock.minutes % 720 + 720]
    if wanted.part is not None:
        inside = [m for m in both if wanted.part[0] <= m < wanted.part[1]]
        if inside:
            return inside[:1]
    closing = wanted.window is not None and wanted.window.relation == "before"
    open_ = [m for m in both if _open(m - closing, day, said.hours)]
    open_ = open_ or [m for m in both if _open(m - closing, None, said.hours)]
    if len(open_) == 1:
        return open_
    if day == said.now.date():
        ahead = [m for m in open_ if m > said.now.hour * 60 + said.now.minute]
        open_ = ahead or open_
    if len(open_) == 2 and clock.literal:
        return [clock.minutes]
    return open_ or [clock.minutes if clock.minutes >= 420 else clock.minutes + 720]


def _open(minutes: int, day: date | None, hours: Hours) -> bool:
    if not hours.week:
        return 540 <= minutes < 1260
    return hours.ever_open_at(minutes) if day is None else hours.open_at(day, minutes)


def _end(clock: Clock, start: int, day: date | None, said: Said) -> int:
    """The end of a range is the first such hour after its start."""
    end = clock.minutes
    if not clock.fixed:
        end = clock.minutes % 720
    while end <= start:
        end += 720
    return min(end, 1440) if start < 1440 else end
