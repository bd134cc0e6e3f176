"""Facts as people say them in Russian: days, hours, durations, prices, lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from beautybot.kit.text import counted

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


# How a salon's own word for itself stands after "администратор": in the genitive.
OF_SALON = {
    "салон": "салона",
    "студия": "студии",
    "барбершоп": "барбершопа",
    "клиника": "клиники",
    "центр": "центра",
    "кабинет": "кабинета",
}


def of_salon(name: str) -> str:
    """A salon's name in the genitive: «Ромашка» is "салона «Ромашка»"."""
    first, _, rest = name.partition(" ")
    word = OF_SALON.get(first.lower())
    if word:
        return f"{word} {rest}".strip()
    return f"салона {name}" if "«" in name or '"' in name else f"салона «{name}»"


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


def duration(length: timedelta) -> str:
    """Minutes and hours: "50 минут", "2 часа", "1 час 20 минут"."""
    hours, minutes = divmod(round(length.total_seconds()) // 60, 60)
    words = []
    if hours:
        words.append(counted(hours, "час", "часа", "часов"))
    if minutes or not hours:
        words.append(counted(minutes, "минута", "минуты", "минут"))
    return " ".join(words)


def listed(things: Iterable[str], last: str = "и") -> str:
    """A list in a sentence: "а, б и в"."""
    items = list(things)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def numbered(lines: Iterable[str]) -> str:
    """Options, one a line, with the numbers a client may answer with."""
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def hours(week: dict[int, tuple[tuple[int, int], ...]]) -> str:
    """Opening hours, days of equal hours together: "пн–сб 09:00–21:00, вс 10:00–20:00"."""
    groups: list[tuple[int, int, tuple[tuple[int, int], ...]]] = []
    for weekday in range(7):
        spans = tuple(week.get(weekday, ()))
        if groups and groups[-1][2] == spans:
            groups[-1] = (groups[-1][0], weekday, spans)
        else:
            groups.append((weekday, weekday, spans))
    said = []
    for first, last, spans in groups:
        days = SHORT_WEEKDAYS[first]
        if last != first:
            days += f"–{SHORT_WEEKDAYS[last]}"
        said.append(f"{days} {span_words(spans)}")
    return ", ".join(said)


def span_words(spans: tuple[tuple[int, int], ...]) -> str:
    """The hours of one day, or "выходной"."""
    if not spans:
        return "выходной"
    return " и ".join(f"{_hm(a)}–{_hm(b)}" for a, b in spans)


def _hm(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}" if minutes < 1440 else "24:00"
