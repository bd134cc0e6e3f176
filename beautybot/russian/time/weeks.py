"""Weeks: the rules that make a week, a day of one, or its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from beautybot.russian.time.days import Day, Days, all_of, first_of, one
from beautybot.russian.time.kinds import Kind, Token


def week(tokens: Sequence[Token], today: date) -> Days | None:
    """«на следующей неделе», «через неделю в среду», «вторник следующей недели»."""
    named, count = first_of(tokens, Kind.WEEKDAY), first_of(tokens, Kind.NUMBER)
    monday = today - today.weekday() * Day
    shift = (
        1 if first_of(tokens, Kind.NEXT, Kind.THROUGH) else -1 if first_of(tokens, Kind.LAST) else 0
    )
    shift *= count.value if count else 1
    if named is not None:
        day = monday + (7 * shift + named.value) * Day
        return one(day, past=day < today)
    first = monday + 7 * shift * Day
    return Days(max(first, today) if shift >= 0 else first, first + 6 * Day, past=shift < 0)


def next_one(tokens: Sequence[Token], today: date) -> Days | None:
    """«давайте на следующей»: a week, by its ending."""
    return week(tokens, today) if tokens[-1].text.endswith("ей") else None


def of_week(tokens: Sequence[Token], today: date) -> Days | None:
    """«в пн или вт на той неделе», «со среды по пятницу следующей недели»."""
    monday = today + (7 * bool(first_of(tokens, Kind.NEXT)) - today.weekday()) * Day
    first, last = (monday + t.value * Day for t in all_of(tokens, Kind.WEEKDAY))
    if tokens[0].kind != Kind.FROM:
        return one(first, others=(last,))
    return Days(first, last, between=True) if first <= last else None


def weekend(tokens: Sequence[Token], today: date) -> Days:
    """«на выходных»; said on a Sunday, or of the next ones, it is a question."""
    saturday = today + (5 - today.weekday()) * Day
    if first_of(tokens, Kind.NEXT):
        later = saturday + 7 * Day
        if today.weekday() > 4:
            return Days(later, later + Day)
        return Days(saturday, saturday + Day, readings=(saturday, later))
    if today.weekday() == 6:
        return one(today, readings=() if first_of(tokens, Kind.THIS) else (today, today + 6 * Day))
    return Days(max(saturday, today), saturday + Day)


def weeks_after(tokens: Sequence[Token], today: date) -> Days:
    """«Завтра через неделю»: the same day of a later week."""
    count = first_of(tokens, Kind.NUMBER)
    return one(today + (tokens[0].value + 7 * (count.value if count else 1)) * Day)
