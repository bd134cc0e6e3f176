"""Facts as the pages write them."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from beautybot.booking.visits import Status
from beautybot.channels.base import Kind
from beautybot.notifications.bot.passing import WORDLESS

STATUS_WORDS = {
    Status.HELD: "держим время",
    Status.BOOKED: "записан",
    Status.CANCELLED: "отменена",
    Status.COMPLETED: "пришёл",
    Status.NO_SHOW: "не пришёл",
}
SOURCES = {
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "console": "терминал",
    "chatgpt": "ChatGPT",
    "dashboard": "кабинет",
    "web": "страница записи",
    "mcp": "помощник",
}
CHANNELS = {"whatsapp": "WhatsApp", "telegram": "Telegram", "console": "терминал"}
STATES = {
    "greeting": "знакомство",
    "service_inquiry": "вопросы об услугах",
    "booking": "выбирает время",
    "pricing": "уточняет цены",
    "confirmation": "подтверждает запись",
    "goodbye": "разговор окончен",
}
REASONS = {
    "asked": "клиент позвал человека",
    "complaint": "жалоба",
    "medical": "вопрос о здоровье",
    "not_understood": "агент не понял клиента",
    "too_late_to_change": "поздно менять запись самому",
    "owner_writes": "вы ответили с телефона",
    "taken": "вы взяли диалог",
    "trouble": "не получилось ответить",
}
DELIVERY = {
    "queued": "ждёт отправки",
    "sent": "отправлено",
    "delivered": "доставлено",
    "read": "прочитано",
    "failed": "не доставлено",
    "dropped": "не отправлено",
    "ambiguous": "неизвестно, дошло ли",
}
# Words and presses of buttons need no label.
KINDS = WORDLESS | {
    Kind.ORDER: "заказ из каталога",
    Kind.REACTION: "реакция",
    Kind.START: "открыл чат",
    Kind.UNSUPPORTED: "вложение, которое мессенджер не передал",
    Kind.OTHER: "вложение",
}
COMMANDS = {
    "Greet": "здоровается",
    "Thank": "благодарит",
    "Leave": "прощается",
    "GiveUp": "передумал записываться",
    "Ponder": "хочет подумать",
    "Shift": "просит пораньше или попозже",
    "Wait": "хочет в лист ожидания",
    "StopWaiting": "больше не ждёт",
    "TakeFreed": "берёт освободившееся время",
    "LeaveFreed": "отказывается от освободившегося времени",
    "Invited": "отвечает на приглашение",
    "Speaks": "пишет на другом языке",
    "AskPrice": "спрашивает цену",
    "AskInfo": "спрашивает о салоне",
    "ListBookings": "спрашивает о своих записях",
    "Book": "хочет записаться",
    "SetServices": "называет услуги",
    "SetSpecialist": "называет мастера",
    "SetWhen": "называет время",
    "SetName": "называет имя",
    "SetPhone": "даёт телефон",
    "Choose": "выбирает из вариантов",
    "Confirm": "соглашается",
    "Reject": "отказывается",
    "CancelBooking": "отменяет запись",
    "Reschedule": "переносит запись",
    "WillCome": "подтверждает, что придёт",
    "Human": "зовёт человека",
    "Late": "опаздывает",
    "Repeat": "просит повторить",
    "Claim": "подтверждает бронь помощника",
    "StopWriting": "просит не писать",
    "Attached": "прислал вложение",
    "OffTopic": "пишет не по теме",
    "Unclear": "не понято",
}
_SAID = re.compile(r"text='((?:[^'\\]|\\.){1,80})'")


def moment(at: datetime, zone: ZoneInfo) -> str:
    """A day and an hour: 24.11 15:00."""
    return at.astimezone(zone).strftime("%d.%m %H:%M")


def recent(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The hour if it is today, else the day: for lists."""
    local = at.astimezone(zone)
    same = local.date() == now.astimezone(zone).date()
    return local.strftime("%H:%M") if same else local.strftime("%d.%m")


def clock(at: datetime, zone: ZoneInfo) -> str:
    """An hour: 15:00."""
    return at.astimezone(zone).strftime("%H:%M")


def command(understood: str) -> str:
    """What the client meant, from the trace: "называет время: «завтра в 15»"."""
    name = understood.partition("(")[0]
    said = [s for s in _SAID.findall(understood) if s]
    words = COMMANDS.get(name, name)
    return f"{words}: «{', '.join(dict.fromkeys(said))}»" if said else words
