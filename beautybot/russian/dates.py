"""Days and hours as people say them in Russian, and things in a row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

WEEKDAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")
ON_WEEKDAY = (
    "в понедельник",
    "во вторник",
    "в среду",
    "в четверг",
    "в пятницу",
    "в субботу",
    "в воскресенье",
)
SHORT_WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
MONTHS = (
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
)
SHORT_MONTHS = (
    "янв",
    "фев",
    "мар",
    "апр",
    "мая",
    "июн",
    "июл",
    "авг",
    "сен",
    "окт",
    "ноя",
    "дек",
)


def clock(at: datetime, zone: ZoneInfo) -> str:
    """The hour in the salon's zone: 15:00."""
    return at.astimezone(zone).strftime("%H:%M")


def day(on: date, today: date) -> str:
    """A day one cannot mistake: "завтра, вторник, 24 ноября"."""
    near = {0: "сегодня, ", 1: "завтра, ", 2: "послезавтра, "}.get((on - today).days, "")
    year = f" {on.year} года" if on.year != today.year else ""
    return f"{near}{WEEKDAYS[on.weekday()]}, {on.day} {MONTHS[on.month - 1]}{year}"


def on_day(on: date, today: date) -> str:
    """The same after a verb: "завтра, во вторник, 24 ноября"."""
    near = {0: "сегодня, ", 1: "завтра, ", 2: "послезавтра, "}.get((on - today).days, "")
    return f"{near}{ON_WEEKDAY[on.weekday()]}, {on.day} {MONTHS[on.month - 1]}"


def moment(at: datetime, zone: ZoneInfo, today: date) -> str:
    """A day and an hour: "завтра, вторник, 24 ноября, 15:00"."""
    return f"{day(at.astimezone(zone).date(), today)}, {clock(at, zone)}"


def short_moment(at: datetime, zone: ZoneInfo) -> str:
    """The same for a button of twenty characters: "вт 24 ноя, 15:00"."""
    local = at.astimezone(zone)
    month = SHORT_MONTHS[local.month - 1]
    return f"{SHORT_WEEKDAYS[local.weekday()]} {local.day} {month}, {local:%H:%M}"


def listed(things: Iterable[str], last: str = "и") -> str:
    """A list in a sentence: "а, б и в"."""
    items = list(things)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
