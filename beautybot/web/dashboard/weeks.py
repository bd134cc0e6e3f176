"""Hours between a form and minutes since midnight."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from beautybot.agent.saying import span_words
from beautybot.booking.staff import BadHours, Spans
from beautybot.kit.text import counted
from beautybot.russian.dates import WEEKDAYS
from beautybot.web.sessions import Asking, as_id

OPENS, CLOSES = "10:00", "20:00"
MOST_DAYS = 31
LIKE_MONDAY = (
    (0, "только понедельник"),
    (5, "понедельник – пятница"),
    (6, "понедельник – суббота"),
    (7, "все дни недели"),
)
"""How far Monday's hours reach, as the form offers it: the number of days from Monday."""
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::00)?|24:00")


def for_form(week: Mapping[int, Spans]) -> list[dict[str, Any]]:
    """Seven days as the form shows them; more than one break stays as it is."""
    days = []
    for weekday, name in enumerate(WEEKDAYS):
        spans = sorted(week.get(weekday, ()))
        days.append(
            {
                "number": weekday,
                "name": name,
                "works": bool(spans),
                "opens": _clock(spans[0][0]) if spans else OPENS,
                "closes": _clock(spans[-1][1]) if spans else CLOSES,
                "break_from": _clock(spans[0][1]) if len(spans) > 1 else "",
                "break_to": _clock(spans[1][0]) if len(spans) > 1 else "",
            }
        )
    return days


def from_form(asking: Asking) -> dict[int, Spans]:
    """
    The week of the form; BadHours.

    Where `like-monday` says so, the first days of it have Monday's hours,
    whatever stands beside them.
    """
    alike = _alike(asking)
    monday = spans_of(asking, "-0") if alike else ()
    if alike and not monday:
        raise BadHours("Впишите часы понедельника: по ним заполнятся остальные дни.")
    own = {
        weekday: spans_of(asking, f"-{weekday}")
        for weekday in range(alike, 7)
        if asking.text(f"works-{weekday}") == "1"
    }
    return dict.fromkeys(range(alike), monday) | own


def as_sent(asking: Asking) -> dict[str, Any]:
    """What stands in the form of a week that was refused, to be put right; else nothing."""
    if "opens-0" not in asking.form:
        return {}
    shown: dict[str, Any] = {"week": _days_sent(asking), "reach": asking.text("like-monday")}
    if "kind" in asking.form:
        ends = {"opens": "opens-shift", "closes": "closes-shift"}
        names = {name: ends.get(name, name) for name in ("anchor", "on", "rest", *ends)}
        shown["kind"] = asking.text("kind")
        shown["shifts"] = {name: asking.text(field) for name, field in names.items()}
    return shown


def _days_sent(asking: Asking) -> list[dict[str, Any]]:
    return [
        {
            "number": weekday,
            "name": name,
            "works": asking.text(f"works-{weekday}") == "1",
            "opens": asking.text(f"opens-{weekday}"),
            "closes": asking.text(f"closes-{weekday}"),
            "break_from": asking.text(f"break-from-{weekday}"),
            "break_to": asking.text(f"break-to-{weekday}"),
        }
        for weekday, name in enumerate(WEEKDAYS)
    ]


def _alike(asking: Asking) -> int:
    days = asking.text("like-monday")
    return next((reach for reach, _ in LIKE_MONDAY if str(reach) == days), 0)


def spans_of(asking: Asking, ending: str) -> Spans:
    """One day of the form: from, to, and a break if there is one; BadHours."""
    opens, closes = asking.text(f"opens{ending}"), asking.text(f"closes{ending}")
    if not opens and not closes:
        return ()
    rest = asking.text(f"break-from{ending}"), asking.text(f"break-to{ending}")
    begins, ends = _minutes(opens), _minutes(closes) or 1440
    if not any(rest):
        return ((begins, ends),)
    return ((begins, _minutes(rest[0])), (_minutes(rest[1]), ends))


def shift_form(shifts: tuple[date, Sequence[Spans]] | None, today: date) -> dict[str, Any]:
    """Shifts as the form shows them: so many days on, so many off."""
    anchor, cycle = shifts or (today, [((600, 1200),), ((600, 1200),), (), ()])
    on = sum(bool(day) for day in cycle)
    first = next((day for day in cycle if day), ((600, 1200),))
    return {
        "anchor": anchor.isoformat(),
        "on": on,
        "rest": len(cycle) - on,
        "opens": _clock(first[0][0]),
        "closes": _clock(first[-1][1]),
    }


def shifts_from_form(asking: Asking) -> tuple[date, list[Spans]]:
    """The first working day and the cycle; BadHours."""
    on, rest = as_id(asking.text("on")), asking.text("rest")
    if on is None or on > MOST_DAYS or not rest.isdecimal() or int(rest[:4]) > MOST_DAYS:
        raise BadHours(f"Смены: сколько дней работает и отдыхает, числом до {MOST_DAYS}.")
    try:
        anchor = date.fromisoformat(asking.text("anchor"))
    except ValueError:
        raise BadHours("Выберите первый рабочий день.") from None
    spans = spans_of(asking, "-shift")
    if not spans:
        raise BadHours("Напишите часы смены.")
    nothing: Spans = ()
    return anchor, [*(spans for _ in range(on)), *(nothing for _ in range(int(rest)))]


def shift_words(cycle: Sequence[Spans]) -> str:
    """A cycle in words: "смены: 2 дня через 2, 10:00–20:00"."""
    on = sum(bool(day) for day in cycle)
    first = next((tuple(day) for day in cycle if day), ())
    days = counted(on, "день", "дня", "дней")
    return f"смены: {days} через {len(cycle) - on}, {span_words(first)}"


def _minutes(text: str) -> int:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise BadHours("Часы пишите так: 10:00.")
    return 1440 if text == "24:00" else int(found[1]) * 60 + int(found[2])


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"
