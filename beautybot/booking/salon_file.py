"""
The salon file: what a salon is, read from JSON, CSV or XLSX and checked line by line.

A bad row is named by its place and field; all of them are told at once, and
nothing is written while there is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from beautybot.booking import price_list
from beautybot.booking.price_list import ImportProblem
from beautybot.businesses import rules as rules_of_salon
from beautybot.businesses.salons import Consent, SalonSettings, Tone
from beautybot.kit import refunds

MAX_BYTES = 5_000_000
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_MIN = 24 * 60
DEAREST = 10_000_000
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

Week = Mapping[int, tuple[tuple[int, int], ...]]


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person of the file."""

    id: str
    name: str
    role: str
    level: str
    hours: Week | None
    days_off: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service of the file; prices in kopecks, lengths in minutes."""

    id: str
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
    aliases: tuple[str, ...]
    by_staff: Mapping[str, tuple[int | None, int | None]]
    deposit_minor: int | None = None
    deposit_text: str = ""


@dataclass(frozen=True, slots=True)
class SalonFile:
    """A checked file.  A price list alone has no `salon`: it needs a salon that exists."""

    services: tuple[ServiceRow, ...]
    salon: Mapping[str, Any] | None = None
    hours: Week = field(default_factory=dict)
    staff: tuple[StaffRow, ...] | None = None
    faq: tuple[tuple[str, str], ...] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    agent: Mapping[str, Any] = field(default_factory=dict)


def read_file(path: Path) -> SalonFile:
    """A salon file of any of the three kinds; ImportProblem names every bad row."""
    if path.stat().st_size > MAX_BYTES:
        raise ImportProblem([f"{path.name}: the file is larger than {MAX_BYTES // 1_000_000} MB"])
    kind = path.suffix.lower()
    if kind in (".csv", ".xlsx"):
        rows = price_list.read(path)
        problems: list[str] = []
        services = tuple(
            s for where, row in rows if (s := _service(row, where, None, problems)) is not None
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
    problems: list[str] = []
    salon = _salon(data["salon"], problems)
    hours = _week(data["salon"].get("hours"), "salon.hours", problems)
    staff = tuple(
        p for i, row in _rows(data, "staff", problems) if (p := _person(row, i, problems))
    )
    known = {person.id for person in staff}
    if len(known) != len(staff):
        problems.append("staff: two people have the same id")
    services = tuple(
        s
        for i, row in _rows(data, "services", problems)
        if (s := _service(row, f"services[{i}]", known, problems)) is not None
    )
    faq = tuple(
        (str(row["question"]), str(row["answer"]))
        for _, row in _rows(data, "faq", problems)
        if row.get("question") and row.get("answer")
    )
    for i, (_, answer) in enumerate(faq):
        if refunds.claims_none(answer):
            problems.append(f"faq[{i}].answer: a prepayment is given back by law (art. 32)")
    settings, agent = _settings(data.get("settings") or {}, problems)
    _finish(problems, services)
    return SalonFile(services, salon, hours, staff, faq if "faq" in data else None, settings, agent)


def _finish(problems: list[str], services: tuple[ServiceRow, ...]) -> None:
    seen: set[str] = set()
    for service in services:
        if service.id in seen:
            problems.append(f"services: the id {service.id!r} is there twice")
        seen.add(service.id)
    if not services and not problems:
        problems.append("services: the file has none")
    if problems:
        raise ImportProblem(problems)


def _salon(row: dict[str, Any], problems: list[str]) -> dict[str, Any]:
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


def _week(value: Any, where: str, problems: list[str]) -> Week:
    if not isinstance(value, dict) or not value:
        problems.append(f"{where}: hours of the week are missing")
        return {}
    week: dict[int, tuple[tuple[int, int], ...]] = {}
    for day, spans in value.items():
        if day not in WEEKDAYS:
            problems.append(f"{where}.{day}: the days are {', '.join(WEEKDAYS)}")
            continue
        if spans is None:
            continue
        pairs = [spans] if spans and isinstance(spans[0], str) else spans
        found = [_span(pair, f"{where}.{day}", problems) for pair in pairs]
        kept = sorted(s for s in found if s)
        if any(a[1] > b[0] for a, b in pairwise(kept)):
            problems.append(f"{where}.{day}: the hours overlap")
        week[WEEKDAYS.index(day)] = tuple(kept)
    return week


def _span(pair: Any, where: str, problems: list[str]) -> tuple[int, int] | None:
    times = [re.fullmatch(r"(\d\d?):(\d\d)", str(t)) for t in pair] if len(pair) == 2 else []
    minutes = [int(t[1]) * 60 + int(t[2]) for t in times if t and int(t[2]) < 60]
    if len(minutes) != 2 or not 0 <= minutes[0] < minutes[1] <= LONGEST_MIN:
        problems.append(f"{where}: from and to as HH:MM, the first before the second")
        return None
    return minutes[0], minutes[1]


def _person(row: dict[str, Any], index: int, problems: list[str]) -> StaffRow | None:
    where = f"staff[{index}]"
    if not row.get("id") or not str(row.get("name", "")).strip():
        problems.append(f"{where}: id and name are needed")
        return None
    days_off = []
    for day in row.get("days_off") or []:
        try:
            days_off.append(date.fromisoformat(str(day)))
        except ValueError:
            problems.append(f"{where}.days_off: {str(day)[:20]!r} is no date")
    hours = _week(row["hours"], f"{where}.hours", problems) if row.get("hours") else None
    return StaffRow(
        id=str(row["id"])[:64],
        name=str(row["name"]).strip()[:120],
        role=str(row.get("role") or "")[:120],
        level=str(row.get("level") or "")[:60],
        hours=hours,
        days_off=tuple(days_off),
    )


def _service(
    row: dict[str, Any], where: str, staff: set[str] | None, problems: list[str]
) -> ServiceRow | None:
    before = len(problems)
    name = str(row.get("name") or "").strip()
    if not name:
        problems.append(f"{where}.name: it is missing")
    duration = _whole(row, "duration_min", where, problems, low=1, high=LONGEST_MIN)
    price = _whole(row, "price", where, problems, low=0, high=DEAREST)
    top = None
    if row.get("price_max") is not None:
        top = _whole(row, "price_max", where, problems, low=0, high=DEAREST)
        if price is not None and top is not None and top < price:
            problems.append(f"{where}.price_max: it is below the price")
    whom = str(row.get("for_whom") or "any")
    if whom not in ("any", "women", "men", "kids"):
        problems.append(f"{where}.for_whom: any, women, men or kids")
    people = tuple(str(s) for s in row.get("staff") or ())
    for person in people:
        if staff is not None and person not in staff:
            problems.append(f"{where}.staff: nobody has the id {person[:40]!r}")
    deposit, words = _deposit(row, where, price, problems)
    bookable = bool(row.get("bookable", True))
    if staff is not None and bookable and not people:
        problems.append(f"{where}.staff: nobody does it, so nobody can book it")
    if len(problems) > before or duration is None or price is None:
        return None
    return ServiceRow(
        id=str(row.get("id") or price_list.ref_of(name))[:64],
        category=str(row.get("category") or "")[:64],
        category_title=str(row.get("category_title") or "")[:120],
        name=name[:200],
        duration_min=duration,
        price_minor=price * 100,
        price_from=bool(row.get("price_from")),
        price_max_minor=top * 100 if top is not None else None,
        for_whom=whom,
        staff=people,
        bookable=bookable,
        buffer_before_min=_whole(row, "buffer_before_min", where, problems, default=0) or 0,
        buffer_after_min=_whole(row, "buffer_after_min", where, problems, default=0) or 0,
        aliases=tuple(str(a)[:100] for a in row.get("aliases") or ()),
        by_staff=_by_staff(row.get("by_staff") or {}, where, problems),
        deposit_minor=deposit,
        deposit_text=words,
    )


def _deposit(
    row: dict[str, Any], where: str, price: int | None, problems: list[str]
) -> tuple[int | None, str]:
    """A prepayment in kopecks and the salon's words about it; None where there is none."""
    words = str(row.get("deposit_text") or "").strip()[:300]
    if refunds.claims_none(words):
        problems.append(f"{where}.deposit_text: a prepayment is given back by law (art. 32)")
    if row.get("deposit") in (None, 0, ""):
        return None, words
    amount = _whole(row, "deposit", where, problems, low=1, high=DEAREST)
    if amount is not None and price is not None and amount > price:
        problems.append(f"{where}.deposit: it is above the price")
    return (amount * 100 if amount is not None else None), words


def _by_staff(
    value: Any, where: str, problems: list[str]
) -> dict[str, tuple[int | None, int | None]]:
    found: dict[str, tuple[int | None, int | None]] = {}
    for person, own in value.items() if isinstance(value, dict) else ():
        at = f"{where}.by_staff.{person}"
        price = _whole(own, "price", at, problems, high=DEAREST) if "price" in own else None
        length = (
            _whole(own, "duration_min", at, problems, low=1, high=LONGEST_MIN)
            if "duration_min" in own
            else None
        )
        found[str(person)] = (price * 100 if price is not None else None, length)
    return found


def _whole(
    row: dict[str, Any],
    name: str,
    where: str,
    problems: list[str],
    *,
    low: int = 0,
    high: int = LONGEST_MIN,
    default: int | None = None,
) -> int | None:
    value = row.get(name, default)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        problems.append(f"{where}.{name}: a whole number from {low} to {high}")
        return None
    return value


def _settings(value: Any, problems: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
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
    handoff_h = rules.get("handoff_h", 12)
    if isinstance(handoff_h, int) and not 1 <= handoff_h <= 168:
        problems.append("settings.handoff_h: a whole number from 1 to 168")
    agent = value.get("agent") or {}
    if not isinstance(agent, dict) or set(agent) - {"enabled", "tone", "restrictions", "greeting"}:
        problems.append("settings.agent: enabled, tone, restrictions, greeting")
        return rules, {}
    if agent.get("tone") not in (None, *Tone):
        problems.append(f"settings.agent.tone: one of {', '.join(Tone)}")
    return rules, agent


def _rows(data: dict[str, Any], name: str, problems: list[str]) -> list[tuple[int, dict[str, Any]]]:
    value = data.get(name) or []
    if not isinstance(value, list):
        problems.append(f"{name}: a list is expected")
        return []
    for i, row in enumerate(value):
        if not isinstance(row, dict):
            problems.append(f"{name}[{i}]: an object is expected")
    return [(i, row) for i, row in enumerate(value) if isinstance(row, dict)]
