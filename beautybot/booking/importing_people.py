"""Specialists and working time of a salon's file, written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from beautybot.booking.models import (
    day_overrides,
    shift_patterns,
    specialists,
    time_off,
    working_hours,
)
from beautybot.booking.page import Page
from beautybot.booking.salon_file import StaffRow
from beautybot.booking.salon_hours import Spans, Times

Names = Callable[[str], tuple[str, ...]]

OF_THE_FILE = "salon file"  # the reason of days and absences that the next file may take back


def put_staff(
    page: Page, staff: Sequence[StaffRow] | None, zone: ZoneInfo, name_forms: Names | None
) -> dict[str, int]:
    """
    Write the specialists of a file, if it has any; everybody's row id by id of the file.

    Whoever is not in the file is not offered any more; visits booked with them stay.
    """
    for position, person in enumerate(staff or ()):
        row: dict[str, Any] = {
            "position": position,
            "name": person.name,
            "role": person.role,
            "level": person.level,
            "retired_at": None,
        }
        if name_forms is not None:
            row["name_forms"] = list(name_forms(person.name))
        page.put(specialists, person.id, row, person.name)
    if staff is not None:
        page.retire(specialists, {person.id for person in staff})
    rows = page.conn.execute(
        select(specialists.c.ref, specialists.c.id).where(
            specialists.c.business_id == page.business_id, specialists.c.retired_at.is_(None)
        )
    )
    ids = {row.ref: row.id for row in rows}
    for person in staff or ():
        put_times(page, ids[person.id], person.times, zone, person.name)
    return ids


def put_times(
    page: Page, specialist_id: int | None, times: Times, zone: ZoneInfo, name: str
) -> None:
    """Write when somebody works, or with None when the salon is open."""
    whose = {"specialist_id": specialist_id}
    week = [(day, a, b) for day, spans in (times.week or {}).items() for a, b in spans]
    columns = ("weekday", "from_min", "to_min")
    page.replace(working_hours, whose, columns, week, f"часы: {name}")
    days = [(day, _plain(spans)) for day, spans in times.days.items()]
    told = whose | {"reason": OF_THE_FILE}
    page.replace(day_overrides, told, ("day", "spans"), days, f"особые дни: {name}")
    if specialist_id is None:
        return
    shifts = [(times.shifts[0], [_plain(d) for d in times.shifts[1]])] if times.shifts else []
    page.replace(shift_patterns, whose, ("anchor", "cycle"), shifts, f"смены: {name}")
    away = [(a.replace(tzinfo=zone), b.replace(tzinfo=zone)) for a, b in times.away]
    absences = [(a.astimezone(UTC), b.astimezone(UTC)) for a, b in away]
    page.replace(time_off, told, ("starts_at", "ends_at"), absences, f"отсутствие: {name}")


def _plain(spans: Spans) -> list[list[int]]:
    """As it is stored, and as it comes back."""
    return [[a, b] for a, b in spans]
