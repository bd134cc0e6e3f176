"""A salon to be lied about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from beautybot.agent.rules import Salon, lexicon_of
from beautybot.booking import catalogue, importing
from beautybot.booking.salon_file import of_json
from beautybot.businesses import salons
from beautybot.demo.salon import SALON
from beautybot.kit import migrate
from beautybot.kit.db import connect
from beautybot.russian.people import name_forms

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Word:
    """One message's time."""

    sent_at: datetime = NOW


@dataclass(frozen=True, slots=True)
class Heard:
    """As much of what a turn sees as understanding a value needs."""

    business: Any
    unanswered: tuple[Word, ...]


async def open_salon(folder: Path) -> tuple[Any, Salon]:
    """The demo's salon on a fresh file, and its words."""
    url = f"sqlite:///{folder / 'hostile.db'}"
    await migrate.upgrade(url)
    db = connect(url)
    try:
        await db.write(importing.apply, of_json(SALON), now=NOW, name_forms=name_forms)
        (business,) = await db.read(salons.listing)
        found = await db.read(catalogue.load, business.id)
        return business, Salon(found, lexicon_of(found, business))
    finally:
        await db.close()
