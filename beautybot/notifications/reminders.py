"""
Reminders before a visit: once each, in the salon's waking hours, where the client can be reached.

After a downtime only the nearest one goes, and none after the visit began.  A
visit made inside an interval is not reminded of by it.  Where no channel of the
client is open, the salon is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from beautybot.booking import visits
from beautybot.booking.models import appointment_changes, appointments
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import salons
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.businesses.rules import MOST_HOURS
from beautybot.businesses.salons import Business
from beautybot.channels.base import Button, Template
from beautybot.conversations import openings, outbox, routes
from beautybot.conversations.envelope import Weight
from beautybot.kit.db import across_salons, add_once, change
from beautybot.notifications import quiet
from beautybot.notifications.models import reminders

FARTHEST = timedelta(hours=MOST_HOURS)
WEEKDAYS = (
    "в понедельник",
    "во вторник",
    "в среду",
    "в четверг",
    "в пятницу",
    "в субботу",
    "в воскресенье",
)


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder whose time has come, and those it stands for (missed in a downtime)."""

    visit: Appointment
    hours: int
    missed: tuple[int, ...]


def remind(conn: Connection, business_id: int, now: datetime) -> int:
    """Put every reminder of a salon that is due into the outbox; how many there were."""
    business = salons.get(conn, business_id)
    if quiet.is_quiet(business, now):
        return 0
    found = due(conn, business, now)
    for one in found:
        _send(conn, business, one, now)
    return len(found)


def waiting_salons(conn: Connection, now: datetime) -> list[int]:
    """The salons with a visit near enough to be reminded of."""
    rows = conn.execute(
        across_salons(
            select(appointments.c.business_id)
            .where(
                appointments.c.status == Status.BOOKED,
                appointments.c.starts_at > now,
                appointments.c.starts_at <= now + FARTHEST,
            )
            .distinct()
        )
    )
    return list(rows.scalars())


def due(conn: Connection, business: Business, now: datetime) -> list[Due]:
    """The reminders of a salon whose time has come and that nobody has seen yet."""
    hours = sorted(set(business.settings.reminders_h))
    if not hours:
        return []
    until = now + timedelta(hours=hours[-1])
    coming = visits.listing(conn, business.id, since=now, until=until, statuses=[Status.BOOKED])
    made = _made(conn, business.id, [visit.id for visit in coming])
    done = {
        (r.appointment_id, r.starts_at, r.hours)
        for r in conn.execute(
            select(reminders).where(
                reminders.c.business_id == business.id,
                reminders.c.appointment_id.in_([visit.id for visit in coming]),
            )
        )
    }
    found: list[Due] = []
    for visit in coming:
        open_now = [
            h
            for h in hours
            if made[visit.id] < visit.start - timedelta(hours=h) <= now
            and (visit.id, visit.start, h) not in done
        ]
        if open_now and visit.start > now:
            found.append(Due(visit, open_now[0], tuple(open_now[1:])))
    return found


def words(visit: Appointment, business: Business) -> str:
    """What the client reads."""
    local = visit.start.astimezone(business.zone)
    where = f"\nАдрес: {business.address}" if business.address else ""
    return (
        f"Напоминаем о визите: {WEEKDAYS[local.weekday()]}, {local:%d.%m} в {local:%H:%M}.\n"
        f"{', '.join(visit.service_names)}, мастер {', '.join(visit.specialist_names)}.{where}\n"
        "Придёте?"
    )


def buttons(visit: Appointment) -> tuple[Button, ...]:
    """They work also where the agent is off."""
    return (
        Button(f"r:ok:{visit.id}", "Приду"),
        Button(f"r:move:{visit.id}", "Перенести"),
        Button(f"r:cancel:{visit.id}", "Отменить"),
    )


def _send(conn: Connection, business: Business, one: Due, now: datetime) -> None:
    visit = one.visit
    route = routes.open_for(conn, business.id, visit.client_id, now) if visit.client_id else None
    outcome = "sent" if route is not None else "told_owner"
    noted = _note(conn, business.id, visit, one.hours, now, outcome)
    if noted is None:
        return  # another worker was faster
    for hours in one.missed:
        _note(conn, business.id, visit, hours, now, "skipped")
    if route is None:
        _tell_owner(conn, business, one, now)
        return
    draft = outbox.Draft(
        words(visit, business),
        buttons=buttons(visit),
        weight=Weight.REMINDER,
        author="system",
        template=_template(visit, business, route) if route.needs_template else None,
        until=visit.start,
    )
    message_id = outbox.put(
        conn,
        business_id=business.id,
        conversation_id=route.conversation_id,
        account_id=route.account_id,
        draft=draft,
        now=now,
    )
    change(
        conn,
        reminders,
        {"business_id": business.id, "id": noted},
        {"message_id": message_id},
    )


def _template(visit: Appointment, business: Business, route: routes.Route) -> Template:
    local = visit.start.astimezone(business.zone)
    values = (f"{local:%d.%m}", f"{local:%H:%M}", ", ".join(visit.service_names), business.name)
    return Template(route.template or openings.OURS, "ru", values)


def _note(
    conn: Connection, business_id: int, visit: Appointment, hours: int, now: datetime, outcome: str
) -> int | None:
    values: dict[str, Any] = {
        "business_id": business_id,
        "appointment_id": visit.id,
        "starts_at": visit.start,
        "hours": hours,
        "at": now,
        "outcome": outcome,
    }
    return add_once(conn, reminders, values)


def _tell_owner(conn: Connection, business: Business, one: Due, now: datetime) -> None:
    visit = one.visit
    if visit.source == "dashboard" and not visit.client_phone:
        return
    local = visit.start.astimezone(business.zone)
    who = " ".join(filter(None, (visit.client_name, visit.client_phone))) or "клиент"
    put_notice(
        conn,
        business_id=business.id,
        kind=NoticeKind.NOT_DELIVERED,
        key=f"reminder:{visit.id}:{one.hours}:{visit.start.isoformat()}",
        text=f"Некуда напомнить о визите {local:%d.%m %H:%M} ({who}): позвоните сами.",
        now=now,
        details={"appointment_id": visit.id},
    )


def _made(conn: Connection, business_id: int, ids: list[int]) -> dict[int, datetime]:
    """When each visit was last given its time: booked, or moved there."""
    made = func.coalesce(appointments.c.confirmed_at, appointments.c.created_at)
    rows = conn.execute(
        select(appointments.c.id, made.label("made")).where(
            appointments.c.business_id == business_id, appointments.c.id.in_(ids)
        )
    )
    found = {row.id: row.made for row in rows}
    moves = conn.execute(
        select(appointment_changes.c.appointment_id, func.max(appointment_changes.c.at).label("at"))
        .where(
            appointment_changes.c.business_id == business_id,
            appointment_changes.c.appointment_id.in_(ids),
            appointment_changes.c.kind == "moved",
        )
        .group_by(appointment_changes.c.appointment_id)
    )
    return found | {row.appointment_id: row.at for row in moves}
