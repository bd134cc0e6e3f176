"""One salon's busy time as the tests write and read it, below every rule of the product."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select
from world import MONDAY

from beautybot.booking import catalogue as catalogues, occupancy, records
from beautybot.booking.models import busy_spans, resources, service_resources, specialists
from beautybot.booking.occupancy import Row
from beautybot.booking.times import Part, Slot
from beautybot.businesses.salons import Business
from beautybot.kit.money import Price

HOUR = timedelta(hours=1)


class Book:
    """One salon's busy time, with the ids of her people and services at hand."""

    def __init__(self, conn: Connection, salon: Business) -> None:
        self.conn, self.salon = conn, salon
        known = catalogues.load(conn, salon.id)
        self.vera, self.lena = (s.id for s in known.specialists)
        self.service, self.other = (s.id for s in known.services[:2])

    def part(self, who: int, start: datetime, *busy: tuple[datetime, datetime]) -> Part:
        """An hour of one specialist."""
        price = Price(180_000, "RUB")
        return Part(self.service, who, start, start + HOUR, price, busy)

    def visit(self, *parts: Part) -> int:
        """A visit that has not taken its time yet."""
        return records.create(
            self.conn, self.salon, slot(*parts), status="booked", source="x", created_at=MONDAY
        )

    def takes(self, *parts: Part, **more: Any) -> tuple[int, list[Row]]:
        """A visit that takes its time; its id, and what it left."""
        made = self.visit(*parts)
        return made, occupancy.occupy(self.conn, self.salon.id, made, slot(*parts), **more)

    def chair(self, quantity: int, *services: int) -> int:
        """Something every visit for these services needs."""
        values = {"business_id": self.salon.id, "ref": "chair", "name": "Кресло"}
        made: int = self.conn.execute(
            resources.insert().values(**values, quantity=quantity).returning(resources.c.id)
        ).scalar_one()
        for service in services or (self.service,):
            self.conn.execute(
                service_resources.insert().values(
                    business_id=self.salon.id, service_id=service, resource_id=made
                )
            )
        return made

    def third(self) -> int:
        """Somebody whose own time is free."""
        values = {"business_id": self.salon.id, "ref": "ira", "name": "Ира"}
        made: int = self.conn.execute(
            specialists.insert().values(**values).returning(specialists.c.id)
        ).scalar_one()
        return made

    def busy(self, visit: int) -> list[tuple[int | None, int | None, int, datetime, datetime]]:
        """Whose time a visit has: specialist, resource, unit, from, to."""
        of = busy_spans.c
        rows = self.conn.execute(
            select(of.specialist_id, of.resource_id, of.unit, of.starts_at, of.ends_at)
            .where(of.business_id == self.salon.id, of.appointment_id == visit)
            .order_by(of.id)
        )
        return [tuple(row) for row in rows]  # type: ignore[misc]

    def unit(self, visit: int) -> int:
        """The number of the chair that a visit has."""
        (found,) = [unit for _, resource, unit, *_ in self.busy(visit) if resource is not None]
        return found


def slot(*parts: Part) -> Slot:
    """The visit of these parts, one after another."""
    return Slot(parts[0].start, parts[-1].end, parts)
