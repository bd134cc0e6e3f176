"""Relations: after and before, from and to, about, and the parts of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from beautybot.russian.time.clocks import Clock
from beautybot.russian.time.days import Days, month, next_nth, one
from beautybot.russian.time.kinds import Kind, Token

LUNCH = (720, 900)
MIDNIGHT = 1440


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of a day: `relation` is at, after, before, range, part or soon (minutes from now)."""

    relation: str
    clock: Clock
    until: Clock | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """Any day after or before these."""

    relation: str
    days: Days


def _clock(token: Token) -> Clock | None:
    if isinstance(token.value, Clock):
        return token.value
    if token.kind == Kind.PART:
        return Clock(token.value[0], True)
    if isinstance(token.value, int) and 0 <= token.value <= 24:
        return Clock(token.value * 60, token.value > 12 or token.text.startswith("0"))
    return None


def _last(tokens: Sequence[Token]) -> Clock | None:
    return _clock(tokens[-1])


def at_hour(tokens: Sequence[Token], today: date) -> Window | Days | None:
    """«в 5», «к 12»; «на 28» can only be a day, and is left to the days."""
    clock = _last(tokens)
    if clock is None:
        number = tokens[-1].value
        day = next_nth(number, today) if tokens[0].kind == Kind.ON else None
        return one(day) if day else None
    if tokens[0].kind == Kind.ON and tokens[-1].kind == Kind.NUMBER and clock.minutes == MIDNIGHT:
        day = next_nth(24, today)
        return one(day) if day else None
    loose = clock.approximate or any(t.kind in (Kind.ABOUT, Kind.HOURS) for t in tokens)
    length = clock.length and tokens[0].kind in (Kind.ON, Kind.CLOCK)
    return Window("at", replace(clock, approximate=loose, length=length))


def about(tokens: Sequence[Token], today: date) -> Window | None:
    """«около шести»."""
    clock = _last(tokens)
    return Window("at", replace(clock, approximate=True)) if clock else None


def bound_hour(tokens: Sequence[Token], today: date) -> Window | None:
    """«после шести», «не раньше семи», «до двух», «не позже 12»."""
    clock = _last(tokens)
    return Window(_direction(tokens), clock) if clock else None


def at_or_after(tokens: Sequence[Token], today: date) -> Window | None:
    """«в 17 или позже»."""
    clock = _clock(tokens[1])
    return Window("after", clock) if clock else None


def bound_behind(tokens: Sequence[Token], today: date) -> Window | None:
    """«сағат 5-тен кейін»."""
    clock = _clock(tokens[0])
    relation = "after" if tokens[-1].kind == Kind.AFTER_IT else "before"
    return Window(relation, clock) if clock else None


def _direction(tokens: Sequence[Token]) -> str:
    first = [t.kind for t in tokens[:2]]
    if first[0] == Kind.NOT:
        return "after" if first[1] == Kind.EARLIER else "before"
    return "after" if first[0] in (Kind.AFTER, Kind.FROM) else "before"


def between(tokens: Sequence[Token], today: date) -> Window | None:
    """«с 3 до 6», «между 14 и 16», «14–16»."""
    ends = [t for t in tokens if t.kind in (Kind.CLOCK, Kind.NUMBER, Kind.PART)]
    first, last = _clock(ends[0]), _clock(ends[-1])
    if ends[-1].kind == Kind.PART:
        last = Clock(ends[-1].value[1], True)
    return Window("range", first, last) if first and last else None


def pair(tokens: Sequence[Token], today: date) -> Window | None:
    """«14-16»; what is a window already stays."""
    value = tokens[-1].value
    if isinstance(value, Window):
        return value
    if not isinstance(value, tuple) or value[1] > 24:
        return None
    return Window("range", *(Clock(n * 60, n > 12) for n in value))


def soon(tokens: Sequence[Token], today: date) -> Window | None:
    """«через час», «через 40 минут»: minutes from now."""
    kinds = {t.kind for t in tokens}
    numbers = [t.value for t in tokens if t.kind in (Kind.NUMBER, Kind.BIG, Kind.SPELL)]
    if not kinds & {Kind.HOUR, Kind.HOURS, Kind.MINUTES, Kind.SPELL}:
        return None
    count = numbers[0] if numbers else 1
    minutes = count if kinds & {Kind.MINUTES, Kind.SPELL} else count * 60
    return Window("soon", Clock(minutes, True, approximate=True))


def within_hour(tokens: Sequence[Token], today: date) -> Window:
    """«в шестом часу»: about the hour before."""
    return Window("at", Clock((tokens[1].value - 1) * 60, approximate=True))


def after_work(tokens: Sequence[Token], today: date) -> Window:
    """«после работы»."""
    return Window("after", Clock(1080, True))


def before_lunch(tokens: Sequence[Token], today: date) -> tuple[int, int]:
    """«до обеда»."""
    return 360, 780


def after_lunch(tokens: Sequence[Token], today: date) -> tuple[int, int]:
    """«после обеда»."""
    return 780, 1080


def until_lunch(tokens: Sequence[Token], today: date) -> Window | None:
    """«с 10 до обеда», «с утра до обеда»."""
    first = Clock(360, True) if tokens[1].kind == Kind.MARKER else _clock(tokens[1])
    return Window("range", first, Clock(780, True)) if first else None


def since_lunch(tokens: Sequence[Token], today: date) -> Window:
    """«с обеда»."""
    return Window("after", Clock(780, True))


def from_part(tokens: Sequence[Token], today: date) -> tuple[int, int] | None:
    """«с утра до вечера»."""
    begin, end = tokens[1].value[0], tokens[-1].value[0]
    return (begin, end) if begin < end else None


def until_part(tokens: Sequence[Token], today: date) -> tuple[int, int]:
    """«до вечера»."""
    return 360, tokens[-1].value[0]


def after_lunch_until(tokens: Sequence[Token], today: date) -> Window | None:
    """«между обедом и четырьмя»."""
    last = _clock(tokens[-1])
    return Window("range", Clock(780, True), last) if last else None


def done_by(tokens: Sequence[Token], today: date) -> Window | None:
    """«к 18 освободиться»."""
    clock = _clock(tokens[1])
    return Window("before", clock) if clock else None


def lunch(tokens: Sequence[Token], today: date) -> tuple[int, int]:
    """«в обед»."""
    return LUNCH


def by_day(tokens: Sequence[Token], today: date) -> tuple[int, int] | None:
    """«вторник, день»: not «вторник, дней десять»."""
    return (720, 1020) if tokens[0].text == "день" else None


def edge_of_day(tokens: Sequence[Token], today: date) -> tuple[int, int]:
    """«в начале дня», «в середине дня», «к концу дня»."""
    return ((360, 720), LUNCH, (1020, MIDNIGHT))[tokens[-2].value]


def marked(tokens: Sequence[Token], today: date) -> tuple[int, int]:
    """«с утра»."""
    begin, end = tokens[-1].value
    return begin, end


part = marked


def same(tokens: Sequence[Token], today: date) -> object:
    """A preposition belongs to its day."""
    return tokens[-1].value


def from_day_to_day(tokens: Sequence[Token], today: date) -> Days | None:
    """«с понедельника по среду»."""
    first, last = (t.value for t in tokens if t.kind == Kind.DAYS)
    if not isinstance(first, Days) or not isinstance(last, Days):
        return None
    end = last.last
    if end < first.first and last.weekday is not None:
        end = date.fromordinal(end.toordinal() + 7)
    if end < first.first:
        return None
    return Days(first.first, end, weekday=first.weekday, between=True)


def bound_day(tokens: Sequence[Token], today: date) -> Bound | None:
    """«после среды», «с понедельника», «до пятницы», «не раньше четверга»."""
    inclusive = tokens[-1].kind == Kind.INCLUSIVE
    named = tokens[-2] if inclusive else tokens[-1]
    value = named.value
    if named.kind == Kind.NTH:
        day = next_nth(value, today)
        value = one(day) if day else None
    if not isinstance(value, Days):
        return None
    kinds = [t.kind for t in tokens[:2]]
    if inclusive:
        return Bound("by", value)
    if kinds[0] == Kind.NOT:
        return Bound("since" if kinds[1] == Kind.EARLIER else "by", value)
    return Bound({Kind.AFTER: "after", Kind.FROM: "since"}.get(Kind(kinds[0]), "before"), value)


def until_edge(tokens: Sequence[Token], today: date) -> Bound | None:
    """«до конца недели» takes its last day in; «до начала декабря» stops before it."""
    days = month(tokens[1:], today)
    last = any(t.kind == Kind.EDGE and t.value == 2 for t in tokens)
    return Bound("by" if last else "before", days) if days else None


def bare_nth(tokens: Sequence[Token], today: date) -> Days | None:
    """«двадцать пятого», «28-го» alone."""
    day = next_nth(tokens[0].value, today)
    return one(day, bare=True) if day else None
