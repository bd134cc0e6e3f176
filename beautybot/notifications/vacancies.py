"""
Freed time goes to who waits for it: in order, one at a time, kept while they think.

Nobody is written to in the quiet hours.  Who is silent until the hold is over
loses the time to the next one, because a hold that goes is freed time again;
who cannot be reached is told to the salon.  The hold is in the overlap
constraint, so one time is never promised to two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from beautybot.booking import appointments, availability, catalogue as catalogues, waitlist
from beautybot.booking.appointments import SlotTaken
from beautybot.booking.availability import Slot, Wish
from beautybot.booking.catalogue import Catalogue
from beautybot.booking.freed import Freed
from beautybot.booking.waitlist import REACH, Waiting
from beautybot.businesses import salons
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.businesses.salons import Business
from beautybot.channels.base import Button, Template
from beautybot.conversations import clients, outbox, routes
from beautybot.conversations.envelope import Weight
from beautybot.conversations.openings import Opening
from beautybot.kit.errors import NotFound
from beautybot.notifications import freed_offers, quiet
from beautybot.notifications.freed_offers import Outcome
from beautybot.russian import dates

AT_ONCE = 25
MOST_STARTS = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What came of a round: how many were asked.

    `wait`: not now, again after that.  `after` not 0: the line goes on behind this entry.
    """

    offers: int
    wait: timedelta | None = None
    after: int = 0


@dataclass(frozen=True, slots=True)
class Room:
    """One salon and what became free in it."""

    conn: Connection
    business: Business
    catalogue: Catalogue
    freed: Freed
    now: datetime


def ask(
    conn: Connection, business_id: int, freed: Freed, now: datetime, *, after: int = 0
) -> Asked:
    """Offer what became free to those who wait for it, the first in line first."""
    business = salons.get(conn, business_id)
    if freed.end <= now:
        return Asked(0)
    if (wait := quiet.left(business, now)) > timedelta(0):
        return Asked(0, wait)
    room = Room(conn, business, catalogues.load(conn, business_id), freed, now)
    thinking = freed_offers.undecided(conn, business_id, now)
    line = waitlist.interested(
        conn, business_id, freed.start, freed.end, after=after, limit=AT_ONCE
    )
    offers = sum(_ask(room, waiting) for waiting in line if waiting.id not in thinking)
    if len(line) == AT_ONCE:
        return Asked(offers, after=line[-1].id)
    return Asked(offers)


def _ask(room: Room, waiting: Waiting) -> bool:
    if not _is_sold(room, waiting):
        waitlist.close(room.conn, room.business.id, [waiting.id], "over", room.now)
        return False
    slot = _fitting(room, waiting)
    if slot is None:
        return False
    found = routes.open_for(
        room.conn, room.business.id, waiting.client_id, room.now, opening=Opening.WAITLIST
    )
    if found is None:
        _tell_salon(room, waiting, slot)
        return False
    return _offer(room, waiting, slot, found)


def _is_sold(room: Room, waiting: Waiting) -> bool:
    """False once a service or the specialist left the price list."""
    try:
        for service in waiting.services:
            room.catalogue.service(service)
        if waiting.specialist_id is not None:
            room.catalogue.specialist(waiting.specialist_id)
    except NotFound:
        return False
    return True


def _fitting(room: Room, waiting: Waiting) -> Slot | None:
    """The first time the freed span made room for, and that was not offered before."""
    before = freed_offers.was_offered(room.conn, room.business.id, waiting.id)
    for start, end in waiting.windows:
        wish = Wish(
            services=waiting.services,
            specialist_id=waiting.specialist_id,
            excluded=waiting.excluded,
            start=max(start, room.freed.start - REACH),
            end=min(end, room.freed.end),
        )
        for slot in availability.find(
            room.conn,
            room.business,
            room.catalogue,
            wish,
            room.now,
            limit=MOST_STARTS,
            spread=False,
        ):
            if room.freed.made_room_for(slot, room.catalogue) and (
                freed_offers.of_slot(slot) not in before
            ):
                return slot
    return None


def _offer(room: Room, waiting: Waiting, slot: Slot, route: routes.Route) -> bool:
    """Keep the time and ask; False if somebody was faster."""
    conn, business = room.conn, room.business
    minutes = timedelta(minutes=business.settings.waitlist_hold_min)
    until = min(room.now + minutes, slot.start)
    try:
        with conn.begin_nested():
            held = appointments.hold(
                conn,
                business,
                slot,
                client_id=waiting.client_id,
                source="waitlist",
                now=room.now,
                until=until,
            )
    except SlotTaken:
        return False
    offer_id = freed_offers.note(
        conn,
        business.id,
        waiting.id,
        slot,
        now=room.now,
        until=until,
        appointment_id=held.id,
    )
    assert offer_id is not None, "an entry is never offered the same time twice"
    _write(room, slot, offer_id, until, route)
    waitlist.note_offered(conn, business.id, waiting.id, room.now)
    return True


def _write(room: Room, slot: Slot, offer_id: int, until: datetime, route: routes.Route) -> None:
    draft = outbox.Draft(
        words(room, slot, until),
        buttons=buttons(offer_id),
        weight=Weight.REMINDER,
        author="system",
        template=_template(room, slot, until, route),
        until=until,
    )
    message_id = outbox.put(
        room.conn,
        business_id=room.business.id,
        conversation_id=route.conversation_id,
        account_id=route.account_id,
        draft=draft,
        now=room.now,
    )
    salon = room.business.id
    freed_offers.sent_in(room.conn, salon, offer_id, route.conversation_id, message_id)


def words(room: Room, slot: Slot, until: datetime) -> str:
    """What the client reads."""
    zone = room.business.zone
    today = room.now.astimezone(zone).date()
    return (
        f"Освободилось время: {dates.moment(slot.start, zone, today)}.\n"
        f"{_what(room, slot)}, {slot.price}.\n"
        f"Держу его для вас до {dates.clock(until, zone)}. Записать?"
    )


def buttons(offer_id: int) -> tuple[Button, ...]:
    """They work also where the agent is off."""
    return (
        Button(f"w:yes:{offer_id}", "Записать"),
        Button(f"w:no:{offer_id}", "Не подходит"),
        Button(f"w:off:{offer_id}", "Больше не ждать"),
    )


def _what(room: Room, slot: Slot) -> str:
    services = dates.listed(room.catalogue.service(p.service_id).name for p in slot.parts)
    people = dates.listed(room.catalogue.specialist(i).name for i in slot.specialist_ids)
    return f"{services}, мастер {people}"


def _template(room: Room, slot: Slot, until: datetime, route: routes.Route) -> Template | None:
    if not route.needs_template or route.template is None:
        return None
    zone = room.business.zone
    local = slot.start.astimezone(zone)
    values = (
        f"{local:%d.%m}",
        f"{local:%H:%M}",
        _what(room, slot),
        dates.clock(until, zone),
    )
    return Template(route.template, "ru", values)


def _tell_salon(room: Room, waiting: Waiting, slot: Slot) -> None:
    """Nobody may write to this client first: the salon can call."""
    noted = freed_offers.note(
        room.conn,
        room.business.id,
        waiting.id,
        slot,
        now=room.now,
        until=room.now,
        outcome=Outcome.UNREACHED,
    )
    if noted is None:
        return
    kept = clients.living(room.conn, room.business.id, waiting.client_id)
    person = clients.get(room.conn, room.business.id, kept)
    who = " ".join(filter(None, (person.name, person.phone))) or "без имени"
    local = slot.start.astimezone(room.business.zone)
    put_notice(
        room.conn,
        business_id=room.business.id,
        kind=NoticeKind.NOT_DELIVERED,
        key=f"waitlist:{noted}",
        text=f"Освободилось {local:%d.%m %H:%M}: {_what(room, slot)}. Этого времени ждёт клиент "
        f"({who}), но написать ему некуда: позвоните сами.",
        now=room.now,
    )
