"""
Free time as plain arithmetic: half-open spans of whole minutes since the epoch, UTC.

Pure functions.  Local hours become spans here and nowhere else, so that a
clock change is handled once: an hour that does not exist is not offered, one
that happens twice is offered once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Span = tuple[int, int]
Columns = tuple[Sequence[int], Sequence[int]]
DAY_MIN = 1440
_NEVER = 1 << 62


def minute(at: datetime) -> int:
    """An aware time as whole minutes since the epoch, rounded down."""
    return int(at.timestamp()) // 60


@lru_cache(maxsize=16384)  # the salons share their quarters of an hour
def moment(minutes: int) -> datetime:
    """The other way: an aware UTC time."""
    return datetime.fromtimestamp(minutes * 60, UTC)


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time as sorted spans that neither touch nor overlap."""
    out: list[Span] = []
    end = -_NEVER
    for a, b in sorted(spans):
        if a >= b:
            continue
        if a > end:
            out.append((a, b))
            end = b
        elif b > end:
            out[-1] = (out[-1][0], b)
            end = b
    return out


def minus(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """What is left of sorted, separate `spans` without sorted, separate `taken`."""
    left: list[Span] = []
    i = 0
    for a, b in spans:
        while i < len(taken) and taken[i][1] <= a:
            i += 1
        j = i
        while j < len(taken) and taken[j][0] < b:
            if taken[j][0] > a:
                left.append((a, taken[j][0]))
            a = max(a, taken[j][1])
            j += 1
        if a < b:
            left.append((a, b))
    return left


def overlaps(spans: Sequence[Span], start: int, end: int) -> bool:
    """True if [start, end) meets one of the sorted, separate spans."""
    i = bisect_left(spans, (end,)) - 1
    return i >= 0 and spans[i][1] > start


def around(free: Sequence[Span], start: int, end: int) -> Span | None:
    """The one of the sorted, separate spans that [start, end) lies in."""
    i = bisect_right(free, (start, _NEVER)) - 1
    return free[i] if i >= 0 and free[i][0] <= start and end <= free[i][1] else None


def columns(begins: Iterable[int], ends: Iterable[int]) -> Columns:
    """
    Spans as their starts and their ends, each in order, and one more that never comes.

    Which start goes with which end does not matter to what they cover.
    """
    return sorted((*begins, _NEVER)), sorted((*ends, _NEVER))


def columns_of(spans: Iterable[Span]) -> Columns:
    """The same of spans."""
    spans = list(spans)
    return columns([a for a, _ in spans], [b for _, b in spans])


def apart(grid: Sequence[int], taken: Columns, first: int, last: int) -> list[int]:
    """Those of the sorted starts whose [start + first, start + last) meets nothing taken."""
    begins, ends = taken
    # As many spans are over by then as begin before its end: none is in between.
    over = bisect_right(ends, grid[0] + first) if grid else 0
    until, latest = ends[over] - first, begins[over] - last
    found: list[int] = []
    for at in grid:
        while at >= until:
            over += 1
            until, latest = ends[over] - first, begins[over] - last
        if at <= latest:
            found.append(at)
    return found


def fits(free: Sequence[Span], busy: Iterable[Span], start: int) -> bool:
    """True if all that a visit keeps busy is free when it starts then."""
    return all(around(free, start + a, start + b) is not None for a, b in busy)


def starts(free: Sequence[Span], busy: Sequence[Span], grid: Sequence[int]) -> list[int]:
    """Those of the sorted starts at which everything that is busy lies in free time."""
    found = list(grid)
    for first, last in busy:
        inside: list[int] = []
        low = 0
        for a, b in free:
            if b - a >= last - first:
                low = bisect_left(found, a - first, low)
                inside += found[low : (low := bisect_right(found, b - last, low))]
        found = inside
    return found


@lru_cache(maxsize=8192)
def midnight(day: date, zone: ZoneInfo) -> int:
    """When a local day begins; where the clock skips midnight, its first minute that exists."""
    return _wall(day, 0, zone)


def local_spans(
    day: date, hours: Iterable[Span], zone: ZoneInfo, begins: int, ends: int
) -> list[Span]:
    """
    Local minutes of one day as spans; an hour that a clock change skips just vanishes.

    `begins` and `ends` are the midnights of the day and of the next one.
    """
    if ends - begins == DAY_MIN:
        return [(begins + a, begins + b) for a, b in hours]
    return union((_wall(day, a, zone), _wall(day, b, zone)) for a, b in hours)


def grid(day: date, step: int, zone: ZoneInfo, begins: int, ends: int) -> list[int]:
    """
    The minutes of a local day at which a visit may start, every `step` minutes.

    Wall times in a gap are left out, and of a fold only the first is taken.
    """
    if ends - begins == DAY_MIN:
        return list(range(begins, ends, step))
    return [at for m in range(0, DAY_MIN, step) if _exists(day, m, at := _wall(day, m, zone), zone)]


def _wall(day: date, minutes: int, zone: ZoneInfo) -> int:
    """A local minute of a day in UTC: the first of two, or the end of the gap it falls in."""
    extra, rest = divmod(minutes, DAY_MIN)
    local = datetime.combine(day + timedelta(days=extra), time(rest // 60, rest % 60), zone)
    first, second = minute(local), minute(local.replace(fold=1))
    return first if first <= second else _change(second, first, zone)


def _change(low: int, high: int, zone: ZoneInfo) -> int:
    """The minute between two at which the zone's clock is put forward."""
    before = _offset(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(middle, zone) == before else (low, middle)
    return high


def _offset(at: int, zone: ZoneInfo) -> timedelta | None:
    return moment(at).astimezone(zone).utcoffset()


def _exists(day: date, minutes: int, at: int, zone: ZoneInfo) -> bool:
    local = moment(at).astimezone(zone)
    return local.date() == day and local.hour * 60 + local.minute == minutes
