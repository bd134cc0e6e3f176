"""What the demo's page shows of the owner's side, read from the product's database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from beautybot.agent import saying
from beautybot.booking.visits import Appointment, Status, listing
from beautybot.businesses.salons import Business
from beautybot.conversations import history
from beautybot.conversations.history import Summary
from beautybot.demo.phone.owner import AppointmentRow, ConversationRow
from beautybot.kit import clock
from beautybot.kit.db import Database
from beautybot.kit.text import one_line

STATES = {
    "greeting": "приветствие",
    "service_inquiry": "вопрос об услугах",
    "booking": "запись",
    "pricing": "цены",
    "confirmation": "подтверждение",
    "goodbye": "завершён",
}
STATUSES = {Status.HELD: "ждёт подтверждения", Status.CANCELLED: "отменена"}


@dataclass(frozen=True, slots=True)
class OwnerSide:
    """Rows of ready text for the page."""

    db: Database
    salon: Business

    async def appointments(self) -> Sequence[AppointmentRow]:
        """What is booked or held from today on."""
        since = clock.now() - timedelta(hours=12)
        visits = await self.db.read(listing, self.salon.id, since=since)
        return [self._visit(v) for v in visits if v.status is not Status.CANCELLED]

    async def conversations(self) -> Sequence[ConversationRow]:
        """Who has written, newest first."""
        rows = await self.db.read(history.listing, self.salon.id, clock.now(), limit=20)
        return [_row(row) for row in rows]

    def _visit(self, visit: Appointment) -> AppointmentRow:
        zone = self.salon.zone
        local = visit.start.astimezone(zone)
        today = clock.now().astimezone(zone).date()
        return AppointmentRow(
            day=saying.day(local.date(), today),
            time=f"{saying.clock(visit.start, zone)}–{saying.clock(visit.end, zone)}",
            service=saying.listed(visit.service_names),
            specialist=saying.listed(visit.specialist_names),
            client=one_line(visit.client_name or "", 60),
            price=str(visit.price),
            status=STATUSES.get(visit.status, ""),
        )


def _row(row: Summary) -> ConversationRow:
    return ConversationRow(
        client=one_line(row.client_name or row.client_address, 60),
        channel=row.channel,
        state=STATES.get(row.state, row.state),
        last=one_line(row.last_text, 80),
        needs_person=row.handoff is not None,
    )
