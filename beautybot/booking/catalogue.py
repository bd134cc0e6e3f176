"""What the salon sells, who does it, what it costs and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from beautybot.booking.chains import Step
from beautybot.booking.models import (
    faq_entries,
    service_resources,
    service_specialists,
    services,
    specialists,
    working_hours,
)
from beautybot.booking.slots import Span
from beautybot.businesses import salons
from beautybot.kit.errors import NotFound
from beautybot.kit.money import Price

Hours = Mapping[int, tuple[tuple[int, int], ...]]
"""Weekday (0 is Monday) to half-open spans of local minutes since midnight."""


@dataclass(frozen=True, slots=True)
class Service:
    """One line of the price list; `specialists` are the row ids of who does it."""

    id: int
    ref: str
    name: str
    category_title: str
    duration: timedelta
    price: Price
    for_whom: str
    bookable: bool
    specialists: tuple[int, ...]
    aliases: tuple[str, ...]
    concepts: tuple[str, ...]
    buffer_before: timedelta
    buffer_after: timedelta
    processing: tuple[tuple[int, int], ...]  # minutes from the start, when the specialist is free
    resources: tuple[int, ...]
    deposit_minor: int | None = None
    deposit_text: str = ""


@dataclass(frozen=True, slots=True)
class Specialist:
    """One person who serves clients; `name_forms` is how clients may call her."""

    id: int
    ref: str
    name: str
    role: str
    level: str
    name_forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Faq:
    """A question with the answer the owner approved."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything a salon offers, as of one version."""

    business_id: int
    version: int
    services: tuple[Service, ...]
    specialists: tuple[Specialist, ...]
    hours: Hours
    faq: tuple[Faq, ...] = ()
    own_prices: Mapping[tuple[int, int], Price] = field(default_factory=dict)
    own_durations: Mapping[tuple[int, int], timedelta] = field(default_factory=dict)

    def service(self, service_id: int) -> Service:
        """The service of a row id; NotFound."""
        for service in self.services:
            if service.id == service_id:
                return service
        raise NotFound("there is no such service")

    def specialist(self, specialist_id: int) -> Specialist:
        """The specialist of a row id; NotFound."""
        for specialist in self.specialists:
            if specialist.id == specialist_id:
                return specialist
        raise NotFound("there is no such specialist")

    def price(self, service_id: int, specialist_id: int | None = None) -> Price:
        """The price of a service, by that specialist where she has her own."""
        own = self.own_prices.get((service_id, specialist_id or 0))
        return own or self.service(service_id).price

    def duration(self, service_id: int, specialist_id: int | None = None) -> timedelta:
        """How long a service takes, by that specialist where she has her own pace."""
        own = self.own_durations.get((service_id, specialist_id or 0))
        return own or self.service(service_id).duration

    def step(self, service_id: int, specialist_id: int) -> Step:
        """How a service fills that specialist's time."""
        service = self.service(service_id)
        return Step(
            _minutes(self.duration(service_id, specialist_id)),
            _minutes(service.buffer_before),
            _minutes(service.buffer_after),
            service.processing,
        )

    def shortest(self, specialist_id: int) -> list[Span]:
        """The least time around a start that a specialist can still sell."""
        spans = {
            self.step(s.id, specialist_id).whole
            for s in self.services
            if s.bookable and specialist_id in s.specialists
        }
        return sorted(spans, key=lambda span: span[1] - span[0])[:3]


def load(conn: Connection, business_id: int) -> Catalogue:
    """The catalogue of a salon as it is now: what was retired is not in it."""
    business = salons.get(conn, business_id)
    does: dict[int, list[int]] = {}
    prices: dict[tuple[int, int], Price] = {}
    durations: dict[tuple[int, int], timedelta] = {}
    rows = _services(conn, business_id)
    for link in conn.execute(
        select(service_specialists)
        .where(service_specialists.c.business_id == business_id)
        .order_by(service_specialists.c.specialist_id)
    ):
        does.setdefault(link.service_id, []).append(link.specialist_id)
        key = (link.service_id, link.specialist_id)
        if link.duration_min is not None:
            durations[key] = timedelta(minutes=link.duration_min)
        if link.price_minor is not None and link.service_id in rows:
            is_from = rows[link.service_id].price_from
            prices[key] = Price(link.price_minor, business.currency, is_from)
    needs: dict[int, list[int]] = {}
    for need in conn.execute(
        select(service_resources).where(service_resources.c.business_id == business_id)
    ):
        needs.setdefault(need.service_id, []).append(need.resource_id)
    return Catalogue(
        business_id=business_id,
        version=business.catalogue_version,
        services=tuple(
            _service(row, business.currency, does.get(row.id, []), needs.get(row.id, []))
            for row in rows.values()
        ),
        specialists=_specialists(conn, business_id),
        hours=salon_hours(conn, business_id),
        faq=_faq(conn, business_id),
        own_prices=prices,
        own_durations=durations,
    )


def salon_hours(conn: Connection, business_id: int) -> Hours:
    """The salon's own weekly hours."""
    week: dict[int, list[tuple[int, int]]] = {}
    for row in conn.execute(
        select(working_hours)
        .where(working_hours.c.business_id == business_id, working_hours.c.specialist_id.is_(None))
        .order_by(working_hours.c.weekday, working_hours.c.from_min)
    ):
        week.setdefault(row.weekday, []).append((row.from_min, row.to_min))
    return {weekday: tuple(spans) for weekday, spans in week.items()}


def own_hours(conn: Connection, business_id: int) -> dict[int, Hours]:
    """The weekly hours of the specialists who have their own, by row id."""
    rows = conn.execute(
        select(working_hours)
        .where(
            working_hours.c.business_id == business_id, working_hours.c.specialist_id.is_not(None)
        )
        .order_by(working_hours.c.weekday, working_hours.c.from_min)
    )
    found: dict[int, dict[int, tuple[tuple[int, int], ...]]] = {}
    for row in rows:
        week = found.setdefault(row.specialist_id, {})
        week[row.weekday] = (*week.get(row.weekday, ()), (row.from_min, row.to_min))
    return dict(found)


def _services(conn: Connection, business_id: int) -> dict[int, Any]:
    rows = conn.execute(
        select(services)
        .where(services.c.business_id == business_id, services.c.retired_at.is_(None))
        .order_by(services.c.position, services.c.id)
    )
    return {row.id: row for row in rows}


def _service(row: Any, currency: str, people: list[int], resources: list[int]) -> Service:
    return Service(
        id=row.id,
        ref=row.ref,
        name=row.name,
        category_title=row.category_title,
        duration=timedelta(minutes=row.duration_min),
        price=Price(row.price_minor, currency, row.price_from, row.price_max_minor),
        for_whom=row.for_whom,
        bookable=row.bookable,
        specialists=tuple(people),
        aliases=tuple(row.aliases),
        concepts=tuple(row.concepts),
        buffer_before=timedelta(minutes=row.buffer_before_min),
        buffer_after=timedelta(minutes=row.buffer_after_min),
        processing=tuple((a, b) for a, b in row.processing_min),
        resources=tuple(resources),
        deposit_minor=row.deposit_minor,
        deposit_text=row.deposit_text,
    )


def _specialists(conn: Connection, business_id: int) -> tuple[Specialist, ...]:
    rows = conn.execute(
        select(specialists)
        .where(specialists.c.business_id == business_id, specialists.c.retired_at.is_(None))
        .order_by(specialists.c.position, specialists.c.id)
    )
    return tuple(
        Specialist(r.id, r.ref, r.name, r.role, r.level, tuple(r.name_forms)) for r in rows
    )


def _faq(conn: Connection, business_id: int) -> tuple[Faq, ...]:
    rows = conn.execute(
        select(faq_entries.c.question, faq_entries.c.answer)
        .where(faq_entries.c.business_id == business_id)
        .order_by(faq_entries.c.id)
    )
    return tuple(Faq(*row) for row in rows)


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds()) // 60
