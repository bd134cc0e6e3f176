"""Hours of the salon and its people: weeks, shifts, special days, time off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.booking import away, opened, staff
from beautybot.booking.away import BadTimeOff
from beautybot.booking.staff import BadHours
from beautybot.businesses import journal
from beautybot.web.dashboard import specialists, weeks
from beautybot.web.dashboard.specialists import PAGE
from beautybot.web.rendering import onward
from beautybot.web.sessions import Asking


async def set_salon_week(asking: Asking) -> Response:
    """The salon's weekly hours."""
    return await _do(asking, _salon_week)


async def set_week(asking: Asking) -> Response:
    """A specialist's: as the salon, a week of their own, or shifts."""
    return await _do(asking, _own_week)


async def add_day(asking: Asking) -> Response:
    """One date that differs, for the salon or a specialist."""
    return await _do(asking, _day)


async def remove_day(asking: Asking) -> Response:
    """The date is like any other again."""
    return await _do(asking, _forget_day)


async def add_time_off(asking: Asking) -> Response:
    """A vacation or an hour at the dentist's."""
    return await _do(asking, _time_off)


async def remove_time_off(asking: Asking) -> Response:
    """They work after all."""
    return await _do(asking, _back_to_work)


async def _do(asking: Asking, verb: Callable[[Connection, Asking], str]) -> Response:
    person = asking.request.path_params.get("id")
    again = specialists.show if person is None else specialists.show_one

    def work(conn: Connection) -> None:
        now = asking.parts.clock()
        with opened.telling(conn, asking.business, now):
            what = verb(conn, asking)
        journal.note(conn, asking.business.id, asking.by, what, now)

    try:
        await asking.parts.db.write(work)
    except (BadHours, BadTimeOff) as error:
        return await again(asking, str(error), **weeks.as_sent(asking))
    return onward(f"{PAGE}?done=1" if person is None else f"{PAGE}/{person}?done=1")


def _salon_week(conn: Connection, asking: Asking) -> str:
    staff.set_week(conn, asking.business.id, None, weeks.from_form(asking))
    return "изменил часы салона"


def _own_week(conn: Connection, asking: Asking) -> str:
    name = staff.there(conn, asking.business.id, asking.id).name
    match asking.text("kind"):
        case "shifts":
            anchor, cycle = weeks.shifts_from_form(asking)
            staff.set_shifts(conn, asking.business.id, asking.id, anchor, cycle)
        case "own":
            week = weeks.from_form(asking)
            if not any(week.values()):
                raise BadHours("Отметьте хотя бы один рабочий день.")
            staff.set_week(conn, asking.business.id, asking.id, week)
        case _:
            staff.set_week(conn, asking.business.id, asking.id, {})
    return f"изменил график: {name}"


def _day(conn: Connection, asking: Asking) -> str:
    try:
        on = date.fromisoformat(asking.text("day"))
    except ValueError:
        raise BadHours("Выберите день.") from None
    spans = () if asking.text("closed") == "1" else weeks.spans_of(asking, "")
    if asking.text("closed") != "1" and not spans:
        raise BadHours("Напишите часы или отметьте выходной.")
    person: int | None = asking.request.path_params.get("id")
    staff.set_day(conn, asking.business.id, person, on, spans)
    return f"особый день {on:%d.%m.%Y}"


def _forget_day(conn: Connection, asking: Asking) -> str:
    number: int = asking.request.path_params["day"]
    staff.forget_day(conn, asking.business.id, number)
    return "убрал особый день"


def _time_off(conn: Connection, asking: Asking) -> str:
    name = staff.there(conn, asking.business.id, asking.id).name
    zone = asking.business.zone
    try:
        start, end = (
            datetime.fromisoformat(asking.text(field)).replace(tzinfo=zone)
            for field in ("start", "end")
        )
    except ValueError:
        raise BadHours("Напишите, с какого и до какого времени.") from None
    if not 2000 <= start.year <= end.year <= 2100:
        raise BadHours("Проверьте год.")
    away.add(conn, asking.business.id, asking.id, start, end)
    return f"выходной: {name}, {start:%d.%m %H:%M} – {end:%d.%m %H:%M}"


def _back_to_work(conn: Connection, asking: Asking) -> str:
    name = staff.there(conn, asking.business.id, asking.id).name
    number: int = asking.request.path_params["away"]
    away.remove(conn, asking.business.id, number)
    return f"убрал выходной: {name}"
