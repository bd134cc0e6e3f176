"""What an owner does with a visit from the chat: accept it, move it, call the client."""

from __future__ import annotations

from datetime import datetime, timedelta

from beautybot.booking import appointments, availability, catalogue as catalogues
from beautybot.booking.appointments import NotPossible, SlotTaken
from beautybot.booking.availability import Slot, Wish
from beautybot.booking.visits import Appointment, Status
from beautybot.businesses import journal, notices
from beautybot.conversations import answering, clients
from beautybot.kit.clock import from_epoch
from beautybot.kit.errors import NotFound
from beautybot.kit.text import one_line, unlinked
from beautybot.notifications import telling
from beautybot.notifications.bot.cards import Verb, button
from beautybot.notifications.bot.people import Done, Here
from beautybot.russian.reading import read
from beautybot.russian.time.finding import find_when
from beautybot.russian.time.wish import Hours

AHEAD = timedelta(days=14)
OFFERED = 6
ASK = "Нажмите время или ответьте на это сообщение своими словами: «завтра в 15:00»."


def accept(here: Here) -> Done:
    """Seen and taken into work; the others see by whom."""
    notice_id = here.kept.letter.notice_id
    if notice_id is None:
        return Done("Готово")
    if not notices.settle(here.conn, here.business.id, notice_id, here.person.name):
        other = notices.get(here.conn, here.business.id, notice_id)
        return Done(f"Уже: {other.settled_by}" if other else "Уже сделано")
    if (number := _number(here)) is not None:
        _note(here, f"принял запись № {number}")
    return Done("Принято", mark=f"✓ {here.person.name}: принято")


def offer_times(here: Here) -> Done:
    """Free times for the same visit, and how to name another."""
    visit = _visit(here)
    if visit is None or visit.status not in (Status.BOOKED, Status.HELD):
        return Done("Этой записи уже нет или она отменена.")
    free = _free(here, visit)
    at = telling.when(visit, here.business)
    text = f"На когда перенести запись № {visit.number}? Сейчас она {at}.\n{ASK}"
    if not free:
        text = f"В ближайшие две недели у мастера всё занято. Сейчас запись {at}.\n{ASK}"
    return Done("", says=(here.letter(text, _times(free, here), _moving(visit)),))


def move_to(here: Here, argument: str) -> Done:
    """The time of a button."""
    try:
        start = from_epoch(float(argument))
    except ValueError:
        return Done("Эта кнопка устарела.")
    return _move(here, start)


def move_by_words(here: Here, text: str) -> Done:
    """The time a reply names."""
    catalogue = catalogues.load(here.conn, here.business.id)
    hours = Hours(dict(catalogue.hours), here.business.zone)
    wish = find_when(read(text), here.now, hours)
    if wish is None or wish.start is None or wish.kind != "exact" or wish.ask:
        hint = "Время не понял. Напишите день и час, например: «в пятницу в 15:00»."
        return Done(says=(here.letter(hint, context=here.context),))
    done = _move(here, wish.start)
    return done if done.says else Done(says=(here.letter(done.toast),))


def call(here: Here) -> Done:
    """The client's phone, to be tapped."""
    name, phone = _contact(here)
    if not phone:
        return Done("Клиент не оставил телефона.")
    return Done(
        "", says=(here.letter(f"{unlinked(one_line(name, 60))}: {phone}", context=here.context),)
    )


def _move(here: Here, start: datetime) -> Done:
    visit = _visit(here)
    if visit is None:
        return Done("Этой записи уже нет.")
    if visit.start == start and visit.status is Status.BOOKED:
        return Done("Запись и так на это время.")
    catalogue = catalogues.load(here.conn, here.business.id)
    slot = availability.fits(
        here.conn, here.business, catalogue, _same(visit), start, here.now, ignoring=visit.id
    )
    if slot is None:
        return _taken(here, visit)
    try:
        with here.conn.begin_nested():
            moved = appointments.move(
                here.conn,
                here.business,
                visit.id,
                slot=slot,
                now=here.now,
                by=here.person.by,
                enforce_policy=False,
            )
    except SlotTaken:
        return _taken(here, visit)
    except NotPossible:
        return Done("С этой записью так уже нельзя.")
    _note(here, f"перенёс запись № {moved.number}")
    told = telling.moved(here.conn, here.business, moved, here.now)
    when = telling.when(moved, here.business)
    words = "Клиенту написали." if told else "Написать клиенту некуда, позвоните."
    rows = () if told else ((button(Verb.CALL),),)
    says = (here.letter(f"Перенесено: {when}. {words}", rows, _moving(moved)),)
    return Done("Перенесено", says, mark=f"🔁 {here.person.name}: {when}", client_hears=told)


def _taken(here: Here, visit: Appointment) -> Done:
    free = _free(here, visit)
    text = "Это время занято, закрыто или прошло. Свободно рядом:" if free else "Свободного нет."
    rows = _times(free, here)
    return Done("Время занято", says=(here.letter(f"{text}\n{ASK}", rows, _moving(visit)),))


def _free(here: Here, visit: Appointment) -> list[Slot]:
    catalogue = catalogues.load(here.conn, here.business.id)
    wish = Wish(
        services=_same(visit).services,
        specialist_id=_same(visit).specialist_id,
        start=here.now,
        end=here.now + AHEAD,
    )
    return availability.find(here.conn, here.business, catalogue, wish, here.now, limit=OFFERED)


def _same(visit: Appointment) -> Wish:
    people = {part.specialist_id for part in visit.parts}
    return Wish(
        services=tuple(part.service_id for part in visit.parts),
        specialist_id=people.pop() if len(people) == 1 else None,
    )


def _times(free: list[Slot], here: Here) -> list[list[dict[str, str]]]:
    keys = [
        button(
            Verb.SLOT,
            f"{slot.start.astimezone(here.business.zone):%d.%m %H:%M}",
            str(int(slot.start.timestamp())),
        )
        for slot in free
    ]
    return [keys[i : i + 3] for i in range(0, len(keys), 3)]


def _moving(visit: Appointment) -> dict[str, object]:
    return {"visit": visit.id, "kind": "moving"}


def _visit(here: Here) -> Appointment | None:
    try:
        return appointments.get(here.conn, here.business.id, int(here.context.get("visit", 0)))
    except NotFound:
        return None


def _number(here: Here) -> str | None:
    visit = _visit(here)
    return visit.number if visit else None


def _contact(here: Here) -> tuple[str, str]:
    visit = _visit(here)
    if visit is not None and visit.client_phone:
        return visit.client_name or "Клиент", visit.client_phone
    context = here.context
    if phone := context.get("phone"):
        return "Клиент", str(phone)
    try:
        if visit is not None and visit.client_id is not None:
            client = clients.get(here.conn, here.business.id, visit.client_id)
        else:
            talk = int(context.get("talk", 0))
            client = answering.client_of(here.conn, here.business.id, talk)
    except NotFound:
        return "", ""
    return client.name or "Клиент", client.phone or ""


def _note(here: Here, what: str) -> None:
    journal.note(here.conn, here.business.id, here.person.by, what, here.now)
