"""Services, and the rooms and devices they need, of a salon's file or a price list, written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from beautybot.booking.models import resources, service_resources, service_specialists, services
from beautybot.booking.page import Page
from beautybot.booking.price_list import ImportProblem
from beautybot.booking.salon_file import SalonFile
from beautybot.booking.salon_services import ResourceRow, ServiceRow

# Columns of a service that a price list may leave out; then they stay as they are.
OPTIONAL = {
    "category": "category",
    "category_title": "category_title",
    "for_whom": "for_whom",
    "bookable": "bookable",
    "buffer_before_min": "buffer_before_min",
    "buffer_after_min": "buffer_after_min",
    "processing_min": "processing_min",
    "aliases": "aliases",
    "deposit": "deposit_minor",
    "deposit_text": "deposit_text",
}
ALWAYS = {"name", "duration_min", "price_minor", "price_from", "price_max_minor", "retired_at"}


def put_resources(page: Page, rows: Sequence[ResourceRow]) -> dict[str, int]:
    """Write rooms and devices; what is not in the file is not needed any more, its visits stay."""
    ids = {
        row.id: page.put(
            resources,
            row.id,
            {"name": row.name, "quantity": row.quantity, "retired_at": None},
            row.name,
        )
        for row in rows
    }
    page.retire(resources, ids.keys())
    return ids


def put_services(page: Page, file: SalonFile, people: Mapping[str, int]) -> None:
    """Write the services; a salon's file retires what it does not name, a price list does not."""
    is_whole = file.salon is not None
    needs = put_resources(page, file.resources) if is_whole else {}
    for position, service in enumerate(file.services):
        row = _columns(position, service)
        only = None if is_whole else ALWAYS | {OPTIONAL[k] for k in service.given if k in OPTIONAL}
        service_id = page.put(services, service.id, row, service.name, only)
        if service.staff or is_whole:
            _put_people(page, service_id, service, people, only_add_own=not is_whole)
        if is_whole:
            wanted = [(needs[ref],) for ref in service.resources]
            whose = {"service_id": service_id}
            title = f"{service.name}: ресурсы"
            page.replace(service_resources, whose, ("resource_id",), wanted, title)
    if is_whole:
        page.retire(services, {s.id for s in file.services})


def _columns(position: int, service: ServiceRow) -> dict[str, Any]:
    return {
        "position": position,
        "category": service.category,
        "category_title": service.category_title,
        "name": service.name,
        "duration_min": service.duration_min,
        "price_minor": service.price_minor,
        "price_from": service.price_from,
        "price_max_minor": service.price_max_minor,
        "for_whom": service.for_whom,
        "bookable": service.bookable,
        "buffer_before_min": service.buffer_before_min,
        "buffer_after_min": service.buffer_after_min,
        "processing_min": [[a, b] for a, b in service.processing_min],
        "aliases": list(service.aliases),
        "deposit_minor": service.deposit_minor,
        "deposit_text": service.deposit_text,
        "retired_at": None,
    }


def _put_people(
    page: Page,
    service_id: int,
    service: ServiceRow,
    people: Mapping[str, int],
    *,
    only_add_own: bool,
) -> None:
    """Who does a service; a price list says nothing of own prices, so those stay."""
    unknown = [ref for ref in service.staff if ref not in people]
    if unknown:
        raise ImportProblem([f"{service.name}: nobody has the id {ref!r}" for ref in unknown])
    wanted = {people[ref]: service.by_staff.get(ref, (None, None)) for ref in service.staff}
    mine = (
        service_specialists.c.business_id == page.business_id,
        service_specialists.c.service_id == service_id,
    )
    have = {
        row.specialist_id: (row.price_minor, row.duration_min)
        for row in page.conn.execute(select(service_specialists).where(*mine))
    }
    if only_add_own:
        wanted = {who: have.get(who, own) for who, own in wanted.items()}
    if have == wanted:
        return
    page.conn.execute(delete(service_specialists).where(*mine))
    for specialist_id, (price, length) in wanted.items():
        page.conn.execute(
            insert(service_specialists).values(
                business_id=page.business_id,
                service_id=service_id,
                specialist_id=specialist_id,
                price_minor=price,
                duration_min=length,
            )
        )
    if have:
        page.difference.updated.append(f"{service.name}: мастера")
