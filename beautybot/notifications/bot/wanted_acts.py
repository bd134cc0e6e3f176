"""A time asked for on the booking page without a messenger: the salon itself says yes or no."""

from __future__ import annotations

from beautybot.booking import appointments
from beautybot.booking.appointments import NotPossible, SlotTaken
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import journal, notices
from beautybot.kit.errors import NotFound
from beautybot.notifications import telling
from beautybot.notifications.bot.people import Done, Here

OVER = "Время уже отдали другому или заявка истекла. Позвоните клиенту."


def confirm(here: Here) -> Done:
    """Book what is held; doing it twice books it once."""
    visit = _visit(here)
    if visit is None:
        return Done(OVER)
    if visit.status is Status.BOOKED:
        return Done("Уже подтверждено.")
    try:
        with here.conn.begin_nested():
            booked = appointments.confirm(
                here.conn,
                here.business,
                visit.id,
                now=here.now,
                by=here.person.by,
                name=here.context.get("name") or visit.client_name,
                phone=here.context.get("phone") or visit.client_phone,
            )
    except (SlotTaken, NotPossible):
        return Done(OVER)
    _settle(here, f"подтвердил запись № {booked.number}")
    when = telling.when(booked, here.business)
    return Done("Записали", mark=f"✓ {here.person.name}: записали, {when}")


def decline(here: Here) -> Done:
    """Give the time back."""
    visit = _visit(here)
    if visit is None or visit.status is not Status.HELD:
        return Done(OVER)
    appointments.release(here.conn, here.business.id, visit.id, now=here.now)
    _settle(here, f"отказал в записи № {visit.number}")
    return Done("Время снова свободно", mark=f"✖️ {here.person.name}: отказано")


def _visit(here: Here) -> Appointment | None:
    try:
        return appointments.get(here.conn, here.business.id, int(here.context.get("visit", 0)))
    except NotFound:
        return None


def _settle(here: Here, what: str) -> None:
    if (notice_id := here.kept.letter.notice_id) is not None:
        notices.settle(here.conn, here.business.id, notice_id, here.person.name)
    journal.note(here.conn, here.business.id, here.person.by, what, here.now)
