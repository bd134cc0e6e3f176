"""
A desk on paper: the receptionist's own states over a book in memory.

Everything that decides is the product's; only what would be written in the
database is written down here, so that hundreds of thousands of talks can be
played and each deed judged by somebody else's arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from beautybot.agent.desk import Desk
from beautybot.booking.appointments import SlotTaken
from beautybot.booking.availability import Part, Slot, Wish
from beautybot.booking.visits import Appointment, Status, VisitPart
from beautybot.businesses.notices import NoticeKind
from beautybot.conversations.consents import Proof, Purpose
from beautybot.kit.errors import NotFound
from beautybot.kit.money import total

HOLD = timedelta(minutes=10)
STRANGER = 666


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was written in the book for good."""

    what: str
    visit: Appointment


@dataclass(slots=True)
class Book:
    """The salon's book, what was done to it, and when our messages reached the client."""

    visits: dict[int, Appointment] = field(default_factory=dict)
    deeds: list[Deed] = field(default_factory=list)
    reached: dict[int, datetime] = field(default_factory=dict)
    taken: set[datetime] = field(default_factory=set)
    consented: bool = False
    made: int = 0

    def put(self, visit: Appointment) -> Appointment:
        """Write a visit down."""
        self.visits[visit.id] = visit
        self.made = max(self.made, visit.id)
        return visit

    def expire(self, now: datetime) -> None:
        """Drop the holds whose time is over."""
        held = [v for v in self.visits.values() if v.status is Status.HELD]
        over = [v.id for v in held if v.hold_until and v.hold_until <= now]
        for visit_id in over:
            del self.visits[visit_id]


@dataclass(slots=True)
class PaperDesk(Desk):
    """The desk with its reads and writes on paper."""

    book_of: Book = field(default_factory=Book)

    @property
    def me(self) -> tuple[int, ...]:
        return (self.client.id,)

    def slots(self, wish: Wish, limit: int = 4) -> list[Slot]:
        start = max(wish.start or self.now, self.now + timedelta(hours=1))
        whole = start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        every = (self._slot(wish, whole + timedelta(hours=n)) for n in range(limit + 4))
        return [s for s in every if s and (wish.end is None or s.start < wish.end)][:limit]

    def nearest(self, wish: Wish, limit: int = 4) -> list[Slot]:
        return self.slots(replace(wish, start=None, end=None), limit)

    def exactly(self, wish: Wish, start: datetime) -> Slot | None:
        return self._slot(wish, start) if start > self.now else None

    def _slot(self, wish: Wish, start: datetime) -> Slot | None:
        if start in self.book_of.taken:
            return None
        parts, at = [], start
        for service_id in wish.services:
            service = self.service_of(service_id)
            able = [s for s in (service.specialists if service else ()) if s not in wish.excluded]
            if service is None or not able or wish.specialist_id not in (None, *able):
                return None
            by = wish.specialist_id or able[0]
            end = at + self.catalogue.duration(service_id, by)
            price = self.catalogue.price(service_id, by)
            parts.append(Part(service_id, by, at, end, price))
            at = end
        return Slot(start, at, tuple(parts)) if parts else None

    def hold(self, slot: Slot, key: str, moving: int | None = None) -> Appointment:
        if slot.start in self.book_of.taken:
            raise SlotTaken("taken")
        number = self.book_of.made + 1
        return self.book_of.put(
            Appointment(
                id=number,
                number=str(100_000 + number),
                status=Status.HELD,
                client_id=self.client.id,
                parts=tuple(self._part(part) for part in slot.parts),
                start=slot.start,
                end=slot.end,
                zone=self.business.timezone,
                price=total([part.price for part in slot.parts]),
                hold_until=self.now + HOLD,
                source=self.channel,
                client_name=self.client.name,
                client_phone=self.client.phone,
                note="",
                created_at=self.now,
            )
        )

    def _part(self, part: Part) -> VisitPart:
        service = self.service_of(part.service_id)
        person = self.specialist_of(part.specialist_id)
        assert service is not None
        of = (service.id, service.ref, service.name, person.id, person.ref, person.name)
        return VisitPart(*of, part.start, part.end, part.price)

    def release(self, appointment_id: int) -> None:
        held = self.book_of.visits.get(appointment_id)
        if held is not None and held.status is Status.HELD:
            del self.book_of.visits[appointment_id]

    def visit(self, appointment_id: int) -> Appointment:
        if appointment_id not in self.book_of.visits:
            raise NotFound("there is no such appointment")
        return self.book_of.visits[appointment_id]

    def my_visits(self) -> list[Appointment]:
        mine = (v for v in self.book_of.visits.values() if v.client_id == self.client.id)
        return [v for v in mine if v.status is Status.BOOKED and v.start > self.now]

    def book(self, appointment_id: int) -> Appointment:
        held = self.visit(appointment_id)
        if held.hold_until is None or held.hold_until <= self.now or held.start <= self.now:
            raise SlotTaken("the hold is over")
        return self._done("book", replace(held, status=Status.BOOKED, hold_until=None))

    def move(self, appointment_id: int, hold_id: int) -> Appointment:
        held, old = self.visit(hold_id), self.visit(appointment_id)
        if held.hold_until is None or held.hold_until <= self.now:
            raise SlotTaken("the hold is over")
        del self.book_of.visits[hold_id]
        there = {"start": held.start, "end": held.end, "parts": held.parts, "price": held.price}
        return self._done("move", replace(old, **there))

    def cancel(self, appointment_id: int) -> Appointment:
        return self._done("cancel", replace(self.visit(appointment_id), status=Status.CANCELLED))

    def _done(self, what: str, visit: Appointment) -> Appointment:
        self.book_of.deeds.append(Deed(what, visit))
        return self.book_of.put(visit)

    def confirmed(self, appointment_id: int) -> None:
        self.visit(appointment_id)

    def remember(self, *, name: str | None = None, phone: str | None = None) -> None:
        self.client = replace(
            self.client, name=name or self.client.name, phone=phone or self.client.phone
        )

    def consented(self, purpose: Purpose, proof: Proof) -> None:
        self.book_of.consented = True
        self.client = replace(self.client, consented=True)

    def opt_out(self) -> None:
        pass

    def hand_over(self, reason: str, summary: str) -> None:
        pass

    def pass_on(self, question: str) -> None:
        pass

    def notify(self, kind: NoticeKind, key: str, text: str, **details: int) -> None:
        pass

    def reached_client_at(self, message_id: int | None) -> datetime | None:
        return self.book_of.reached.get(message_id or 0)

    def last_visit(self) -> Appointment | None:
        return None


def a_strangers_visit(desk: Any) -> Appointment:
    """Another client's visit in the same book, which nobody here may touch or name."""
    slot = desk.slots(Wish((desk.catalogue.services[0].id,)))[0]
    made = desk.hold(slot, "stranger")
    named = {"client_name": "Аполлинарий Секретов", "client_phone": "+79995554433"}
    visit: Appointment = desk.book_of.put(
        replace(made, client_id=STRANGER, status=Status.BOOKED, number="987654", **named)
    )
    return visit
