"""The morning plan and the week's numbers, each told once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from beautybot.booking import visits
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import notices, salons
from beautybot.businesses.notices import NoticeKind
from beautybot.businesses.salons import Business
from beautybot.conversations import handoff, questions, talks
from beautybot.kit.money import Money
from beautybot.kit.text import counted, one_line

MORNING_HOUR, LATEST_HOUR = 9, 12
"""Told at nine by the salon's clock; after noon, say after a downtime, it is no plan any more."""
MOST_VISITS = 25
DONE = (Status.BOOKED, Status.COMPLETED)


def tell(conn: Connection, now: datetime) -> int:
    """Put the plans and, on Mondays, the numbers that are due; how many there were."""
    told = 0
    for business in salons.listing(conn):
        local = now.astimezone(business.zone)
        if not MORNING_HOUR <= local.hour < LATEST_HOUR:
            continue
        told += _put(conn, business, NoticeKind.PLAN, plan(conn, business, now), now)
        if local.weekday() == 0:
            told += _put(conn, business, NoticeKind.WEEK, week(conn, business, now), now)
    return told


def plan(conn: Connection, business: Business, now: datetime) -> str:
    """Today's visits, who waits for an answer, and what nobody has answered."""
    local = now.astimezone(business.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    found = visits.listing(
        conn, business.id, since=midnight, until=midnight + timedelta(days=1), statuses=DONE
    )
    lines = [f"Сегодня, {local:%d.%m}: {counted(len(found), 'запись', 'записи', 'записей')}."]
    lines += [_line(visit, business) for visit in found[:MOST_VISITS]]
    if len(found) > MOST_VISITS:
        lines.append(f"и ещё {len(found) - MOST_VISITS}")
    if open_now := len(handoff.all_open(conn, business.id, now)):
        lines.append(f"Ждут человека: {open_now}.")
    if asked := len([q for q in questions.waiting(conn, business.id) if not q.answer]):
        lines.append(f"Вопросов без ответа: {asked}.")
    return "\n".join(lines)


def week(conn: Connection, business: Business, now: datetime) -> str:
    """The last seven days in a few lines; money only of what is booked or was done."""
    since = now - timedelta(days=7)
    made = visits.made_since(conn, business.id, since)
    good = [visit for visit in made if visit.status in DONE]
    alone = [visit for visit in good if visit.source != "dashboard"]
    heard = talks.talks_since(conn, business.id, since)
    return "\n".join(
        [
            "Итоги недели.",
            f"{counted(heard, 'диалог', 'диалога', 'диалогов')}, "
            f"{counted(len(good), 'запись', 'записи', 'записей')} на {_sum(good, business)}.",
            f"Администратор записал сам: {len(alone)} на {_sum(alone, business)}.",
            f"Отменено: {_count(made, Status.CANCELLED)}, "
            f"не пришли: {_count(made, Status.NO_SHOW)}.",
        ]
    )


def _line(visit: Appointment, business: Business) -> str:
    local = visit.start.astimezone(business.zone)
    who = one_line(visit.client_name or "без имени", 40)
    return (
        f"{local:%H:%M} {', '.join(visit.service_names)}, "
        f"{', '.join(visit.specialist_names)}, {who}"
    )


def _put(conn: Connection, business: Business, kind: NoticeKind, text: str, now: datetime) -> bool:
    day = now.astimezone(business.zone).date().isoformat()
    return notices.put(conn, business_id=business.id, kind=kind, key=day, text=text, now=now)


def _sum(found: Sequence[Appointment], business: Business) -> str:
    return str(Money(sum(visit.price.minor for visit in found), business.currency))


def _count(found: Sequence[Appointment], status: Status) -> int:
    return sum(visit.status is status for visit in found)
