"""Day and hour of one wish: what was refused or corrected goes, what was said apart meets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from beautybot.russian.time.clauses import is_decided, place, speaks, taken_back
from beautybot.russian.time.days import Days
from beautybot.russian.time.kinds import Kind, Token
from beautybot.russian.time.windows import Bound, Window

Part = tuple[int, int]
MOST, WORK = 12, 1080
"""Nobody names more times in one message."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One day with its hours; either may be missing."""

    day: Days | Bound | None = None
    window: Window | None = None
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """All that will do, in the order said, and where it stands in the text."""

    wanted: tuple[Wanted, ...]
    span: tuple[int, int]
    unknown: bool = False
    free: bool = False


def merge(tokens: Sequence[Token]) -> Merged | None:
    """What the reduced tokens wish together; None if they speak of no time."""
    spoken = [i for i, t in enumerate(tokens) if speaks(t)]
    back = taken_back(tokens)
    kept = [i for i in spoken if i not in back and not _refused(tokens, i)]
    kept = _instead(tokens, kept, spoken)
    kept = _corrected(tokens, kept[:MOST])
    if not kept:
        return None
    items = [tokens[i] for i in kept]
    span = (items[0].start, items[-1].end)
    days = _agreeing([t.value for t in items if isinstance(t.value, Days | Bound)], tokens)
    bare = all(isinstance(d, Days) and d.bare for d in days)  # «перед новым годом, числа 28»
    unknown = any(t.kind == Kind.UNKNOWN for t in items) and bare
    free = any(t.kind == Kind.FREE for t in items)
    times = [t for t in items if isinstance(t.value, Window) or t.kind == Kind.PART]
    wanted = _in_order(items) if len(days) > 1 and len(times) > 1 else _together(days, times)
    return Merged(tuple(wanted), span, unknown, free)


def _refused(tokens: Sequence[Token], i: int) -> bool:
    """«не в среду», «кроме среды», «завтра не могу»."""
    before = [t.kind for t in tokens[max(0, i - 2) : i]]
    if before[-1:] and before[-1] in (Kind.NOT, Kind.PLAN_LESS):
        return True
    if len(before) == 2 and before[0] == Kind.NOT and before[1] in (Kind.IN, Kind.ON, Kind.BY):
        return True
    for gone, behind in zip(tokens[i + 1 : i + 3], (*tokens[i + 2 : i + 4], None), strict=False):
        if gone.kind == Kind.GONE and (behind is None or behind.text != "?"):
            return True  # «завтра никак», and not «завтра никак?»
    for one, two in zip(tokens[i + 1 : i + 4], tokens[i + 2 : i + 5], strict=False):
        if one.kind in (Kind.STOP, Kind.COMMA) or speaks(one):
            return False
        if one.kind == Kind.NOT and two.kind == Kind.REFUSED:
            return True
    return False


def _instead(tokens: Sequence[Token], kept: list[int], spoken: list[int]) -> list[int]:
    """«утром в четверг не получится, давайте вечером»: the evening of that Thursday."""
    for i in spoken:
        if i in kept or i - 1 not in kept or place(tokens[i]) == place(tokens[i - 1]):
            continue
        later = {place(tokens[j]) for j in kept if j > i}
        if place(tokens[i - 1]) in later and place(tokens[i]) not in later:
            kept = sorted({*kept, i} - {i - 1})
    return kept


def _corrected(tokens: Sequence[Token], kept: list[int]) -> list[int]:
    """«в среду, ой нет, в четверг»: of two of a kind the later one, after such a word."""
    moved = any(t.kind == Kind.MOVED for t in tokens)
    out: list[int] = []
    for i in kept:
        if out and (moved or any(t.kind == Kind.BETTER for t in tokens[out[-1] + 1 : i])):
            out = [j for j in out if _sort(tokens[j]) != _sort(tokens[i])]
        if out and place(tokens[i]) == "day" and is_decided(tokens, out[-1], i):
            out = []
        out.append(i)
    return out


def _sort(token: Token) -> str:
    if isinstance(token.value, Days | Bound):
        return "day"
    return "hour" if isinstance(token.value, Window) else token.kind


def _agreeing(days: list[Days | Bound], tokens: Sequence[Token]) -> list[Days | Bound]:
    """«пятница 27 ноября» is one day if it is a Friday, else a question."""
    days = _within(days)
    bounds: list[Days | Bound] = [d for d in days if isinstance(d, Bound)]
    if bounds and any(isinstance(d, Days) and d.weekday is None and d.first < d.last for d in days):
        return bounds  # «в декабре после 20 числа»
    if len(days) != 2 or any(t.kind == Kind.OR for t in tokens):
        return days
    one, two = days
    if isinstance(one, Bound) or isinstance(two, Bound):
        return days
    named, dated = (one, two) if one.weekday is not None else (two, one)
    if named.weekday is None or dated.weekday is not None:
        return (
            [max(days, key=lambda d: isinstance(d, Days) and d.past is False)]
            if (one.past != two.past)
            else days
        )
    if dated.first.weekday() == named.weekday:
        return [dated]
    both = tuple(sorted((named.first, dated.first)))
    return [replace(dated, first=both[0], last=both[0], readings=both)]


def _within(days: list[Days | Bound]) -> list[Days | Bound]:
    """«в пн или вт на той неделе»: weekdays are those of the week that was named."""
    named = [d for d in days if isinstance(d, Days) and d.weekday is not None]
    spans = [d for d in days if isinstance(d, Days) and d.weekday is None and d.first < d.last]
    if len(spans) != 1 or len(named) + 1 != len(days) or not named:
        return days
    span = spans[0]
    moved: list[Days | Bound] = []
    for day in named:
        shift = timedelta((day.first.weekday() - span.first.weekday()) % 7)
        first = span.first + shift
        last = first + (day.last - day.first)
        if first > span.last:
            return days
        moved.append(Days(first, last, between=day.between))
    return moved


def _together(days: list[Days | Bound], times: list[Token]) -> list[Wanted]:
    """Every day with every hour."""
    part = next((t.value for t in times if t.kind == Kind.PART), None)
    windows: list[Window | None] = [t.value for t in times if isinstance(t.value, Window)]
    if len(windows) > 1 and {w.relation for w in windows if w} == {"after", "before"}:
        first, last = (
            next(w for w in windows if w and w.relation == r) for r in ("after", "before")
        )
        windows = [Window("range", first.clock, last.clock)]
    if any(w.relation == "at" for w in windows if w):
        windows = [w for w in windows if w and (w.relation != "after" or w.clock.minutes != WORK)]
    parts = [t.value for t in times if t.kind == Kind.PART]
    if not windows and len(parts) > 1:
        part = (min(p[0] for p in parts), max(p[1] for p in parts))
    spread: list[Days | Bound | None] = []
    said: list[Days | Bound | None] = [*days]
    for day in said or [None]:
        spread.append(day)
        if isinstance(day, Days):
            spread.extend(Days(other, other) for other in day.others)
    return [Wanted(day, window, part) for day in spread for window in (windows or [None])]


def _in_order(items: list[Token]) -> list[Wanted]:
    """«завтра в 5 или в среду в 6»: each day with the hour beside it."""
    groups: list[Wanted] = [Wanted()]
    for token in items:
        last = groups[-1]
        if isinstance(token.value, Days | Bound):
            if last.day is not None:
                groups.append(Wanted(token.value))
            else:
                groups[-1] = replace(last, day=token.value)
        elif isinstance(token.value, Window):
            if last.window is not None:
                groups.append(Wanted(last.day, token.value))
            else:
                groups[-1] = replace(last, window=token.value)
        elif token.kind == Kind.PART and last.part is not None:
            groups.append(Wanted(part=token.value))  # «пятницу вечером или утро субботы»
        elif token.kind == Kind.PART:
            groups[-1] = replace(last, part=token.value)
    for n in range(1, len(groups)):
        if groups[n].day is None:
            groups[n] = replace(groups[n], day=groups[n - 1].day)
    return [g for g in groups if g != Wanted()]
