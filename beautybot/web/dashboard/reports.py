"""Отчёты: how many talked, how many came, who booked them, and for how much."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.booking import visits
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses.salons import Business
from beautybot.conversations import history
from beautybot.kit.money import Money
from beautybot.web.dashboard.telling import SOURCES, STATUS_WORDS
from beautybot.web.sessions import Asking

WIDEST = 220
FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def show(asking: Asking) -> Response:
    """The figures of a period."""
    days = _days(asking)
    now = asking.parts.clock()
    values = await asking.parts.db.read(_figures, asking.business, now - timedelta(days=days), now)
    return asking.page("dashboard/reports.html", days=days, **values)


async def table(asking: Asking) -> Response:
    """The visits of a period as CSV; a cell can never be a formula."""
    since = asking.parts.clock() - timedelta(days=_days(asking))
    made = await asking.parts.db.read(visits.made_since, asking.business.id, since)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["номер", "начало", "услуги", "мастер", "клиент", "цена", "источник", "статус"])
    for visit in made:
        writer.writerow([safe(cell) for cell in _cells(visit, asking.business)])
    headers = {
        "Content-Disposition": "attachment; filename=visits.csv",
        "Cache-Control": "no-store",
    }
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def safe(cell: str) -> str:
    """A cell that a spreadsheet will not compute."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _cells(visit: Appointment, business: Business) -> list[str]:
    return [
        visit.number,
        visit.start.astimezone(business.zone).isoformat(timespec="minutes"),
        ", ".join(visit.service_names),
        ", ".join(visit.specialist_names),
        visit.client_name or "",
        str(visit.price.minor / 100),
        SOURCES.get(visit.source, visit.source),
        STATUS_WORDS[visit.status],
    ]


def _days(asking: Asking) -> int:
    given = asking.request.query_params.get("days", "30")
    return int(given) if given in ("7", "30", "90") else 30


def _figures(
    conn: Connection, business: Business, since: datetime, now: datetime
) -> dict[str, Any]:
    made = visits.made_since(conn, business.id, since)
    good = [v for v in made if v.status in (Status.BOOKED, Status.COMPLETED)]
    by_source = Counter(SOURCES.get(v.source, v.source) for v in good)
    alone = [v for v in good if v.source != "dashboard"]
    most = max(by_source.values(), default=1)
    talks = history.talks_since(conn, business.id, since)
    share = f"{100 * len(alone) // len(good)} %" if good else "—"
    return {
        "figures": [
            ("диалогов", talks),
            ("записей", len(good)),
            ("записано без человека", share),
            ("на сумму", str(Money(sum(v.price.minor for v in good), business.currency))),
            ("отменено", sum(v.status is Status.CANCELLED for v in made)),
            ("не пришли", sum(v.status is Status.NO_SHOW for v in made)),
        ],
        "bars": [
            {"name": name, "count": count, "width": round(WIDEST * count / most)}
            for name, count in by_source.most_common()
        ],
    }
