"""What the salon is told of a visit that was booked, moved or cancelled."""

from __future__ import annotations

from beautybot.booking.visits import Appointment
from beautybot.businesses.notices import NoticeKind
from beautybot.businesses.salons import Business
from beautybot.kit.text import one_line

VERBS = {
    NoticeKind.BOOKED: "Новая запись",
    NoticeKind.MOVED: "Запись перенесена",
    NoticeKind.CANCELLED: "Запись отменена",
}
GUESTS = {
    "chatgpt": ". Откуда: ChatGPT",
    "mcp": ". Откуда: ИИ-помощник",
    "web": ". Откуда: страница записи",
}


def of_visit(kind: NoticeKind, visit: Appointment, business: Business, name: str | None) -> str:
    """One line: what happened to which visit, whose it is."""
    local = visit.start.astimezone(business.zone)
    who = one_line(visit.client_name or name or "без имени", 60)
    return (
        f"{VERBS[kind]} {visit.number}: {', '.join(visit.service_names)}, "
        f"{local:%d.%m %H:%M}, {', '.join(visit.specialist_names)}. Клиент: {who}"
        f"{GUESTS.get(visit.source, '')}"
    )
