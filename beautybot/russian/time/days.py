"""Days: the rules that make one day, several days or a question of words."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from beautybot.russian.time.kinds import Kind, Token

Day = timedelta(days=1)
ONE_OF_THEM = "юьц"
"""«Неделю», «день», «месяц» end so, «недели» and «дня» do not."""
FIRST_DAYS, TEN_DAYS, MOST_TOGETHER = 5, 10, 5


@dataclass(frozen=True, slots=True)
class Days:
    """
    From the first day to the last.

    `readings`: which of them, we ask; `others`: also good; `between`: both
    ends were named, not a week or a month.  `bare`: a day of a month not named.
    """

    first: date
    last: date
    readings: tuple[date, ...] = ()
    others: tuple[date, ...] = ()
    weekday: int | None = None
    past: bool = False
    between: bool = False
    bare: bool = False


def one(day: date, **more: object) -> Days:
    """A single day."""
    return Days(day, day, **more)  # type: ignore[arg-type]


Builder = Callable[[Sequence[Token], date], Days | None]


def first_of(tokens: Sequence[Token], *kinds: Kind) -> Token | None:
    """The first token of these kinds."""
    return next((t for t in tokens if t.kind in kinds), None)


def all_of(tokens: Sequence[Token], *kinds: Kind) -> list[Token]:
    """The tokens of these kinds."""
    return [t for t in tokens if t.kind in kinds]


def next_date(day: int, month: int, today: date) -> date | None:
    """The next such date, today included; 29 February may be years away."""
    for year in range(today.year, today.year + 5):
        if month <= 12 and 1 <= day <= monthrange(year, month)[1]:
            candidate = date(year, month, day)
            if candidate >= today:
                return candidate
    return None


def next_nth(day: int, today: date) -> date | None:
    """The next such day of a month, today included."""
    month, year = today.month, today.year
    for _ in range(4):
        if 1 <= day <= monthrange(year, month)[1] and date(year, month, day) >= today:
            return date(year, month, day)
        month, year = (1, year + 1) if month == 12 else (month + 1, year)
    return None


def add_months(day: date, months: int) -> date:
    """The same day some months on, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def written(tokens: Sequence[Token], today: date) -> Days | None:
    """«27.11», «27.11.2026»."""
    day, month = tokens[0].value
    if isinstance(day, date):
        return one(day, past=day < today)
    found = next_date(day, month, today)
    return one(found) if found else None


def of_month(tokens: Sequence[Token], today: date) -> Days | None:
    """«25 ноября», «двадцать пятого ноября 2027 года», «декабря 5»."""
    number, month, year = (
        first_of(tokens, Kind.NUMBER, Kind.NTH),
        first_of(tokens, Kind.MONTH),
        first_of(tokens, Kind.GLUED),
    )
    assert number and month
    if year is not None:
        if not 1 <= number.value <= monthrange(year.value, month.value)[1]:
            return None
        day = date(year.value, month.value, number.value)
        return one(day, past=day < today)
    found = next_date(number.value, month.value, today)
    return one(found) if found else None


def span_of_month(tokens: Sequence[Token], today: date) -> Days | None:
    """«с 25 по 27 ноября», «25–27 ноября», «25 или 27 ноября»."""
    month = first_of(tokens, Kind.MONTH)
    pair = first_of(tokens, Kind.WINDOW)
    numbers = pair.value if pair else [t.value for t in all_of(tokens, Kind.NUMBER, Kind.NTH)]
    ends = [next_date(n, month.value, today) if month else next_nth(n, today) for n in numbers]
    first, last = ends[0], ends[-1]
    if first is None or last is None or first > last:
        return None
    if first_of(tokens, Kind.OR, Kind.AND, Kind.COMMA) and not first_of(tokens, Kind.BETWEEN):
        return one(first, others=(last,))
    return Days(first, last, between=True)


def about_nth(tokens: Sequence[Token], today: date) -> Days | None:
    """«в первых числах декабря», «в двадцатых числах»: some days from there."""
    number, month = first_of(tokens, Kind.WHICH, Kind.NUMBER), first_of(tokens, Kind.MONTH)
    assert number
    first = next_date(number.value, month.value, today) if month else next_nth(number.value, today)
    length = FIRST_DAYS if number.value == 1 else TEN_DAYS
    return Days(first, first + (length - 1) * Day) if first else None


def nth(tokens: Sequence[Token], today: date) -> Days | None:
    """«пятого числа», «на 28-е»: in this month, or in the next if it has passed."""
    number = first_of(tokens, Kind.NTH, Kind.NUMBER)
    found = next_nth(number.value, today) if number else None
    return one(found, bare=True) if found else None


def nth_before_hour(tokens: Sequence[Token], today: date) -> Days | None:
    """«25 в 13»; a small number may count people («2 в 15»), so it says nothing alone."""
    return nth(tokens, today) if tokens[-1].value > MOST_TOGETHER else None


def relative(tokens: Sequence[Token], today: date) -> Days:
    """«завтра», «послезавтра»."""
    shift = tokens[-1].value
    return one(today + shift * Day, past=shift < 0)


def weekday(tokens: Sequence[Token], today: date) -> Days:
    """«в среду», «в эту среду»: the nearest one, today included."""
    number = first_of(tokens, Kind.WEEKDAY, Kind.OF_WEEKDAY)
    assert number
    nearest = today + (number.value - today.weekday()) % 7 * Day
    if first_of(tokens, Kind.LAST):
        return one(nearest - 7 * Day, past=True)
    if first_of(tokens, Kind.NEXT):
        nearest = nearest if nearest > today else nearest + 7 * Day
        calendar = today + (7 - today.weekday() + number.value) * Day
        return one(nearest, readings=(nearest, calendar) if nearest != calendar else ())
    return one(nearest, weekday=number.value)


def nth_weekday(tokens: Sequence[Token], today: date) -> Days | None:
    """«в первый понедельник декабря»."""
    which, weekday, month = (t.value for t in tokens[-3:])
    for year in (today.year, today.year + 1):
        first = date(year, month, 1)
        day = first + ((weekday - first.weekday()) % 7 + 7 * (which - 1)) * Day
        if day.month == month and day >= today:
            return one(day)
    return None


def month(tokens: Sequence[Token], today: date) -> Days | None:
    """«в декабре», «в начале декабря», «в следующем месяце», «в конце недели»."""
    named, edge = first_of(tokens, Kind.MONTH), first_of(tokens, Kind.EDGE)
    if first_of(tokens, Kind.WEEK):
        return _edge_of_week(tokens, today, edge)
    if named is not None:
        year = today.year + (named.value < today.month)
        first = date(year, named.value, 1)
    else:
        shift = 1 if first_of(tokens, Kind.NEXT) else -1 if first_of(tokens, Kind.LAST) else 0
        first = add_months(today.replace(day=1), shift)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    past = last < today
    if edge is not None:
        thirds = (
            (first, first + 9 * Day),
            (first + 10 * Day, first + 19 * Day),
            (first + 20 * Day, last),
        )
        first, last = thirds[edge.value]
    return Days(
        first if past else max(first, today), max(last, today) if not past else last, past=past
    )


def _edge_of_week(tokens: Sequence[Token], today: date, edge: Token | None) -> Days | None:
    monday = today + (7 * bool(first_of(tokens, Kind.NEXT)) - today.weekday()) * Day
    begin, end = ((0, 1), (2, 3), (4, 6))[edge.value] if edge else (0, 6)
    first, last = max(monday + begin * Day, today), monday + end * Day
    return Days(first, last) if first <= last else None


def through(tokens: Sequence[Token], today: date) -> Days | None:
    """«через 2 дня», «недели через две», «через день» (+1 or +2: a question)."""
    pair = first_of(tokens, Kind.WINDOW)
    numbers = list(pair.value) if pair else [t.value for t in all_of(tokens, Kind.NUMBER, Kind.BIG)]
    unit = first_of(tokens, Kind.DAY_UNIT, Kind.OF_DAY, Kind.WEEK, Kind.MONTH_UNIT, Kind.YEAR_UNIT)
    assert unit
    if not numbers and unit.kind == Kind.DAY_UNIT:
        return one(today + Day, readings=(today + Day, today + 2 * Day))
    ends = [_shifted(today, n, unit.kind) for n in numbers or [1]]
    return Days(ends[0], ends[-1])


def through_some(tokens: Sequence[Token], today: date) -> Days | None:
    """«через недели две»; «через неделю две» is one or two of them, so we ask."""
    days = through(tokens, today)
    if days is None or tokens[1].text[-1] not in ONE_OF_THEM:
        return days
    return replace(days, readings=(_shifted(today, 1, tokens[1].kind), days.first))


def beyond(tokens: Sequence[Token], today: date) -> str:
    """«через среду», «через полторы недели»: people mean different days by it, so we ask."""
    return tokens[0].text


def half_year(tokens: Sequence[Token], today: date) -> Days:
    """«через полгода»."""
    return one(add_months(today, tokens[-1].value))


def later(tokens: Sequence[Token], today: date) -> Days | None:
    """«неделю спустя»; «неделю через» is not said."""
    return through(tokens[:-1], today) if tokens[-1].text == "спустя" else None


def ago(tokens: Sequence[Token], today: date) -> Days:
    """«неделю назад», «3 дня назад»."""
    number = first_of(tokens, Kind.NUMBER, Kind.BIG)
    day = _shifted(today, -(number.value if number else 1), tokens[-2].kind)
    return one(day, past=True)


def _shifted(today: date, count: int, unit: str) -> date:
    if unit == Kind.WEEK:
        return today + 7 * count * Day
    if unit in (Kind.MONTH_UNIT, Kind.YEAR_UNIT):
        return add_months(today, count * (12 if unit == Kind.YEAR_UNIT else 1))
    return today + count * Day


def coming(tokens: Sequence[Token], today: date) -> Days:
    """«в ближайшие три дня», «в течение недели»."""
    number = first_of(tokens, Kind.NUMBER)
    days = number.value if number else 7 if first_of(tokens, Kind.WEEK) else 3
    return Days(today, today + max(days - 1, 0) * Day)
