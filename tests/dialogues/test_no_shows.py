"""The owner's rule for clients who did not come: a person books them, and nobody scolds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, update
from talk import Talk
from world import World

from beautybot.booking.models import appointments
from beautybot.businesses import notices, salons
from beautybot.businesses.rules import problems
from beautybot.businesses.salons import SalonSettings
from beautybot.kit.db import Database

BOOKING = ("маникюр к вере завтра в 14", "да", "Ольга 89161234567", "да")


@pytest.fixture
async def talk(db: Database, world: World) -> Talk:
    """After one missed visit a person books; Ольга has just missed one."""
    settings = salons.settings_json(world.romashka.settings) | {"no_show_limit": 1}
    await db.write(salons.change, world.romashka.id, settings=settings)
    talk = await Talk.open(db, world)
    for line in BOOKING:
        heard = await talk.says(line)
    assert "вы записаны" in heard
    await db.write(missed, world.romashka.id)
    talk.now += timedelta(days=2)
    return talk


def missed(conn: Connection, business_id: int, days: int = 0) -> None:
    """She did not come; and that was some days earlier."""
    rows = conn.execute(
        appointments.select().where(appointments.c.business_id == business_id)
    ).all()
    for row in rows:
        conn.execute(
            update(appointments)
            .where(appointments.c.business_id == business_id, appointments.c.id == row.id)
            .values(
                status="no_show",
                starts_at=row.starts_at - timedelta(days=days),
                ends_at=row.ends_at - timedelta(days=days),
            )
        )


async def test_a_person_books_who_has_missed_a_visit(talk: Talk) -> None:
    """The salon hears what is wanted and why; the client hears no reproach."""
    heard = await talk.says("педикюр к вере послезавтра в 12")

    assert "администратор" in heard and "запишет вас" in heard
    assert "не приш" not in heard.lower()
    assert [visit.status for visit in await talk.book()] == ["no_show"]
    told = [n.text for n in await talk.db.read(notices.listing, talk.world.romashka.id)]
    assert any("Педикюр" in text and "1 визит" in text and "12:00" in text for text in told)


async def test_what_is_long_ago_counts_no_more(talk: Talk, db: Database, world: World) -> None:
    """A year back, if the salon says nothing else."""
    await db.write(missed, world.romashka.id, 400)

    heard = await talk.says("педикюр к вере послезавтра в 12")

    assert "педикюр" in heard.lower() and "администратор" not in heard


async def test_without_the_rule_everybody_books(talk: Talk, db: Database, world: World) -> None:
    """Control."""
    settings = salons.settings_json(world.romashka.settings) | {"no_show_limit": 0}
    await db.write(salons.change, world.romashka.id, settings=settings)

    heard = await talk.says("педикюр к вере послезавтра в 12")

    assert "педикюр" in heard.lower() and "администратор" not in heard


def test_an_absurd_rule_is_named() -> None:
    """By its field."""
    wrong = list(problems(SalonSettings(no_show_limit=-1, no_show_months=0)))

    assert [line.split(":")[0] for line in wrong] == ["no_show_limit", "no_show_months"]
