"""The salon's specialists and everybody's hours, changed by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, delete, func, select

from beautybot.booking.models import (
    day_overrides,
    service_specialists,
    shift_patterns,
    specialists,
    working_hours,
)
from beautybot.businesses import salons
from beautybot.kit.db import add, change, one, remove
from beautybot.kit.errors import BeautyBotError, NotFound
from beautybot.kit.text import one_line

Spans = Sequence[tuple[int, int]]
"""Half-open spans of local minutes since midnight."""

DAY_MIN, LONGEST_CYCLE, MOST_SPANS = 24 * 60, 62, 4


class BadHours(BeautyBotError):
    """Hours or a person that cannot be; the text says so in Russian."""


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """One date that differs; `specialist_id` None is the whole salon, no spans a day off."""

    id: int
    specialist_id: int | None
    day: date
    spans: tuple[tuple[int, int], ...]


def put(
    conn: Connection,
    business_id: int,
    specialist_id: int | None,
    *,
    name: str,
    role: str,
    level: str,
    name_forms: Sequence[str],
) -> int:
    """Change a specialist, or (None) add one; their id.  BadHours, NotFound."""
    kept = one_line(name, 120)
    if not kept:
        raise BadHours("Напишите имя мастера.")
    values = {
        "name": kept,
        "role": one_line(role, 120),
        "level": one_line(level, 60),
        "name_forms": list(name_forms),
    }
    if specialist_id is None:
        position = conn.execute(
            select(func.coalesce(func.max(specialists.c.position), 0) + 1).where(
                specialists.c.business_id == business_id
            )
        ).scalar_one()
        new = {"business_id": business_id, "ref": f"p{token_hex(5)}", "position": position}
        specialist_id = add(conn, specialists, new | values)
    else:
        there(conn, business_id, specialist_id)
        change(conn, specialists, {"business_id": business_id, "id": specialist_id}, values)
    salons.touch_catalogue(conn, business_id)
    return specialist_id


def retire(conn: Connection, business_id: int, specialist_id: int, now: datetime) -> str:
    """They work here no more; visits that are booked stay.  Their name; NotFound."""
    row = there(conn, business_id, specialist_id)
    mine = {"business_id": business_id, "id": specialist_id}
    change(conn, specialists, mine, {"retired_at": now})
    remove(conn, service_specialists, {"business_id": business_id, "specialist_id": specialist_id})
    salons.touch_catalogue(conn, business_id)
    name: str = row.name
    return name


def set_week(
    conn: Connection, business_id: int, specialist_id: int | None, week: Mapping[int, Spans]
) -> None:
    """
    The weekly hours of a specialist, or (None) of the salon; shifts end by this.

    An empty week of a specialist means the salon's hours.  BadHours.
    """
    for spans in week.values():
        check(spans)
    if specialist_id is None and not any(week.values()):
        raise BadHours("Салон должен работать хотя бы один день.")
    _forget_hours(conn, business_id, specialist_id)
    for weekday, spans in sorted(week.items()):
        for from_min, to_min in sorted(spans):
            values = {"weekday": weekday, "from_min": from_min, "to_min": to_min}
            whose = {"business_id": business_id, "specialist_id": specialist_id}
            add(conn, working_hours, whose | values)
    salons.touch_catalogue(conn, business_id)


def set_shifts(
    conn: Connection, business_id: int, specialist_id: int, anchor: date, cycle: Sequence[Spans]
) -> None:
    """Shifts that repeat: `cycle` begins on the day `anchor`.  BadHours."""
    if not 1 <= len(cycle) <= LONGEST_CYCLE or not any(cycle):
        raise BadHours("Смены: от одного до тридцати одного дня работы и столько же отдыха.")
    for spans in cycle:
        check(spans)
    _forget_hours(conn, business_id, specialist_id)
    whose = {"business_id": business_id, "specialist_id": specialist_id}
    days = [[list(span) for span in spans] for spans in cycle]
    add(conn, shift_patterns, whose | {"anchor": anchor, "cycle": days})
    salons.touch_catalogue(conn, business_id)


def shifts(conn: Connection, business_id: int) -> dict[int, tuple[date, list[Spans]]]:
    """The shifts of those who have them, by specialist."""
    rows = conn.execute(select(shift_patterns).where(shift_patterns.c.business_id == business_id))
    return {r.specialist_id: (r.anchor, [[(a, b) for a, b in d] for d in r.cycle]) for r in rows}


def set_day(
    conn: Connection, business_id: int, specialist_id: int | None, day: date, spans: Spans
) -> None:
    """Other hours on one date; no spans: a day off.  BadHours."""
    check(spans)
    if specialist_id is not None:
        there(conn, business_id, specialist_id)
    conn.execute(_on(business_id, specialist_id, day))
    values = {"spans": [list(s) for s in sorted(spans)], "reason": "", "day": day}
    whose = {"business_id": business_id, "specialist_id": specialist_id}
    add(conn, day_overrides, whose | values)
    salons.touch_catalogue(conn, business_id)


def forget_day(conn: Connection, business_id: int, special_id: int) -> None:
    """The date is like any other again; NotFound."""
    if remove(conn, day_overrides, {"business_id": business_id, "id": special_id}) == 0:
        raise NotFound("there is no such day")
    salons.touch_catalogue(conn, business_id)


def special_days(conn: Connection, business_id: int, since: date) -> list[SpecialDay]:
    """The dates that differ, from a day on."""
    rows = conn.execute(
        select(day_overrides)
        .where(day_overrides.c.business_id == business_id, day_overrides.c.day >= since)
        .order_by(day_overrides.c.day, day_overrides.c.id)
        .limit(200)
    )
    return [
        SpecialDay(r.id, r.specialist_id, r.day, tuple((a, b) for a, b in r.spans)) for r in rows
    ]


def check(spans: Spans) -> None:
    """BadHours for hours that end before they begin, or overlap."""
    if len(spans) > MOST_SPANS:
        raise BadHours("Слишком много перерывов в одном дне.")
    for from_min, to_min in spans:
        if not 0 <= from_min < to_min <= DAY_MIN:
            raise BadHours("Часы: конец должен быть позже начала.")
    if any(a[1] > b[0] for a, b in pairwise(sorted(spans))):
        raise BadHours("Перерыв должен быть внутри рабочего дня.")


def there(conn: Connection, business_id: int, specialist_id: int) -> Any:
    """The row of a specialist who works here; NotFound."""
    row = one(conn, specialists, {"business_id": business_id, "id": specialist_id})
    if row is None or row.retired_at is not None:
        raise NotFound("there is no such specialist")
    return row


def _forget_hours(conn: Connection, business_id: int, specialist_id: int | None) -> None:
    whose = (
        working_hours.c.specialist_id.is_(None)
        if specialist_id is None
        else working_hours.c.specialist_id == specialist_id
    )
    conn.execute(delete(working_hours).where(working_hours.c.business_id == business_id, whose))
    if specialist_id is not None:
        there(conn, business_id, specialist_id)
        mine = {"business_id": business_id, "specialist_id": specialist_id}
        remove(conn, shift_patterns, mine)


def _on(business_id: int, specialist_id: int | None, day: date) -> Any:
    whose = (
        day_overrides.c.specialist_id.is_(None)
        if specialist_id is None
        else day_overrides.c.specialist_id == specialist_id
    )
    mine = day_overrides.c.business_id == business_id
    return delete(day_overrides).where(mine, whose, day_overrides.c.day == day)
