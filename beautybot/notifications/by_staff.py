"""
What the salon's people do with a visit, and what the client hears of it.

Staff may cancel and move at any time.  The client is told in the channel that
is open, after the quiet hours; where none is, the salon is asked to call.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from beautybot.booking import appointments, availability, catalogue as catalogues
from beautybot.booking.appointments import Appointment, SlotTaken
from beautybot.booking.availability import Wish
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.businesses.salons import Business
from beautybot.channels.base import Template
from beautybot.conversations import outbox, routes
from beautybot.conversations.envelope import Weight
from beautybot.kit.text import one_line
from beautybot.notifications import quiet
from beautybot.russian import dates

TEMPLATE = "change_template"


class NotThen(SlotTaken):
    """The visit cannot be at that time: taken, closed, past or off the grid."""


def cancel(
    conn: Connection,
    business: Business,
    appointment_id: int,
    *,
    now: datetime,
    by: str,
    why: str = "",
) -> Appointment:
    """Cancel a visit and tell the client; doing it twice tells once.  NotFound, NotPossible."""
    before = appointments.get(conn, business.id, appointment_id)
    gone = appointments.cancel(
        conn, business, appointment_id, now=now, by=by, why=why, enforce_policy=False
    )
    if before.status is appointments.Status.BOOKED:
        said = f"Салон отменил вашу запись {gone.number}: {_what(gone, business, now)}."
        _tell(conn, business, gone, said + _because(why) + _again(), now)
    return gone


def move(
    conn: Connection,
    business: Business,
    appointment_id: int,
    start: datetime,
    *,
    now: datetime,
    by: str,
    why: str = "",
) -> Appointment:
    """Move a visit and tell the client; NotThen names what is wrong, and nothing has changed."""
    before = appointments.get(conn, business.id, appointment_id)
    catalogue = catalogues.load(conn, business.id)
    people = {part.specialist_id for part in before.parts}
    wish = Wish(
        services=tuple(part.service_id for part in before.parts),
        specialist_id=people.pop() if len(people) == 1 else None,
    )
    slot = availability.fits(conn, business, catalogue, wish, start, now, ignoring=before.id)
    if slot is None:
        raise NotThen("that time is taken, closed, past or not on the salon's grid")
    moved = appointments.move(
        conn, business, before.id, slot=slot, now=now, by=by, why=why, enforce_policy=False
    )
    if before.start != moved.start:
        zone, today = business.zone, now.astimezone(business.zone).date()
        was = dates.moment(before.start, zone, today)
        said = (
            f"Салон перенёс вашу запись {moved.number}.\nБыло: {was}.\n"
            f"Стало: {_what(moved, business, now)}."
        )
        _tell(conn, business, moved, said + _because(why) + _again(), now)
    return moved


def _what(visit: Appointment, business: Business, now: datetime) -> str:
    today = now.astimezone(business.zone).date()
    return (
        f"{dates.moment(visit.start, business.zone, today)}, "
        f"{dates.listed(visit.service_names)}, мастер {dates.listed(visit.specialist_names)}"
    )


def _because(why: str) -> str:
    return f"\nПричина: {one_line(why, 200)}." if why.strip() else ""


def _again() -> str:
    return "\nЕсли так не подходит, напишите сюда — подберём другое время."


def _tell(
    conn: Connection, business: Business, visit: Appointment, text: str, now: datetime
) -> None:
    route = None
    if visit.client_id is not None:
        route = routes.open_for(conn, business.id, visit.client_id, now, template=TEMPLATE)
    if route is None:
        _tell_salon(conn, business, visit, now)
        return
    wait = quiet.left(business, now)
    outbox.put(
        conn,
        business_id=business.id,
        conversation_id=route.conversation_id,
        account_id=route.account_id,
        draft=outbox.Draft(
            text,
            weight=Weight.CONFIRMATION,
            author="system",
            template=_template(visit, business, route),
        ),
        now=now,
        wait=wait if now + wait < visit.start else timedelta(0),
    )


def _template(visit: Appointment, business: Business, route: routes.Route) -> Template | None:
    if not route.needs_template or route.template is None:
        return None
    local = visit.start.astimezone(business.zone)
    what = "отменена" if visit.status is appointments.Status.CANCELLED else "перенесена"
    return Template(route.template, "ru", (what, f"{local:%d.%m}", f"{local:%H:%M}", business.name))


def _tell_salon(conn: Connection, business: Business, visit: Appointment, now: datetime) -> None:
    local = visit.start.astimezone(business.zone)
    who = " ".join(filter(None, (visit.client_name, visit.client_phone))) or "без имени"
    put_notice(
        conn,
        business_id=business.id,
        kind=NoticeKind.NOT_DELIVERED,
        key=f"told:{visit.id}:{visit.status}:{visit.start.isoformat()}",
        text=f"Запись {visit.number} на {local:%d.%m %H:%M} изменена, но написать клиенту "
        f"({who}) некуда: позвоните сами.",
        now=now,
        details={"appointment_id": visit.id},
    )
