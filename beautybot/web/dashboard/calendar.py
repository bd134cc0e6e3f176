"""Календарь: a day by specialist, or a week of one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.agent.saying import day as day_words
from beautybot.booking import catalogue as catalogues, timetable, visits
from beautybot.booking.catalogue import Catalogue, Specialist
from beautybot.booking.schedule import Schedule
from beautybot.booking.slots import minute, union
from beautybot.booking.visits import Appointment, Status, VisitPart
from beautybot.businesses import users
from beautybot.businesses.salons import Business
from beautybot.businesses.users import Role
from beautybot.russian.dates import SHORT_MONTHS, SHORT_WEEKDAYS
from beautybot.web.dashboard.telling import STATUS_WORDS, clock
from beautybot.web.sessions import Asking, as_id

ROW_MIN = 5
SHOWN = frozenset({Status.HELD, Status.BOOKED, Status.COMPLETED, Status.NO_SHOW})
EARLY, LATE = 9 * 60, 20 * 60


@dataclass(frozen=True, slots=True)
class Column:
    """One day of one specialist, and what stands above it."""

    specialist: Specialist
    day: date
    title: str
    to: str


async def show(asking: Asking, problem: str = "") -> Response:
    """The day or the week; a specialist sees only what is theirs."""
    values = await asking.parts.db.read(_shown, asking, asking.parts.clock())
    return asking.page(
        "dashboard/calendar.html", 409 if problem else 200, problem=problem, **values
    )


def asked_day(asking: Asking) -> date:
    """The day of the form or of the address; today if there is none."""
    for given in (asking.text("day"), asking.text("start")[:10], asking.query("day")):
        try:
            found = date.fromisoformat(given)
        except ValueError:
            continue
        if 2000 <= found.year <= 2100:
            return found
    return asking.parts.clock().astimezone(asking.business.zone).date()


def people_for(conn: Connection, asking: Asking, catalogue: Catalogue) -> list[Specialist]:
    """Whose calendars the person may see: everybody's, or their own."""
    if asking.role is not Role.SPECIALIST:
        return list(catalogue.specialists)
    mine = users.specialist_of(conn, asking.business.id, asking.signed.user_id)
    return [p for p in catalogue.specialists if p.ref == mine]


def _shown(conn: Connection, asking: Asking, now: datetime) -> dict[str, Any]:
    business, on = asking.business, asked_day(asking)
    catalogue = catalogues.load(conn, business.id)
    people = people_for(conn, asking, catalogue)
    today = now.astimezone(business.zone).date()
    wanted = as_id(asking.query("specialist"))
    chosen = next((p for p in people if p.id == wanted), people[0] if people else None)
    week = asking.query("view") == "week" and chosen is not None
    monday = on - timedelta(days=on.weekday())
    step = timedelta(days=7 if week else 1)
    if week and chosen is not None:
        columns = [_weekday(chosen, monday + timedelta(days=n), today) for n in range(7)]
        title = f"{monday.day} {SHORT_MONTHS[monday.month - 1]} – {_short(monday + timedelta(6))}"
    else:
        columns = [_person(p, on) for p in people]
        title = day_words(on, today).capitalize()
    return {
        "title": title,
        "day": on.isoformat(),
        "before": (on - step).isoformat(),
        "after": (on + step).isoformat(),
        "week": week,
        "chosen": chosen.id if chosen else None,
        "people": [{"id": p.id, "name": p.name} for p in people],
        **_grid(conn, business, columns, now),
    }


def _person(person: Specialist, on: date) -> Column:
    to = f"?view=week&specialist={person.id}&day={on.isoformat()}"
    return Column(person, on, person.name, to)


def _weekday(person: Specialist, on: date, today: date) -> Column:
    name = "сегодня" if on == today else f"{SHORT_WEEKDAYS[on.weekday()]} {_short(on)}"
    return Column(person, on, name, f"?day={on.isoformat()}")


def _short(on: date) -> str:
    return f"{on.day} {SHORT_MONTHS[on.month - 1]}"


def _grid(
    conn: Connection, business: Business, columns: list[Column], now: datetime
) -> dict[str, Any]:
    """The columns with their visits, all on one scale of rows."""
    if not columns:
        return {"columns": [], "marks": [], "first": 0}
    zone = business.zone
    since = _midnight(columns[0].day, business)
    until = _midnight(columns[-1].day + timedelta(days=1), business)
    found = visits.listing(conn, business.id, since=since, until=until, statuses=SHOWN)
    people = {c.specialist.id for c in columns}
    times = timetable.load(conn, business.id, zone, since, until, now=now, people=people)
    mine = [(column, _theirs(found, column, business)) for column in columns]
    first, last = _bounds(times, mine, business)
    return {
        "columns": [
            {
                "title": column.title,
                "to": column.to,
                "day": column.day.isoformat(),
                "specialist": column.specialist.id,
                "visits": [_row(v, part, business, now, first) for v, part in those],
                "off": _off(times, column, business, first, last),
            }
            for column, those in mine
        ],
        "marks": [
            {"t": (m - first) // ROW_MIN, "text": f"{m // 60:02d}:00"}
            for m in range(first, last, 60)
        ],
        "first": first,
    }


def _midnight(on: date, business: Business) -> datetime:
    return datetime.combine(on, time(), business.zone)


def _theirs(
    found: Iterable[Appointment], column: Column, business: Business
) -> list[tuple[Appointment, VisitPart]]:
    return [
        (visit, part)
        for visit in found
        for part in visit.parts
        if part.specialist_id == column.specialist.id
        and part.start.astimezone(business.zone).date() == column.day
    ]


def _bounds(
    times: Schedule, mine: list[tuple[Column, list[tuple[Appointment, VisitPart]]]], of: Business
) -> tuple[int, int]:
    """The whole hours of the day to show, in local minutes."""
    starts, ends = [EARLY], [LATE]
    for column, those in mine:
        zero = minute(_midnight(column.day, of))
        for begins, finishes in times.free_on(column.specialist.id, column.day):
            starts.append(begins - zero)
            ends.append(finishes - zero)
        for _, part in those:
            starts.append(_local(part.start, of))
            ends.append(_local(part.start, of) + _length(part))
    return max(min(starts), 0) // 60 * 60, min(-(-max(ends) // 60) * 60, 1440)


def _off(
    times: Schedule, column: Column, of: Business, first: int, last: int
) -> list[dict[str, int]]:
    """When the specialist cannot be booked and has no visit: shaded."""
    zero = minute(_midnight(column.day, of))
    open_ = [(a - zero, b - zero) for a, b in times.free_on(column.specialist.id, column.day)]
    busy = [(a - zero, b - zero) for a, b in zip(*times.taken(column.specialist.id), strict=True)]
    blocks, at = [], first
    for begins, ends in [*union([*open_, *busy]), (last, last)]:
        if begins > at:
            blocks.append((at, min(begins, last)))
        at = max(at, ends)
    return [
        {"t": (a - first) // ROW_MIN, "n": (b - a) // ROW_MIN}
        for a, b in blocks
        if (b - a) >= ROW_MIN and a < last
    ]


def _row(
    visit: Appointment, part: VisitPart, business: Business, now: datetime, first: int
) -> dict[str, Any]:
    zone = business.zone
    return {
        "id": visit.id,
        "time": f"{clock(part.start, zone)}–{clock(part.end, zone)}",
        "service": part.service_name,
        "client": visit.client_name or "без имени",
        "status": str(visit.status),
        "status_word": STATUS_WORDS[visit.status],
        "movable": visit.status is Status.BOOKED and len(visit.parts) == 1,
        "t": max(_local(part.start, business) - first, 0) // ROW_MIN,
        "n": max(_length(part) // ROW_MIN, 3),
    }


def _local(at: datetime, business: Business) -> int:
    local = at.astimezone(business.zone)
    return local.hour * 60 + local.minute


def _length(part: VisitPart) -> int:
    return int((part.end - part.start).total_seconds()) // 60
