"""
Free time as plain arithmetic: half-open spans of whole minutes since the epoch, UTC.

Pure functions.  Local hours become spans here and nowhere else, so that a
clock change is handled once: an hour that does not exist is not offered, one
that happens twice is offered once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Work:
    """
    One service as it fills a specialist's time, in minutes from the visit's start.

    `start` and `end` are what the client sees; `busy` is what nobody else may
    have: buffers in, processing gaps out.
    """

    start: int
    end: int
    busy: tuple[Span, ...]


def minute(at: datetime) -> int:
    """An aware time as whole minutes since the epoch, rounded down."""
    return int(at.timestamp()) // 60


def moment(minutes: int) -> datetime:
    """The other way: an aware UTC time."""
    return datetime.fromtimestamp(minutes * 60, UTC)


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time as sorted spans that neither touch nor overlap."""
    out: list[Span] = []
    for a, b in sorted(spans):
        if a >= b:
            continue
        if out and a <= out[-1][1]:
            if b > out[-1][1]:
                out[-1] = (out[-1][0], b)
        else:
            out.append((a, b))
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


def inside(free: Sequence[Span], start: int, end: int) -> bool:
    """True if [start, end) lies in one of the sorted, separate spans."""
    i = bisect_right(free, (start, 1 << 62)) - 1
    return i >= 0 and free[i][0] <= start and end <= free[i][1]


def around(free: Sequence[Span], start: int, end: int) -> Span | None:
    """The free span that [start, end) lies in."""
    i = bisect_right(free, (start, 1 << 62)) - 1
    return free[i] if i >= 0 and free[i][0] <= start and end <= free[i][1] else None


def local_spans(day: date, hours: Iterable[Span], zone: ZoneInfo) -> list[Span]:
    """Local minutes of one day as spans; an hour that a clock change skips just vanishes."""
    return union((_wall(day, a, zone), _wall(day, b, zone)) for a, b in hours)


def grid(day: date, step: int, zone: ZoneInfo) -> list[int]:
    """
    The minutes of a local day at which a visit may start, every `step` minutes.

    Wall times in a gap are left out, and of a fold only the first is taken.
    """
    first = _wall(day, 0, zone)
    if _wall(day + timedelta(days=1), 0, zone) - first == 1440:
        return list(range(first, first + 1440, step))
    return [at for m in range(0, 1440, step) if _exists(day, m, at := _wall(day, m, zone), zone)]


def layout(
    lengths: Sequence[int],
    before: Sequence[int],
    after: Sequence[int],
    gaps: Sequence[Sequence[Span]],
) -> list[Work]:
    """
    Several services one after another: when each begins and what it keeps busy.

    Between two of them stands the longer of the first's buffer after and the
    second's buffer before.
    """
    works: list[Work] = []
    at = 0
    for i, length in enumerate(lengths):
        if i:
            at += max(after[i - 1], before[i])
        whole = [(at - before[i], at + length + after[i])]
        free = union((at + a, at + min(b, length)) for a, b in gaps[i])
        works.append(Work(at, at + length, tuple(minus(whole, free))))
        at += length
    return works


def fits(free: Sequence[Span], busy: Iterable[Span], start: int) -> bool:
    """True if all that a visit keeps busy is free when it starts then."""
    return all(inside(free, start + a, start + b) for a, b in busy)


def hole_cost(free: Sequence[Span], busy: Sequence[Span], start: int, sellable: int) -> int:
    """
    Minutes that the visit would leave unsellable beside it: shorter than `sellable`.

    Zero closes the gap or leaves room for another client.
    """
    cost = 0
    for a, b in busy:
        room = around(free, start + a, start + b)
        if room is None:
            continue
        for left in (start + a - room[0], room[1] - (start + b)):
            if 0 < left < sellable:
                cost += left
    return cost


def spread(items: Sequence[int], costs: Sequence[int], count: int) -> list[int]:
    """Up to `count` of the sorted items, over their whole range, the cheapest of each part."""
    if len(items) <= count:
        return list(items)
    chosen = []
    for part in range(count):
        low = part * len(items) // count
        high = (part + 1) * len(items) // count
        best = min(range(low, high), key=lambda i: (costs[i], i))
        chosen.append(items[best])
    return chosen


def _wall(day: date, minutes: int, zone: ZoneInfo) -> int:
    extra, rest = divmod(minutes, 1440)
    at = datetime.combine(day + timedelta(days=extra), time(rest // 60, rest % 60), zone)
    return int(at.timestamp()) // 60


def _exists(day: date, minutes: int, at: int, zone: ZoneInfo) -> bool:
    local = moment(at).astimezone(zone)
    return local.date() == day and local.hour * 60 + local.minute == minutes
