"""The price list changed by hand: one service at a time, checked before it is written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from beautybot.booking.models import service_specialists, services
from beautybot.businesses import salons
from beautybot.kit.db import add, change, one, remove
from beautybot.kit.errors import BeautyBotError, NotFound
from beautybot.kit.text import clean, one_line

DEAREST, LONGEST = 10_000_000, 24 * 60
MOST_ALIASES = 20
WHOM = ("any", "women", "men", "kids")


class BadService(BeautyBotError):
    """A value of a service that cannot be; the text names it, in Russian."""


@dataclass(frozen=True, slots=True)
class Own:
    """A specialist's own price and length of a service; None: as for everybody."""

    price: int | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceDraft:
    """A service as a person wrote it; prices in whole units, lengths in minutes."""

    name: str
    category: str
    price: int
    minutes: int
    is_from: bool = False
    upto: int | None = None
    buffer_before: int = 0
    buffer_after: int = 0
    aliases: tuple[str, ...] = ()
    for_whom: str = "any"
    bookable: bool = True
    by: Mapping[int, Own] = field(default_factory=dict)  # who does it, by row id


def put(
    conn: Connection,
    business_id: int,
    service_id: int | None,
    draft: ServiceDraft,
    known: frozenset[int],
) -> int:
    """
    Change a service, or (None) add one; its id.  BadService, NotFound.

    `known` are the salon's specialists: nobody else can do a service.
    """
    values = _checked(draft, known)
    if service_id is None:
        position = conn.execute(
            select(func.coalesce(func.max(services.c.position), 0) + 1).where(
                services.c.business_id == business_id
            )
        ).scalar_one()
        ref = _free_ref(conn, business_id, draft.name)
        given = {"business_id": business_id, "ref": ref, "position": position, "category": ""}
        service_id = add(conn, services, given | values)
    else:
        _there(conn, business_id, service_id)
        change(conn, services, {"business_id": business_id, "id": service_id}, values)
    _who_does(conn, business_id, service_id, draft.by)
    salons.touch_catalogue(conn, business_id)
    return service_id


def retire(conn: Connection, business_id: int, service_id: int, now: datetime) -> str:
    """Sell it no more; visits that are booked stay.  Its name; NotFound."""
    row = _there(conn, business_id, service_id)
    change(conn, services, {"business_id": business_id, "id": service_id}, {"retired_at": now})
    salons.touch_catalogue(conn, business_id)
    name: str = row.name
    return name


def _there(conn: Connection, business_id: int, service_id: int) -> Any:
    row = one(conn, services, {"business_id": business_id, "id": service_id})
    if row is None or row.retired_at is not None:
        raise NotFound("there is no such service")
    return row


def _checked(draft: ServiceDraft, known: frozenset[int]) -> dict[str, Any]:
    name = one_line(draft.name, 200)
    if not name:
        raise BadService("Напишите название услуги.")
    _between(draft.price, 0, DEAREST, "Цена")
    _between(draft.minutes, 1, LONGEST, "Длительность в минутах")
    _between(draft.buffer_before, 0, LONGEST, "Подготовка в минутах")
    _between(draft.buffer_after, 0, LONGEST, "Уборка в минутах")
    if draft.upto is not None:
        _between(draft.upto, 0, DEAREST, "Цена «до»")
        if draft.upto < draft.price:
            raise BadService("Цена «до» меньше цены «от».")
    if draft.for_whom not in WHOM:
        raise BadService("Выберите, для кого услуга.")
    if set(draft.by) - known:
        raise NotFound("there is no such specialist")
    if draft.bookable and not draft.by:
        raise BadService("Выберите хотя бы одного мастера, иначе записаться не к кому.")
    for own in draft.by.values():
        _between(own.price or 0, 0, DEAREST, "Цена мастера")
        _between(own.minutes or 1, 1, LONGEST, "Длительность мастера")
    return {
        "name": name,
        "category_title": one_line(draft.category, 120),
        "price_minor": draft.price * 100,
        "price_from": draft.is_from or draft.upto is not None,
        "price_max_minor": draft.upto * 100 if draft.upto is not None else None,
        "duration_min": draft.minutes,
        "buffer_before_min": draft.buffer_before,
        "buffer_after_min": draft.buffer_after,
        "aliases": [a for one in draft.aliases[:MOST_ALIASES] if (a := clean(one, 100).strip())],
        "for_whom": draft.for_whom,
        "bookable": draft.bookable,
    }


def _between(value: int, low: int, high: int, what: str) -> None:
    if not low <= value <= high:
        raise BadService(f"{what}: нужно целое число от {low} до {high}.")


def _who_does(conn: Connection, business_id: int, service_id: int, by: Mapping[int, Own]) -> None:
    remove(conn, service_specialists, {"business_id": business_id, "service_id": service_id})
    for specialist_id, own in by.items():
        add(
            conn,
            service_specialists,
            {
                "business_id": business_id,
                "service_id": service_id,
                "specialist_id": specialist_id,
                "price_minor": own.price * 100 if own.price is not None else None,
                "duration_min": own.minutes,
            },
        )


def _free_ref(conn: Connection, business_id: int, name: str) -> str:
    """The id by which a price list without ids would name it, or the next free one."""
    base = "s" + hashlib.sha256(name.strip().lower().encode()).hexdigest()[:12]
    taken = set(
        conn.execute(
            select(services.c.ref).where(
                services.c.business_id == business_id, services.c.ref.startswith(base)
            )
        ).scalars()
    )
    names = (base, *(f"{base}-{n}" for n in range(2, len(taken) + 2)))
    return next(ref for ref in names if ref not in taken)
