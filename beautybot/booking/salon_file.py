"""
The salon file: what a salon is, read from JSON, CSV or XLSX and checked line by line.

A bad row is named by its place and field; all of them are told at once, and
nothing is written while there is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from beautybot.booking import price_list, salon_hours
from beautybot.booking.fields import Problems, rows
from beautybot.booking.price_list import ImportProblem
from beautybot.booking.salon_hours import Times
from beautybot.booking.salon_services import ResourceRow, ServiceRow, resources_of, service_of
from beautybot.businesses import rules as rules_of_salon
from beautybot.businesses.salons import Consent, SalonSettings, Tone
from beautybot.kit import refunds

MAX_BYTES = 5_000_000
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person of the file."""

    id: str
    name: str
    role: str
    level: str
    times: Times


@dataclass(frozen=True, slots=True)
class SalonFile:
    """A checked file.  A price list alone has no `salon`: it needs a salon that exists."""

    services: tuple[ServiceRow, ...]
    salon: Mapping[str, Any] | None = None
    times: Times = field(default_factory=Times)
    staff: tuple[StaffRow, ...] | None = None
    resources: tuple[ResourceRow, ...] = ()
    faq: tuple[tuple[str, str], ...] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    agent: Mapping[str, Any] = field(default_factory=dict)


def read_file(path: Path) -> SalonFile:
    """A salon file of any of the three kinds; ImportProblem names every bad row."""
    if path.stat().st_size > MAX_BYTES:
        raise ImportProblem([f"{path.name}: the file is larger than {MAX_BYTES // 1_000_000} MB"])
    kind = path.suffix.lower()
    if kind in (".csv", ".xlsx"):
        problems: Problems = []
        services = tuple(
            s for where, row in price_list.read(path) if (s := service_of(row, where, problems))
        )
        _finish(problems, services)
        return SalonFile(services)
    try:
        data = msgspec.json.decode(path.read_bytes())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ImportProblem([f"{path.name}: not JSON ({error})"]) from None
    return of_json(data)


def of_json(data: Any) -> SalonFile:
    """The same from decoded JSON."""
    if not isinstance(data, dict) or not isinstance(data.get("salon"), dict):
        raise ImportProblem(["salon: the file must be an object with a `salon` in it"])
    problems: Problems = []
    salon = _salon(data["salon"], problems)
    times = salon_hours.of_salon(data["salon"], problems)
    staff = _staff(data, times, problems)
    resources = resources_of(data, problems)
    services = tuple(
        service
        for i, row in rows(data, "services", problems)
        if (
            service := service_of(
                row,
                f"services[{i}]",
                problems,
                staff={person.id for person in staff},
                resources={resource.id for resource in resources},
            )
        )
    )
    settings, agent = _settings(data.get("settings") or {}, problems)
    if not problems:
        _check_together(staff, services, times, problems)
    faq = _faq(data, problems)
    _finish(problems, services)
    return SalonFile(services, salon, times, staff, resources, faq, settings, agent)


def bare_salon(row: dict[str, Any]) -> dict[str, Any]:
    """What a salon is called and where it is, checked; it has nothing yet.  ImportProblem."""
    problems: Problems = []
    salon = _salon(row, problems)
    if problems:
        raise ImportProblem(problems)
    return salon


def _finish(problems: Problems, services: Sequence[ServiceRow]) -> None:
    seen: set[str] = set()
    for service in services:
        if service.id in seen:
            problems.append(f"services: the id {service.id!r} is there twice")
        seen.add(service.id)
    if not services and not problems:
        problems.append("services: the file has none")
    if problems:
        raise ImportProblem(problems)


def _salon(row: dict[str, Any], problems: Problems) -> dict[str, Any]:
    slug = str(row.get("slug", ""))
    if not _SLUG.fullmatch(slug):
        problems.append("salon.slug: small Latin letters, digits and dashes")
    if not str(row.get("name", "")).strip():
        problems.append("salon.name: it is missing")
    zone = str(row.get("timezone", ""))
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        problems.append(f"salon.timezone: there is no zone {zone[:40]!r}")
    currency = str(row.get("currency", "RUB"))
    if not re.fullmatch(r"[A-Z]{3}", currency):
        problems.append("salon.currency: three letters of ISO 4217, like RUB")
    return {
        "slug": slug,
        "name": str(row.get("name", "")).strip()[:200],
        "city": str(row.get("city") or "")[:100],
        "address": str(row.get("address") or "")[:300],
        "timezone": zone,
        "currency": currency,
    }


def _staff(data: dict[str, Any], salon: Times, problems: Problems) -> tuple[StaffRow, ...]:
    staff = []
    for i, row in rows(data, "staff", problems):
        where = f"staff[{i}]"
        if not row.get("id") or not str(row.get("name") or "").strip():
            problems.append(f"{where}: id and name are needed")
            continue
        staff.append(
            StaffRow(
                id=str(row["id"])[:64],
                name=str(row["name"]).strip()[:120],
                role=str(row.get("role") or "")[:120],
                level=str(row.get("level") or "")[:60],
                times=salon_hours.of_person(row, where, salon, problems),
            )
        )
    if len({person.id for person in staff}) != len(staff):
        problems.append("staff: two people have the same id")
    return tuple(staff)


def _check_together(
    staff: Sequence[StaffRow], services: Sequence[ServiceRow], salon: Times, problems: Problems
) -> None:
    """Each right by itself, and yet: people who do nothing, services longer than any day."""
    busy = {person for service in services for person in service.staff}
    longest = {p.id: _longest(p.times, salon) for p in staff}
    for i, person in enumerate(staff):
        if person.id not in busy:
            problems.append(f"staff[{i}]: {person.name} does no service; name one, or leave out")
    for i, service in enumerate(services):
        for person_id in service.staff:
            needed = service.minutes_of(person_id)
            if service.bookable and needed > longest[person_id]:
                problems.append(
                    f"services[{i}].duration_min: {needed} min with buffers, but {person_id} "
                    f"works {longest[person_id]} min at a stretch at most"
                )


def _longest(own: Times, salon: Times) -> int:
    if own.week or own.shifts:
        return own.longest()
    return max(own.longest(), salon.longest())


def _faq(data: dict[str, Any], problems: Problems) -> tuple[tuple[str, str], ...] | None:
    if "faq" not in data:
        return None
    faq = tuple(
        (str(row["question"]), str(row["answer"]))
        for _, row in rows(data, "faq", problems)
        if row.get("question") and row.get("answer")
    )
    for i, (_, answer) in enumerate(faq):
        if refunds.claims_none(answer):
            problems.append(f"faq[{i}].answer: a prepayment is given back by law (art. 32)")
    return faq


def _settings(value: Any, problems: Problems) -> tuple[dict[str, Any], dict[str, Any]]:
    if not isinstance(value, dict):
        problems.append("settings: an object is expected")
        return {}, {}
    rules = {k: v for k, v in value.items() if k != "agent"}
    names = set(SalonSettings.__dataclass_fields__)
    for name in sorted(set(rules) - names):
        problems.append(f"settings.{name}: there is no such setting")
    try:
        wanted = msgspec.convert({k: v for k, v in rules.items() if k in names}, SalonSettings)
        problems += [f"settings.{problem}" for problem in rules_of_salon.problems(wanted)]
    except msgspec.ValidationError as error:
        problems.append(f"settings: {error} (consent is one of {', '.join(Consent)})")
    agent = value.get("agent") or {}
    if not isinstance(agent, dict) or set(agent) - {"enabled", "tone", "restrictions", "greeting"}:
        problems.append("settings.agent: enabled, tone, restrictions, greeting")
        return rules, {}
    if agent.get("tone") not in (None, *Tone):
        problems.append(f"settings.agent.tone: one of {', '.join(Tone)}")
    return rules, agent
