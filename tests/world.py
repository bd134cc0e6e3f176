"""
The characters every test knows.

Салон «Ромашка» belongs to Анна; Вера does nails, Лена does hair and lashes.
«Лилия» across the street belongs to Борис, who must never see a thing of
«Ромашка»: tenancy tests use him.  Ольга is the client.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from beautybot.booking import importing
from beautybot.booking.salon_file import of_json
from beautybot.businesses import salons
from beautybot.businesses.salons import Business

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday at noon in Moscow, when both salons are open: the present of most tests."""

ANNA, BORIS = "anna@romashka.example", "boris@lilia.example"
OLGA, OLGAS_PHONE = "Ольга", "+79161234567"

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS: dict[str, Any] = {day: ["10:00", "20:00"] for day in WEEK} | {"sun": None}


def service(
    ref: str, name: str, minutes: int, price: int, *staff: str, **more: Any
) -> dict[str, Any]:
    """One line of a salon's price list, as its file spells it."""
    return {
        "id": ref,
        "category": ref.split("-", maxsplit=1)[0],
        "category_title": more.pop("title", name),
        "name": name,
        "duration_min": minutes,
        "price": price,
        "price_from": False,
        "price_max": None,
        "for_whom": "any",
        "staff": list(staff),
        "bookable": True,
        **more,
    }


ROMASHKA: dict[str, Any] = {
    "salon": {
        "slug": "romashka",
        "name": "Ромашка",
        "city": "Москва",
        "address": "ул. Цветочная, 7",
        "timezone": "Europe/Moscow",
        "currency": "RUB",
        "hours": HOURS,
    },
    "staff": [
        {"id": "vera", "name": "Вера Павлова", "role": "мастер маникюра", "level": "топ-мастер"},
        {"id": "lena", "name": "Лена Орлова", "role": "стилист", "level": "мастер"},
    ],
    "services": [
        service("manicure", "Маникюр", 60, 1800, "vera", "lena", title="Ногти"),
        service("manicure-gel", "Маникюр с покрытием гель-лак", 90, 2500, "vera", title="Ногти"),
        service("pedicure", "Педикюр", 75, 2400, "vera", title="Ногти"),
        service("haircut-women", "Женская стрижка", 60, 2200, "lena", title="Волосы"),
        service(
            "colour",
            "Окрашивание волос",
            150,
            5500,
            "lena",
            title="Волосы",
            price_from=True,
            price_max=9000,
        ),
        service("lashes", "Наращивание ресниц", 120, 3200, "lena", title="Ресницы"),
    ],
    "faq": [{"question": "Можно ли с собакой?", "answer": "С маленькой и спокойной — можно."}],
    "settings": {"agent": {"enabled": True, "tone": "friendly"}},
}
LILIA: dict[str, Any] = {
    "salon": ROMASHKA["salon"] | {"slug": "lilia", "name": "Лилия", "address": "ул. Цветочная, 8"},
    "staff": [{"id": "zoya", "name": "Зоя Белова", "role": "мастер маникюра", "level": "мастер"}],
    "services": [service("manicure", "Маникюр", 60, 1700, "zoya", title="Ногти")],
    "settings": {"agent": {"enabled": True}},
}

# As clients may say the names; made by hand, because the morphology is slow to load.
FORMS = {
    "Вера Павлова": ("вера", "веры", "вере", "веру", "верой", "верочка", "павлова", "павловой"),
    "Лена Орлова": ("лена", "лены", "лене", "лену", "леной", "елена", "елены", "орлова", "орловой"),
    "Зоя Белова": ("зоя", "зои", "зое", "зою", "зоей", "белова", "беловой"),
}


@dataclass(frozen=True, slots=True)
class World:
    """Both salons, open for business with their agents on."""

    romashka: Business
    lilia: Business


def open_salons(conn: Connection, now: datetime = MONDAY) -> World:
    """Create both salons from their files."""
    for file in (ROMASHKA, LILIA):
        importing.apply(conn, of_json(file), now=now, name_forms=FORMS.__getitem__)
    return World(salons.by_slug(conn, "romashka"), salons.by_slug(conn, "lilia"))


def as_file(salon: dict[str, Any], folder: Path) -> Path:
    """A salon's file on disk, for a command to import."""
    path = folder / f"{salon['salon']['slug']}.json"
    path.write_text(json.dumps(salon, ensure_ascii=False), encoding="utf-8")
    return path
