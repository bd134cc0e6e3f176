"""Facts as people say them in Russian: days, hours, durations, prices, lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from beautybot.kit.text import counted, quoted
from beautybot.russian.dates import (
    MONTHS,
    SHORT_WEEKDAYS,
    clock,
    day,
    listed,
    moment,
    on_day,
    short_moment,
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
    return f"салона {quoted(name)}"


def duration(length: timedelta) -> str:
    """Minutes and hours: "50 минут", "2 часа", "1 час 20 минут"."""
    hours, minutes = divmod(round(length.total_seconds()) // 60, 60)
    words = []
    if hours:
        words.append(counted(hours, "час", "часа", "часов"))
    if minutes or not hours:
        words.append(counted(minutes, "минута", "минуты", "минут"))
    return " ".join(words)


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


__all__ = [
    "MONTHS",
    "clock",
    "day",
    "duration",
    "hours",
    "listed",
    "moment",
    "numbered",
    "of_salon",
    "on_day",
    "short_moment",
    "span_words",
]
