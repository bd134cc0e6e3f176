"""
Working time in the salon's file: weeks, breaks, shifts that repeat, days that differ, absences.

Breaks are taken out of the hours here, so that the rest of the house knows
only time in which somebody works.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from beautybot.booking.fields import DAY_MIN, Problems, day as read_day, local_time, rows
from beautybot.booking.slots import Span, minus, union

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_CYCLE = 62
LONGEST_AWAY = timedelta(days=366)

Spans = tuple[Span, ...]
Week = Mapping[int, Spans]


@dataclass(frozen=True, slots=True)
class Times:
    """When somebody works, or the salon is open; without a week it is the salon's."""

    week: Week | None = None
    shifts: tuple[date, tuple[Spans, ...]] | None = None
    days: Mapping[date, Spans] = field(default_factory=dict)  # nothing is a day off
    away: tuple[tuple[datetime, datetime], ...] = ()  # local, half-open

    def longest(self) -> int:
        """The longest stretch of work, in minutes."""
        all_spans = [
            *(self.week or {}).values(),
            *(self.shifts[1] if self.shifts else ()),
            *self.days.values(),
        ]
        return max((b - a for spans in all_spans for a, b in spans), default=0)


def of_salon(row: dict[str, Any], problems: Problems) -> Times:
    """The salon's own hours, holidays and days that differ."""
    breaks = _breaks(row, "salon", problems)
    hours = week(row.get("hours"), "salon.hours", problems)
    return Times(_without(hours, breaks), None, _days(row, "holidays", "salon", problems))


def of_person(row: dict[str, Any], where: str, salon: Times, problems: Problems) -> Times:
    """One specialist's working time."""
    breaks = _breaks(row, where, problems)
    own = week(row["hours"], f"{where}.hours", problems) if row.get("hours") else None
    if breaks:
        own = _without(own if own is not None else salon.week or {}, breaks)
    shifts = _shifts(row.get("shifts"), f"{where}.shifts", breaks, problems)
    days = _days(row, "days_off", where, problems)
    return Times(own, shifts, days, _away(row, where, problems))


def week(value: Any, where: str, problems: Problems) -> Week:
    """Hours by weekday; a day that is missing or null is closed."""
    if not isinstance(value, dict) or not value:
        problems.append(f"{where}: hours of the week are missing")
        return {}
    found: dict[int, Spans] = {}
    for name, spans in value.items():
        if name not in WEEKDAYS:
            problems.append(f"{where}.{str(name)[:20]}: the days are {', '.join(WEEKDAYS)}")
        elif spans is not None:
            found[WEEKDAYS.index(name)] = _spans(spans, f"{where}.{name}", problems)
    return found


def _breaks(row: dict[str, Any], where: str, problems: Problems) -> dict[int, Spans]:
    """Pauses by weekday: one list for every day, or a list for each."""
    value = row.get("breaks")
    if not value:
        return {}
    if isinstance(value, dict):
        return dict(week(value, f"{where}.breaks", problems))
    every = _spans(value, f"{where}.breaks", problems)
    return dict.fromkeys(range(7), every)


def _without(hours: Week, breaks: Mapping[int, Spans]) -> Week:
    return {
        weekday: tuple(minus(spans, union(breaks.get(weekday, ()))))
        for weekday, spans in hours.items()
    }


def _shifts(
    value: Any, where: str, breaks: Mapping[int, Spans], problems: Problems
) -> tuple[date, tuple[Spans, ...]] | None:
    if value is None:
        return None
    cycle = value.get("cycle") if isinstance(value, dict) else None
    if not isinstance(cycle, list) or not 1 <= len(cycle) <= LONGEST_CYCLE or not any(cycle):
        problems.append(
            f"{where}: `from`, a date, and `cycle`, a list of 1 to {LONGEST_CYCLE} days, "
            "not all of them off"
        )
        return None
    anchor = read_day(value.get("from"), f"{where}.from", problems)
    daily = set(breaks.values())
    if len(daily) > 1 or (daily and len(breaks) < 7):
        problems.append(f"{where}: with shifts the breaks are one list for every day")
    pause = union(next(iter(daily), ()))
    days = tuple(
        tuple(minus(_spans(spans, f"{where}.cycle[{i}]", problems), pause)) if spans else ()
        for i, spans in enumerate(cycle)
    )
    return (anchor, days) if anchor is not None else None


def _days(row: dict[str, Any], off: str, where: str, problems: Problems) -> dict[date, Spans]:
    """Days that differ from the rule: `days` with hours or null, and plain days off."""
    found: dict[date, Spans] = {}
    differing = row.get("days") or {}
    if not isinstance(differing, dict):
        problems.append(f"{where}.days: an object of dates is expected")
        differing = {}
    for name, spans in differing.items():
        at = f"{where}.days.{str(name)[:20]}"
        if (day := read_day(name, at, problems)) is not None:
            found[day] = _spans(spans, at, problems) if spans is not None else ()
    closed = row.get(off) or []
    if not isinstance(closed, list):
        problems.append(f"{where}.{off}: a list of dates is expected")
        closed = []
    for value in closed:
        if (day := read_day(value, f"{where}.{off}", problems)) is not None:
            if found.get(day):
                problems.append(f"{where}.{off}: {day} has hours in `days`")
            found[day] = ()
    return found


def _away(
    row: dict[str, Any], where: str, problems: Problems
) -> tuple[tuple[datetime, datetime], ...]:
    """Absences: `from` and `to`; two dates mean both of them and all between."""
    found = []
    for i, absence in rows(row, "time_off", problems):
        at = f"{where}.time_off[{i}]"
        start = local_time(absence.get("from"), f"{at}.from", problems)
        end = local_time(absence.get("to"), f"{at}.to", problems)
        if start is None or end is None:
            continue
        if len(str(absence["to"])) == len("2026-12-31"):
            end = datetime.combine(end.date() + timedelta(days=1), time())
        if not start < end <= start + LONGEST_AWAY:
            problems.append(f"{at}: `from` before `to`, and a year at most")
            continue
        found.append((start, end))
    return tuple(sorted(found))


def _spans(value: Any, where: str, problems: Problems) -> Spans:
    """One pair of times, or several that do not overlap; never an empty one."""
    pairs = [value] if isinstance(value, list) and value and isinstance(value[0], str) else value
    if not isinstance(pairs, list) or not pairs:
        problems.append(f'{where}: hours like ["10:00", "20:00"], or null for a day off')
        return ()
    found = [_span(pair, where, problems) for pair in pairs]
    kept = sorted(span for span in found if span)
    if any(a[1] > b[0] for a, b in pairwise(kept)):
        problems.append(f"{where}: the hours overlap")
    return tuple(union(kept))


def _span(pair: Any, where: str, problems: Problems) -> Span | None:
    texts: Sequence[Any] = pair if isinstance(pair, list) and len(pair) == 2 else ()
    times = [re.fullmatch(r"(\d\d?):(\d\d)", str(text), re.ASCII) for text in texts]
    minutes = [int(t[1]) * 60 + int(t[2]) for t in times if t and int(t[2]) < 60]
    if len(minutes) != 2 or not 0 <= minutes[0] < minutes[1] <= DAY_MIN:
        problems.append(f"{where}: from and to as HH:MM, the first before the second")
        return None
    return minutes[0], minutes[1]
