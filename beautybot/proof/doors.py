"""Every door to the salon's time, each as one random attempt in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import Connection, func, select

from beautybot.agent import holding
from beautybot.agent.desk import Desk
from beautybot.booking import appointments, availability
from beautybot.booking.availability import Slot, Wish
from beautybot.booking.catalogue import Catalogue
from beautybot.booking.models import appointments as visits
from beautybot.booking.occupancy import SlotTaken
from beautybot.businesses.salons import Business
from beautybot.conversations.clients import Client
from beautybot.kit.errors import BeautyBotError
from beautybot.proof.salon import DAYS, NOW

HOLD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Hall:
    """What stands before the doors: the salon, its price list, a client, and dice."""

    business: Business
    catalogue: Catalogue
    client: Client
    dice: Random
    offers: list[Slot] = field(default_factory=list)  # looked up before, not taken yet

    def wish(self) -> Wish:
        """One service or two, by somebody or anybody."""
        services = self.dice.sample(
            [s.id for s in self.catalogue.services], self.dice.choice((1, 1, 2))
        )
        able = set(self.catalogue.service(services[0]).specialists)
        who = self.dice.choice([None, *sorted(able)])
        return Wish(services=tuple(services), specialist_id=who)

    def start(self) -> datetime:
        """A quarter of an hour in the salon's next days."""
        day = NOW.replace(hour=7) + timedelta(days=self.dice.randrange(1, DAYS + 1))
        return day + timedelta(minutes=15 * self.dice.randrange(32))

    def key(self) -> str:
        """Something nobody said before."""
        return str(UUID(int=self.dice.getrandbits(128)))


Door = Callable[[Connection, Hall, datetime], None]


def chat_books(conn: Connection, hall: Hall, now: datetime) -> None:
    """A client chooses a time, it is held, and mostly they say yes."""
    desk = _desk(conn, hall, now)
    held = desk.hold(_free(conn, hall, now), hall.key())
    if hall.dice.random() < 0.6:
        desk.book(held.id)


def chat_confirms(conn: Connection, hall: Hall, now: datetime) -> None:
    """A late yes to a hold that may be gone."""
    _desk(conn, hall, now).book(_somebody(conn, hall))


def chat_moves(conn: Connection, hall: Hall, now: datetime) -> None:
    """A client moves a visit to another time, which may meet its own; mostly they say yes."""
    desk = _desk(conn, hall, now)
    visit = desk.visit(_somebody(conn, hall))
    near = visit.start + timedelta(minutes=15 * hall.dice.randrange(-3, 4))
    start = near if hall.dice.random() < 0.7 else hall.start()
    services = tuple(part.service_id for part in visit.parts)
    slot = desk.exactly(Wish(services, moving=visit.id), start)
    if slot is None:
        raise SlotTaken("nothing is free then")
    held = desk.hold(slot, hall.key(), visit.id)
    if hall.dice.random() < 0.7:
        desk.move(visit.id, held.id)


def chat_cancels(conn: Connection, hall: Hall, now: datetime) -> None:
    """A client cancels."""
    _desk(conn, hall, now).cancel(_somebody(conn, hall))


def staff_book(conn: Connection, hall: Hall, now: datetime) -> None:
    """A visit made by hand in the calendar."""
    held = _held(conn, hall, _free(conn, hall, now), now, "dashboard")
    appointments.confirm(conn, hall.business, held, now=now, by="user:1")


def staff_move(conn: Connection, hall: Hall, now: datetime) -> None:
    """A visit dragged to another time, its own time counted as free."""
    visit = _somebody(conn, hall)
    slot = _free(conn, hall, now, ignoring=visit)
    appointments.move(
        conn, hall.business, visit, slot=slot, now=now, by="user:1", enforce_policy=False
    )


def staff_cancel(conn: Connection, hall: Hall, now: datetime) -> None:
    """A visit cancelled in the calendar."""
    visit = _somebody(conn, hall)
    appointments.cancel(conn, hall.business, visit, now=now, by="user:1", enforce_policy=False)


def assistant_holds(conn: Connection, hall: Hall, now: datetime) -> None:
    """ChatGPT or an MCP client holds a time; now and then it gives it back."""
    service = hall.dice.choice(hall.catalogue.services)
    local = hall.start().astimezone(hall.business.zone)
    wanted = holding.Wanted(
        hall.business.slug, service.ref, f"{local:%Y-%m-%dT%H:%M}", "Ольга", "+79161234567"
    )
    caller = holding.Caller(hall.key(), "chatgpt", lambda reference: reference[::-1], hall.key())
    answer = holding.hold(conn, wanted, caller, now)
    if hall.dice.random() < 0.2:
        holding.cancel(conn, str(answer["reference"]), caller, now)


def clock_expires(conn: Connection, hall: Hall, now: datetime) -> None:
    """The chore that drops holds whose time is over."""
    appointments.expire_holds(conn, now)


def take(conn: Connection, hall: Hall, now: datetime, slot: Slot) -> None:
    """A time that was looked up a while ago, and is booked without another look."""
    held = _held(conn, hall, slot, now, "telegram")
    appointments.confirm(conn, hall.business, held, now=now, by="client")


def look(conn: Connection, hall: Hall, now: datetime) -> Slot:
    """The first half of a race: a true time, as of now."""
    return _free(conn, hall, now)


DOORS: tuple[tuple[Door, int], ...] = (
    (chat_books, 5),
    (chat_confirms, 2),
    (chat_moves, 3),
    (chat_cancels, 2),
    (staff_book, 4),
    (staff_move, 3),
    (staff_cancel, 1),
    (assistant_holds, 4),
    (clock_expires, 1),
)


def _desk(conn: Connection, hall: Hall, now: datetime) -> Desk:
    return Desk(
        conn=conn,
        business=hall.business,
        catalogue=hall.catalogue,
        client=hall.client,
        conversation_id=0,
        channel="whatsapp",
        now=now,
    )


def _free(conn: Connection, hall: Hall, now: datetime, *, ignoring: int | None = None) -> Slot:
    slot = availability.fits(
        conn, hall.business, hall.catalogue, hall.wish(), hall.start(), now, ignoring=ignoring
    )
    if slot is None:
        raise SlotTaken("nothing is free then")
    return slot


def _held(conn: Connection, hall: Hall, slot: Slot, now: datetime, source: str) -> int:
    return appointments.hold(
        conn,
        hall.business,
        slot,
        client_id=hall.client.id,
        source=source,
        now=now,
        until=now + HOLD,
    ).id


def _somebody(conn: Connection, hall: Hall) -> int:
    """Any visit that may still change, whoever made it."""
    live = (visits.c.business_id == hall.business.id, visits.c.status.in_(("held", "booked")))
    count = conn.execute(select(func.count()).select_from(visits).where(*live)).scalar_one()
    if not count:
        raise BeautyBotError("nobody has booked yet")
    chosen: int | None = conn.execute(
        select(visits.c.id)
        .where(*live)
        .order_by(visits.c.id)
        .offset(hall.dice.randrange(count))
        .limit(1)
    ).scalar_one_or_none()
    if chosen is None:  # dropped by another process since we counted
        raise BeautyBotError("that one is gone")
    return chosen
