"""
What the receptionist may look up and do for one salon and one client.

The only door from talk to the salon's time.  Everything here runs inside the
transaction of the turn, so what it changes is written with the reply or not at
all.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import Connection

from beautybot.agent import knowledge, news
from beautybot.booking import appointments, availability
from beautybot.booking.appointments import Appointment
from beautybot.booking.availability import Slot, Wish
from beautybot.booking.catalogue import Catalogue, Service, Specialist
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.businesses.salons import Business
from beautybot.conversations import attachments, clients, consents, handoff, history
from beautybot.conversations.clients import Client
from beautybot.conversations.consents import Proof, Purpose
from beautybot.kit.errors import NotFound
from beautybot.kit.money import Price
from beautybot.kit.text import one_line


@dataclass(slots=True)
class Desk:
    """One salon's desk while one client stands at it."""

    conn: Connection
    business: Business
    catalogue: Catalogue
    client: Client
    conversation_id: int
    channel: str
    now: datetime

    # -- the price list -------------------------------------------------------

    def service(self, ref: str) -> Service | None:
        """The service of an id of the salon's file; None if it is gone from the list."""
        return next((s for s in self.catalogue.services if s.ref == ref), None)

    def services(self, refs: Iterable[str]) -> list[Service]:
        """The services of several ids, without those that are gone."""
        return [found for ref in refs if (found := self.service(ref))]

    def specialist(self, ref: str | None) -> Specialist | None:
        """The specialist of an id of the salon's file."""
        return next((s for s in self.catalogue.specialists if s.ref == ref), None)

    def service_of(self, service_id: int) -> Service | None:
        """The service of a row id; None if it was retired."""
        return next((s for s in self.catalogue.services if s.id == service_id), None)

    def specialist_of(self, specialist_id: int | None) -> Specialist | None:
        """The specialist of a row id; None if she has left the salon."""
        return next((s for s in self.catalogue.specialists if s.id == specialist_id), None)

    def can_do(self, services: list[Service]) -> list[Specialist]:
        """Who does every one of the services."""
        return [
            s for s in self.catalogue.specialists if all(s.id in x.specialists for x in services)
        ]

    def price(self, service: Service, specialist: Specialist | None = None) -> Price:
        """The price of a service, by that specialist if one is named."""
        return self.catalogue.price(service.id, specialist.id if specialist else None)

    # -- time -----------------------------------------------------------------

    def wish(
        self,
        services: list[Service],
        specialist: Specialist | None,
        excluded: tuple[str, ...] = (),
        start: datetime | None = None,
        end: datetime | None = None,
        moving: int | None = None,
    ) -> Wish:
        """A wish for the salon's time; the client's last specialist is preferred."""
        barred = frozenset(s.id for ref in excluded if (s := self.specialist(ref)))
        return Wish(
            services=tuple(s.id for s in services),
            specialist_id=specialist.id if specialist else None,
            excluded=barred,
            start=start,
            end=end,
            preferred_specialist=self._last_specialist(),
            moving=moving,
        )

    def slots(self, wish: Wish, limit: int = 4) -> list[Slot]:
        """True times inside the wished window."""
        return availability.find(*self._here, wish, self.now, limit=limit)

    def nearest(self, wish: Wish, limit: int = 4) -> list[Slot]:
        """True times around a window in which there is none."""
        return availability.nearest(*self._here, wish, self.now, limit=limit)

    def exactly(self, wish: Wish, start: datetime) -> Slot | None:
        """The visit that starts just then, if it fits."""
        return availability.fits(*self._here, wish, start, self.now)

    @property
    def _here(self) -> tuple[Connection, Business, Catalogue]:
        return self.conn, self.business, self.catalogue

    # -- visits ---------------------------------------------------------------

    def hold(self, slot: Slot, key: str, moving: int | None = None) -> Appointment:
        """Keep a time for this client while we ask; SlotTaken, also if it is true no more."""
        mine = None if moving is None else self.visit(moving).id
        again = availability.still(*self._here, slot, self.now, moving=mine)
        with self.conn.begin_nested():  # a lost race leaves nothing behind, and the turn goes on
            return appointments.hold(
                self.conn,
                self.business,
                again,
                client_id=self.client.id,
                source=self.channel,
                now=self.now,
                until=self.now + timedelta(minutes=self.business.settings.hold_min),
                idempotency_key=key,
                replacing=mine,
            )

    def release(self, appointment_id: int) -> None:
        """Give a held time back, if it is still this client's."""
        with suppress(NotFound):
            held = self.visit(appointment_id)
            appointments.release(self.conn, self.business.id, held.id, now=self.now)

    def visit(self, appointment_id: int) -> Appointment:
        """One appointment that is this client's or, so far, nobody's; NotFound."""
        found = appointments.get(self.conn, self.business.id, appointment_id)
        if found.client_id not in (None, *self.me):
            raise NotFound("there is no such appointment")
        return found

    def my_visits(self) -> list[Appointment]:
        """The client's own visits to come, soonest first."""
        of = (appointments.of_client(self.conn, self.business.id, me, self.now) for me in self.me)
        return sorted(chain.from_iterable(of), key=lambda visit: visit.start)

    def may_change(self, visit: Appointment) -> bool:
        """False so shortly before the visit that only a person may move or cancel it."""
        window = timedelta(hours=self.business.settings.cancel_window_h)
        return self.now <= visit.start - window

    def book(self, appointment_id: int) -> Appointment:
        """Turn the client's own hold into a booking; SlotTaken if the time is gone, NotFound."""
        self._owner(appointment_id)
        booked = appointments.confirm(
            self.conn,
            self.business,
            appointment_id,
            now=self.now,
            by="client",
            name=self.client.name,
            phone=self.client.phone,
        )
        attachments.assign(self.conn, self.business.id, self.conversation_id, booked.id, self.now)
        self.tell(NoticeKind.BOOKED, f"{booked.id}:{booked.start.isoformat()}", booked)
        return booked

    def confirmed(self, appointment_id: int) -> None:
        """The client said again that they will come."""
        appointments.note_confirmed(self.conn, self.business.id, appointment_id, now=self.now)

    def move(self, appointment_id: int, hold_id: int) -> Appointment:
        """Move a visit of the client's own to a held time; TooLate, SlotTaken."""
        with self.conn.begin_nested():
            moved = appointments.move(
                self.conn,
                self.business,
                appointment_id,
                to_hold=hold_id,
                now=self.now,
                by="client",
                client_id=self._owner(appointment_id),
            )
        self.tell(NoticeKind.MOVED, f"{moved.id}:{moved.start.isoformat()}", moved)
        return moved

    def cancel(self, appointment_id: int) -> Appointment:
        """Cancel a visit of the client's own; TooLate."""
        cancelled = appointments.cancel(
            self.conn,
            self.business,
            appointment_id,
            now=self.now,
            by="client",
            why="",
            client_id=self._owner(appointment_id),
        )
        self.tell(NoticeKind.CANCELLED, str(appointment_id), cancelled)
        return cancelled

    def _owner(self, appointment_id: int) -> int:
        """Under which id of this client a visit is kept; NotFound if it is somebody else's."""
        owner = self.visit(appointment_id).client_id
        if owner is None:
            raise NotFound("there is no such appointment")
        return owner

    @property
    def me(self) -> tuple[int, ...]:
        """The ids under which this person's records are kept, the one that lives on first."""
        return clients.everything_of(self.conn, self.business.id, self.client.id)

    # -- people ---------------------------------------------------------------

    def remember(self, *, name: str | None = None, phone: str | None = None) -> None:
        """Keep the client's name or phone."""
        clients.rename(self.conn, self.business.id, self.client.id, name=name, phone=phone)
        self.client = replace(
            self.client, name=name or self.client.name, phone=phone or self.client.phone
        )

    def consented(self, purpose: Purpose, proof: Proof) -> None:
        """Keep the proof of the client's yes."""
        me = (self.business.id, self.client.id)
        consents.give(self.conn, *me, purpose, proof, channel=self.channel, now=self.now)
        if purpose is Purpose.PERSONAL_DATA:
            self.client = replace(self.client, consented=True)

    def opt_out(self) -> None:
        """Write to this client no more of our own accord."""
        consents.opt_out(self.conn, self.business.id, self.client.id, self.now)

    def hand_over(self, reason: str, summary: str) -> None:
        """Give the conversation to a person and tell the salon."""
        started = handoff.start(
            self.conn,
            self.business.id,
            self.conversation_id,
            reason=reason,
            by="client",
            now=self.now,
            summary=summary,
        )
        if started:
            who = self.client.name or "Клиент"
            self.notify(
                NoticeKind.HANDOFF,
                f"{self.conversation_id}:{self.now.isoformat()}",
                f"{one_line(who, 60)} ждёт ответа человека. {one_line(summary, 400)}",
            )

    def pass_on(self, question: str) -> None:
        """Ask the salon what we cannot answer, once for all clients who ask the same."""
        new = knowledge.ask_salon(
            self.conn, self.business.id, self.conversation_id, question, self.now
        )
        if new is not None:
            told = f"Клиент спрашивает, а у меня нет ответа: «{one_line(question, 160)}»"
            self.notify(NoticeKind.QUESTION, f"question:{new.id}", told, question_id=new.id)

    def tell(self, kind: NoticeKind, key: str, visit: Appointment) -> None:
        """Tell the salon of a visit that was booked, moved or cancelled."""
        told = news.of_visit(kind, visit, self.business, self.client.name)
        self.notify(kind, key, told, appointment_id=visit.id)

    def notify(self, kind: NoticeKind, key: str, text: str, **details: int) -> None:
        """Put something before the salon's people."""
        put_notice(
            self.conn,
            business_id=self.business.id,
            kind=kind,
            key=key,
            text=text,
            now=self.now,
            details={"conversation_id": self.conversation_id, **details},
        )

    def reached_client_at(self, message_id: int | None) -> datetime | None:
        """When the channel accepted a message of ours; None if it has not yet."""
        if message_id is None:
            return None
        message = history.sent_message(self.conn, self.business.id, message_id)
        if message is None or message.status not in ("sent", "delivered", "read"):
            return None
        return message.sent_at

    def last_visit(self) -> Appointment | None:
        """The client's latest visit, past ones first of all."""
        return appointments.last_visit(self.conn, self.business.id, self.me, self.now)

    def _last_specialist(self) -> int | None:
        last = self.last_visit()
        return last.parts[0].specialist_id if last and last.parts else None
