"""Отчёты: how many talked, how many came, who booked them, for how much, and who got nothing."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.agent.saying import duration
from beautybot.booking import made, visits
from beautybot.booking.made import Made
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses.salons import Business
from beautybot.conversations import demand, talks
from beautybot.kit.money import Money
from beautybot.russian.dates import SHORT_MONTHS
from beautybot.web.dashboard.telling import SOURCES, STATUS_WORDS, moment
from beautybot.web.sessions import Asking

WIDEST, HIGHEST, FORMULA = 240, 120, ("=", "+", "-", "@", "\t", "\r", "\n")
PERIODS = (7, 30, 90)


async def show(asking: Asking) -> Response:
    """The figures of a period."""
    days, now = _days(asking), asking.parts.clock()
    values = await asking.parts.db.read(_figures, asking.business, days, now)
    return asking.page("dashboard/reports.html", days=days, periods=PERIODS, **values)


async def table(asking: Asking) -> Response:
    """The visits of a period as CSV; a cell can never be a formula."""
    since = asking.parts.clock() - timedelta(days=_days(asking))
    found = await asking.parts.db.read(visits.made_since, asking.business.id, since)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(
        ["номер", "начало", "услуги", "мастер", "клиент", "телефон", "цена", "откуда", "что с ней"]
    )
    for visit in found:
        writer.writerow([safe(cell) for cell in _cells(visit, asking.business)])
    headers = {
        "Content-Disposition": "attachment; filename=visits.csv",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    body = "\ufeff" + out.getvalue()  # so that Excel sees UTF-8
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


def safe(cell: str) -> str:
    """A cell that a spreadsheet will not compute; a phone number stays one."""
    digits = cell.startswith("+") and cell[1:].isascii() and cell[1:].isdigit()
    return f"'{cell}" if cell.lstrip(" \u00a0").startswith(FORMULA) and not digits else cell


def _cells(visit: Appointment, business: Business) -> list[str]:
    return [
        visit.number,
        visit.start.astimezone(business.zone).strftime("%Y-%m-%d %H:%M"),
        ", ".join(visit.service_names),
        ", ".join(visit.specialist_names),
        visit.client_name or "",
        visit.client_phone or "",
        str(Money(visit.price.minor, business.currency).whole),
        SOURCES.get(visit.source, visit.source),
        STATUS_WORDS[visit.status],
    ]


def _days(asking: Asking) -> int:
    given = asking.query("days")
    return int(given) if given in ("7", "30", "90") else 30


def _figures(conn: Connection, business: Business, days: int, now: datetime) -> dict[str, Any]:
    since = now - timedelta(days=days)
    booked = made.since(conn, business.id, since)
    good = [m for m in booked if m.counts]
    alone = [v for v in good if v.source != "dashboard"]
    unmet = demand.unmet(conn, business.id, since)
    waits = sorted(talks.response_times(conn, business.id, since))
    by_source = Counter(SOURCES.get(v.source, v.source) for v in good)
    return {
        "figures": [
            ("диалогов", str(talks.talks_since(conn, business.id, since))),
            ("записей", str(len(good))),
            ("из них без человека", f"{100 * len(alone) // len(good)} %" if good else "—"),
            ("на сумму", str(Money(sum(m.price_minor for m in good), business.currency))),
            ("спросили, а свободного не было", str(unmet.times)),
            ("обычно отвечаем за", _quickly(waits[len(waits) // 2]) if waits else "—"),
            ("дольше всего ждали", _quickly(waits[-1]) if waits else "—"),
            ("отменено", str(sum(m.status is Status.CANCELLED for m in booked))),
            ("не пришли", str(sum(m.status is Status.NO_SHOW for m in booked))),
        ],
        "bars": _bars(by_source),
        "unmet": [
            {
                "id": u.conversation_id,
                "at": moment(u.at, business.zone),
                "name": u.name or "Без имени",
                "text": u.text,
            }
            for u in unmet.newest
        ],
        **_by_day(good, business, days, now),
    }


def _quickly(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    return f"{seconds} с" if seconds < 60 else duration(length)


def _bars(counts: Counter[str]) -> list[dict[str, Any]]:
    most = max(counts.values(), default=1)
    return [
        {"name": name, "count": count, "width": round(WIDEST * count / most)}
        for name, count in counts.most_common()
    ]


def _by_day(good: list[Made], business: Business, days: int, now: datetime) -> dict[str, Any]:
    """Bookings made on each day: one column a day, or a week where there are many."""
    step = 7 if days > 31 else 1
    today = now.astimezone(business.zone).date()
    counts = Counter((today - _made(v, business)).days // step for v in good)
    most = max(counts.values(), default=1)
    columns = -(-days // step)
    width = 680 / columns
    return {
        "step": step,
        "most": most,
        "columns": [
            {
                "x": round((columns - 1 - ago) * width, 1),
                "width": round(width * 0.72, 1),
                "height": round(HIGHEST * counts[ago] / most, 1),
                "count": counts[ago],
                "day": _short(today - timedelta(days=ago * step)),
                "named": ago % max(columns // 6, 1) == 0,
            }
            for ago in range(columns)
        ],
    }


def _made(booking: Made, business: Business) -> date:
    return booking.created_at.astimezone(business.zone).date()


def _short(on: date) -> str:
    return f"{on.day} {SHORT_MONTHS[on.month - 1]}"
