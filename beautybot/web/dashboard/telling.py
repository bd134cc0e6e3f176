"""Facts as the pages write them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from beautybot.booking.visits import Appointment, Status

STATUS_WORDS = {
    Status.HELD: "держим время",
    Status.BOOKED: "записан",
    Status.CANCELLED: "отменена",
    Status.COMPLETED: "была",
    Status.NO_SHOW: "не пришёл",
}
SOURCES = {
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "console": "терминал",
    "chatgpt": "ChatGPT",
    "dashboard": "кабинет",
    "web": "страница записи",
}


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A day and an hour: 24.11 15:00."""
    return at.astimezone(zone).strftime("%d.%m %H:%M")


def clock(at: datetime, zone: ZoneInfo) -> str:
    """An hour: 15:00."""
    return at.astimezone(zone).strftime("%H:%M")


def visit_line(visit: Appointment, zone: ZoneInfo) -> str:
    """A visit on one line."""
    return (
        f"{moment(visit.start, zone)} · {', '.join(visit.service_names)} · "
        f"{', '.join(visit.specialist_names)} · {visit.price} · {STATUS_WORDS[visit.status]}"
    )
