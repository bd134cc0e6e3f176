"""Time that is new, because somebody works more, goes to those who wait for it."""

from __future__ import annotations

import sys
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select
from world import FORMS, MONDAY, ROMASHKA, World

sys.path.insert(0, str(Path(__file__).parents[1] / "dialogues"))

from talk import Talk

from beautybot.booking import away, importing, opened, staff
from beautybot.booking.salon_file import of_json
from beautybot.kit.db import Database
from beautybot.kit.jobs import jobs

WISH = "маникюр к вере в пятницу в 14, если освободится — напишите"


async def put(db: Database, file: dict[str, Any]) -> None:
    """A salon's file is in force from now on."""
    await db.write(
        lambda conn: importing.apply(conn, of_json(file), now=MONDAY, name_forms=FORMS.__getitem__)
    )


@pytest.fixture
async def talk(db: Database, world: World) -> Talk:
    """Вера is away on Friday, and Ольга waits for her 14:00."""
    file = deepcopy(ROMASHKA)
    file["staff"][0]["time_off"] = [{"from": "2026-03-06", "to": "2026-03-06"}]
    await put(db, file)
    talk = await Talk.open(db, world)
    assert "в лист ожидания" in await talk.says(WISH)
    return talk


async def test_a_day_off_taken_back_is_offered(talk: Talk, db: Database, world: World) -> None:
    """She works after all."""
    salon = world.romashka

    def back(conn: Connection) -> None:
        (one,) = away.coming(conn, salon.id, talk.now)
        with opened.telling(conn, salon, talk.now):
            away.remove(conn, salon.id, one.id)

    await db.write(back)

    assert "Освободилось время" in (said := await talk.comes()) and "14:00" in said


async def test_an_absence_gone_from_the_file_is_offered(talk: Talk, db: Database) -> None:
    """An import is such a change too."""
    await put(db, ROMASHKA)

    assert "14:00" in await talk.comes()


async def test_other_hours_and_less_work_are_told_to_nobody(
    talk: Talk, db: Database, world: World
) -> None:
    """Control: Saturday grows and Thursday goes, and Friday is as it was."""
    salon = world.romashka

    def change(conn: Connection) -> int:
        with opened.telling(conn, salon, talk.now):
            staff.set_day(conn, salon.id, None, date(2026, 3, 7), [(480, 1380)])
            staff.set_day(conn, salon.id, None, date(2026, 3, 5), ())
        count: int = conn.execute(
            select(func.count()).select_from(jobs).where(jobs.c.name == "offer_freed")
        ).scalar_one()
        return count

    assert await db.write(change) == 0
    assert await talk.comes() == ""
