"""What is sold, and the rooms and devices it needs, in the salon's file and in price lists."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from beautybot.booking import price_list
from beautybot.booking.fields import (
    DAY_MIN,
    DEAREST,
    LONGEST_BUFFER,
    MOST_UNITS,
    Problems,
    rows,
    texts,
    whole,
)
from beautybot.booking.slots import Span, union
from beautybot.kit import refunds

Own = Mapping[str, tuple[int | None, int | None]]
"""By specialist: her own price in kopecks, her own length in minutes."""


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """One kind of room, chair or device, and how many there are."""

    id: str
    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service of the file; prices in kopecks, lengths in minutes; `given` is what it says."""

    id: str
    given: frozenset[str]
    category: str
    category_title: str
    name: str
    duration_min: int
    price_minor: int
    price_from: bool
    price_max_minor: int | None
    for_whom: str
    staff: tuple[str, ...]
    bookable: bool
    buffer_before_min: int
    buffer_after_min: int
    processing_min: tuple[Span, ...]
    aliases: tuple[str, ...]
    resources: tuple[str, ...]
    by_staff: Own
    deposit_minor: int | None
    deposit_text: str

    def minutes_of(self, person: str) -> int:
        """How long it takes a specialist, with buffers."""
        own = self.by_staff.get(person, (None, None))[1] or self.duration_min
        return self.buffer_before_min + own + self.buffer_after_min


def resources_of(data: dict[str, Any], problems: Problems) -> tuple[ResourceRow, ...]:
    """The rooms and devices of a file."""
    found = []
    for i, row in rows(data, "resources", problems):
        where = f"resources[{i}]"
        quantity = whole(row, "quantity", where, problems, low=1, high=MOST_UNITS, default=1)
        name = str(row.get("name") or "").strip()
        if not row.get("id") or not name:
            problems.append(f"{where}: id and name are needed")
        elif quantity is not None:
            found.append(ResourceRow(str(row["id"])[:64], name[:120], quantity))
    if len({r.id for r in found}) != len(found):
        problems.append("resources: two of them have the same id")
    return tuple(found)


def service_of(
    row: dict[str, Any],
    where: str,
    problems: Problems,
    *,
    staff: Collection[str] | None = None,
    resources: Collection[str] | None = None,
) -> ServiceRow | None:
    """
    One service, if all of it is right.

    Without `staff` the row is one of a price list: who does it is checked
    against the salon later.
    """
    before = len(problems)
    values = {
        **_offer(row, where, problems),
        **_time(row, where, problems),
        **_doers(row, where, staff, problems),
        "resources": _needs(row, where, resources, problems),
    }
    return None if len(problems) > before else ServiceRow(given=frozenset(row), **values)


def _offer(row: dict[str, Any], where: str, problems: Problems) -> dict[str, Any]:
    """What it is called, whom it is for, what it costs."""
    name = str(row.get("name") or "").strip()
    if not name:
        problems.append(f"{where}.name: it is missing")
    price, top = _prices(row, where, problems)
    whom = str(row.get("for_whom") or "any")
    if whom not in ("any", "women", "men", "kids"):
        problems.append(f"{where}.for_whom: any, women, men or kids")
    deposit, words = _deposit(row, where, price, problems)
    return {
        "deposit_minor": deposit,
        "deposit_text": words,
        "id": str(row.get("id") or price_list.ref_of(name))[:64],
        "category": str(row.get("category") or "")[:64],
        "category_title": str(row.get("category_title") or "")[:120],
        "name": name[:200],
        "price_minor": (price or 0) * 100,
        "price_from": bool(row.get("price_from")),
        "price_max_minor": top * 100 if top is not None else None,
        "for_whom": whom,
        "aliases": texts(row, "aliases", where, problems),
    }


def _time(row: dict[str, Any], where: str, problems: Problems) -> dict[str, Any]:
    """How long it takes, with what around it and inside."""
    length = whole(row, "duration_min", where, problems, low=1)
    buffers = {
        name: whole(row, name, where, problems, high=LONGEST_BUFFER, default=0)
        for name in ("buffer_before_min", "buffer_after_min")
    }
    gaps = _gaps(row, where, length, problems)
    return {"duration_min": length, "processing_min": gaps, **buffers}


def _doers(
    row: dict[str, Any], where: str, staff: Collection[str] | None, problems: Problems
) -> dict[str, Any]:
    """Who does it, at what price and pace, or only a person may book it."""
    people = texts(row, "staff", where, problems)
    bookable = bool(row.get("bookable", True))
    if staff is not None:
        _check_people(people, staff, bookable, where, problems)
    own = _by_staff(row.get("by_staff") or {}, where, people, problems)
    return {"staff": people, "bookable": bookable, "by_staff": own}


def _prices(row: dict[str, Any], where: str, problems: Problems) -> tuple[int | None, int | None]:
    price = whole(row, "price", where, problems, low=1, high=DEAREST)
    if row.get("price_max") is None:
        return price, None
    top = whole(row, "price_max", where, problems, low=1, high=DEAREST)
    if price is not None and top is not None and top < price:
        problems.append(f"{where}.price_max: it is below the price")
    return price, top


def _deposit(
    row: dict[str, Any], where: str, price: int | None, problems: Problems
) -> tuple[int | None, str]:
    """A prepayment in kopecks and the salon's words about it; None where there is none."""
    words = str(row.get("deposit_text") or "").strip()[:300]
    if refunds.claims_none(words):
        problems.append(f"{where}.deposit_text: a prepayment is given back by law (art. 32)")
    if row.get("deposit") in (None, 0, ""):
        return None, words
    amount = whole(row, "deposit", where, problems, low=1, high=DEAREST)
    if amount is not None and price is not None and amount > price:
        problems.append(f"{where}.deposit: it is above the price")
    return (amount * 100 if amount is not None else None), words


def _check_people(
    people: Collection[str],
    staff: Collection[str],
    bookable: bool,
    where: str,
    problems: Problems,
) -> None:
    for person in people:
        if person not in staff:
            problems.append(f"{where}.staff: nobody has the id {person[:40]!r}")
    if bookable and not people:
        problems.append(f"{where}.staff: nobody does it, so nobody can book it")


def _needs(
    row: dict[str, Any], where: str, resources: Collection[str] | None, problems: Problems
) -> tuple[str, ...]:
    needs = texts(row, "resources", where, problems)
    for ref in needs:
        if resources is not None and ref not in resources:
            problems.append(f"{where}.resources: there is no resource {ref[:40]!r}")
    return tuple(dict.fromkeys(needs))


def _gaps(
    row: dict[str, Any], where: str, length: int | None, problems: Problems
) -> tuple[Span, ...]:
    """When the specialist is free inside the service: she begins it, and she ends it."""
    found: list[Span] = []
    value = row.get("processing_min") or []
    for pair in value if isinstance(value, list) else [None]:
        at = dict(zip(("from", "to"), pair, strict=False)) if isinstance(pair, list) else {}
        most = (length or DAY_MIN) - 1
        start = whole(at, "from", f"{where}.processing_min", problems, low=1, high=most)
        end = whole(at, "to", f"{where}.processing_min", problems, low=1, high=most)
        if start is not None and end is not None:
            if start >= end:
                problems.append(f"{where}.processing_min: the first minute before the second")
            found.append((start, end))
    return tuple(union(found))


def _by_staff(value: Any, where: str, people: Collection[str], problems: Problems) -> Own:
    found: dict[str, tuple[int | None, int | None]] = {}
    if not isinstance(value, dict):
        problems.append(f"{where}.by_staff: an object is expected")
        return found
    for person, own in value.items():
        at = f"{where}.by_staff.{str(person)[:40]}"
        if not isinstance(own, dict) or person not in people:
            problems.append(f"{at}: price or duration_min of somebody who does the service")
            continue
        price = whole(own, "price", at, problems, low=1, high=DEAREST) if "price" in own else None
        length = whole(own, "duration_min", at, problems, low=1) if "duration_min" in own else None
        found[str(person)] = (price * 100 if price is not None else None, length)
    return found
