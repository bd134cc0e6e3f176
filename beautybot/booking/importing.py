"""A salon created or updated from its file: what differs is written, the rest is left alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from beautybot.booking.models import (
    day_overrides,
    faq_entries,
    service_specialists,
    services,
    specialists,
    working_hours,
)
from beautybot.booking.price_list import ImportProblem
from beautybot.booking.salon_file import SalonFile, ServiceRow, StaffRow, Week, read_file
from beautybot.businesses import salons
from beautybot.businesses.salons import Business
from beautybot.kit.errors import NotFound
from beautybot.kit.text import counted

Names = Callable[[str], tuple[str, ...]]
LONGEST_LISTED = 12


class DryRun(Exception):
    """Undoes the transaction of a dry run; carries what would have changed."""

    def __init__(self, difference: Difference) -> None:
        super().__init__("dry run")
        self.difference = difference


@dataclass(slots=True)
class Difference:
    """What an import changes, in words of its fields; empty when the file is in force already."""

    slug: str
    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.created or self.updated or self.retired)

    def __str__(self) -> str:
        if not self:
            return f"{self.slug}: изменений нет"
        lines = [f"Салон {self.slug}:"]
        for sign, title, items in (
            ("+", "добавлено", self.created),
            ("~", "изменено", self.updated),
            ("-", "убрано", self.retired),
        ):
            if items:
                lines.append(f"{title}: {counted(len(items), 'строка', 'строки', 'строк')}")
                lines += [f"  {sign} {item}" for item in items[:LONGEST_LISTED]]
                if len(items) > LONGEST_LISTED:
                    lines.append(f"  … и ещё {len(items) - LONGEST_LISTED}")
        return "\n".join(lines)


def apply(
    conn: Connection,
    file: SalonFile,
    *,
    now: datetime,
    slug: str | None = None,
    dry_run: bool = False,
    name_forms: Names | None = None,
) -> Difference:
    """
    Create or update a salon; everything or nothing.

    A price list alone updates the salon `slug`.  `name_forms` makes the forms
    by which clients call a specialist.  A dry run raises DryRun with the
    difference, so that the transaction leaves no trace.
    """
    business, difference = _salon(conn, file, slug, now)
    before = (len(difference.created), len(difference.updated), len(difference.retired))
    people = _staff(conn, business, file, difference, name_forms, now)
    if file.salon is not None:
        _hours(conn, business, None, file.hours, "часы салона", difference)
    _services(conn, business, file, people, difference, now)
    _faq(conn, business, file, difference, now)
    after = (len(difference.created), len(difference.updated), len(difference.retired))
    if before != after:
        salons.touch_catalogue(conn, business.id)
    if dry_run:
        raise DryRun(difference)
    return difference


def _salon(
    conn: Connection, file: SalonFile, slug: str | None, now: datetime
) -> tuple[Business, Difference]:
    if file.salon is None:
        if slug is None:
            raise ImportProblem(["a price list needs --business SLUG: which salon is it?"])
        business = salons.by_slug(conn, slug)
        return business, Difference(business.slug)
    difference = Difference(file.salon["slug"])
    try:
        business = salons.by_slug(conn, file.salon["slug"])
    except NotFound:
        business = salons.create(conn, now=now, **file.salon)
        difference.created.append(f"салон «{business.name}»")
    changed = {k: v for k, v in file.salon.items() if getattr(business, k) != v}
    kept = salons.settings_json(business.settings)
    wanted = kept | dict(file.settings)
    settings = salons.settings_json(salons.settings_from(wanted))
    if settings != kept:
        changed["settings"] = settings
    if changed:
        salons.change(conn, business.id, **changed)
        difference.updated += [f"салон: {name}" for name in changed]
    _agent(conn, business, file, difference)
    return salons.get(conn, business.id), difference


def _agent(conn: Connection, business: Business, file: SalonFile, difference: Difference) -> None:
    have = {
        "enabled": business.agent_enabled,
        "tone": str(business.tone),
        "restrictions": business.restrictions,
        "greeting": business.greeting,
    }
    changed = {k: v for k, v in file.agent.items() if have[k] != v}
    if changed:
        salons.update_agent(conn, business.id, **changed)
        difference.updated += [f"агент: {name}" for name in changed]


def _staff(
    conn: Connection,
    business: Business,
    file: SalonFile,
    difference: Difference,
    name_forms: Names | None,
    now: datetime,
) -> dict[str, int]:
    if file.staff is not None:
        for position, person in enumerate(file.staff):
            row: dict[str, Any] = {
                "position": position,
                "name": person.name,
                "role": person.role,
                "level": person.level,
                "retired_at": None,
            }
            if name_forms is not None:
                row["name_forms"] = list(name_forms(person.name))
            _put(conn, specialists, business.id, person.id, row, person.name, difference)
        _retire(conn, specialists, business.id, {p.id for p in file.staff}, difference, now)
    ids = {
        row.ref: row.id
        for row in conn.execute(
            select(specialists.c.ref, specialists.c.id).where(
                specialists.c.business_id == business.id, specialists.c.retired_at.is_(None)
            )
        )
    }
    for person in file.staff or ():
        hours = f"часы: {person.name}"
        _hours(conn, business, ids[person.id], person.hours or {}, hours, difference)
        _days_off(conn, business, ids[person.id], person, difference)
    return ids


def _services(
    conn: Connection,
    business: Business,
    file: SalonFile,
    people: dict[str, int],
    difference: Difference,
    now: datetime,
) -> None:
    for position, service in enumerate(file.services):
        row = {
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
            "aliases": list(service.aliases),
            "deposit_minor": service.deposit_minor,
            "deposit_text": service.deposit_text,
            "retired_at": None,
        }
        service_id = _put(conn, services, business.id, service.id, row, service.name, difference)
        if service.staff or file.salon is not None:
            _links(conn, business, service_id, service, people, difference)
    if file.salon is not None:
        _retire(conn, services, business.id, {s.id for s in file.services}, difference, now)


def _put(
    conn: Connection,
    table: Table,
    business_id: int,
    ref: str,
    values: dict[str, Any],
    title: str,
    difference: Difference,
) -> int:
    """Insert or update one row by its id of the file; its row id."""
    mine = (table.c.business_id == business_id, table.c.ref == ref)
    row = conn.execute(select(table).where(*mine)).one_or_none()
    if row is None:
        made: int = conn.execute(
            insert(table).values(business_id=business_id, ref=ref, **values).returning(table.c.id)
        ).scalar_one()
        difference.created.append(title)
        return made
    changed = {k: v for k, v in values.items() if getattr(row, k) != v}
    if changed:
        conn.execute(update(table).where(*mine).values(**changed))
        names = ", ".join(k for k in changed if k not in ("position", "name_forms"))
        difference.updated.append(f"{title}: {names}" if names else title)
    return int(row.id)


def _retire(
    conn: Connection,
    table: Table,
    business_id: int,
    kept: set[str],
    difference: Difference,
    now: datetime,
) -> None:
    """What the file does not name any more is not offered; its past visits stay."""
    rows = conn.execute(
        select(table.c.id, table.c.ref, table.c.name).where(
            table.c.business_id == business_id, table.c.retired_at.is_(None)
        )
    ).all()
    for row in rows:
        if row.ref not in kept:
            conn.execute(
                update(table)
                .where(table.c.business_id == business_id, table.c.id == row.id)
                .values(retired_at=now)
            )
            difference.retired.append(row.name)


def _links(
    conn: Connection,
    business: Business,
    service_id: int,
    service: ServiceRow,
    people: dict[str, int],
    difference: Difference,
) -> None:
    unknown = [ref for ref in service.staff if ref not in people]
    if unknown:
        raise ImportProblem([f"{service.name}: nobody has the id {ref!r}" for ref in unknown])
    wanted = {people[ref]: service.by_staff.get(ref, (None, None)) for ref in service.staff}
    mine = (
        service_specialists.c.business_id == business.id,
        service_specialists.c.service_id == service_id,
    )
    have = {
        row.specialist_id: (row.price_minor, row.duration_min)
        for row in conn.execute(select(service_specialists).where(*mine))
    }
    if have == wanted:
        return
    conn.execute(delete(service_specialists).where(*mine))
    for specialist_id, (price, duration) in wanted.items():
        conn.execute(
            insert(service_specialists).values(
                business_id=business.id,
                service_id=service_id,
                specialist_id=specialist_id,
                price_minor=price,
                duration_min=duration,
            )
        )
    if have:
        difference.updated.append(f"{service.name}: мастера")


def _hours(
    conn: Connection,
    business: Business,
    specialist_id: int | None,
    week: Week,
    title: str,
    difference: Difference,
) -> None:
    whose = (
        working_hours.c.specialist_id.is_(None)
        if specialist_id is None
        else working_hours.c.specialist_id == specialist_id
    )
    mine = (working_hours.c.business_id == business.id, whose)
    have = {
        (row.weekday, row.from_min, row.to_min)
        for row in conn.execute(select(working_hours).where(*mine))
    }
    wanted = {(day, a, b) for day, spans in week.items() for a, b in spans}
    if have == wanted:
        return
    conn.execute(delete(working_hours).where(*mine))
    for weekday, from_min, to_min in sorted(wanted):
        conn.execute(
            insert(working_hours).values(
                business_id=business.id,
                specialist_id=specialist_id,
                weekday=weekday,
                from_min=from_min,
                to_min=to_min,
            )
        )
    difference.updated.append(title)


def _days_off(
    conn: Connection,
    business: Business,
    specialist_id: int,
    person: StaffRow,
    difference: Difference,
) -> None:
    mine = (
        day_overrides.c.business_id == business.id,
        day_overrides.c.specialist_id == specialist_id,
        day_overrides.c.reason == "salon file",
    )
    have = set(conn.execute(select(day_overrides.c.day).where(*mine)).scalars())
    if have == set(person.days_off):
        return
    conn.execute(delete(day_overrides).where(*mine))
    for day in sorted(set(person.days_off)):
        conn.execute(
            insert(day_overrides).values(
                business_id=business.id,
                specialist_id=specialist_id,
                day=day,
                spans=[],
                reason="salon file",
            )
        )
    difference.updated.append(f"выходные: {person.name}")


def _faq(
    conn: Connection, business: Business, file: SalonFile, difference: Difference, now: datetime
) -> None:
    if file.faq is None:
        return
    mine = faq_entries.c.business_id == business.id
    have = [
        (row.question, row.answer)
        for row in conn.execute(select(faq_entries).where(mine).order_by(faq_entries.c.id))
    ]
    if have == list(file.faq):
        return
    conn.execute(delete(faq_entries).where(mine))
    for question, answer in file.faq:
        conn.execute(
            insert(faq_entries).values(
                business_id=business.id, question=question, answer=answer, approved_at=now
            )
        )
    difference.updated.append("вопросы и ответы")


__all__ = ["Difference", "DryRun", "ImportProblem", "SalonFile", "apply", "read_file"]
