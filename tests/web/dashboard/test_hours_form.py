"""Hours in the dashboard: many days at once, a refused form, the step of the first day."""

from __future__ import annotations

import pytest
from salons_at_work import Things
from sqlalchemy import delete
from visitor import Visitor

from beautybot.booking import catalogue
from beautybot.booking.models import working_hours
from beautybot.kit.db import Database, across_salons


@pytest.fixture
def db(sqlite_db: Database) -> Database:
    """The engine cannot matter here."""
    return sqlite_db


@pytest.mark.parametrize("whose", ["salon", "person"])
async def test_monday_fills_as_many_days_as_are_asked(
    anna: Visitor, db: Database, salon: Things, whose: str
) -> None:
    """Monday to Friday alike without a single tick; Saturday has its own; Sunday is free."""
    to = "/dashboard/hours" if whose == "salon" else "/dashboard/specialists/{}/hours"
    week = {"opens-0": "09:00", "closes-0": "18:00", "break-from-0": "13:00", "break-to-0": "14:00"}
    week |= {"opens-2": "12:00", "closes-2": "13:00", "works-2": "1", "opens-6": "10:00"}
    week |= {"works-5": "1", "opens-5": "11:00", "closes-5": "15:00", "kind": "own"}
    fields = week | {"like-monday": "5"}
    status, _ = await anna.post(to.format(salon.ids["specialists"]), **fields)

    if whose == "salon":
        kept = (await db.read(catalogue.load, salon.business.id)).hours
    else:
        own = await db.read(catalogue.own_hours, salon.business.id)
        kept = own[salon.ids["specialists"]]
    monday = ((540, 780), (840, 1080))
    assert status == 303
    assert dict(kept) == dict.fromkeys(range(5), monday) | {5: ((660, 900),)}


async def test_a_refused_week_keeps_what_was_typed(anna: Visitor, salon: Things) -> None:
    """Of the salon and of a specialist: hours, ticks, shifts and the chosen reach."""
    week = {"works-1": "1", "opens-1": "25:00", "closes-1": "19:30", "opens-0": "", "closes-0": ""}
    person = f"/dashboard/specialists/{salon.ids['specialists']}/hours"
    bad, page = await anna.post("/dashboard/hours", **week)
    empty, monday = await anna.post("/dashboard/hours", **week, **{"like-monday": "6"})
    shifts = {"kind": "shifts", "on": "сто", "rest": "2", "anchor": "2030-03-04"}
    worse, own = await anna.post(person, **week, **shifts)

    assert (bad, empty, worse) == (400, 400, 400)
    assert 'value="25:00"' in page and 'value="19:30"' in page
    assert 'name="works-1" value="1" checked' in page and 'name="works-0" value="1">' in page
    assert "Впишите часы понедельника" in monday and 'value="6" selected' in monday
    assert 'value="сто"' in own and 'value="shifts" checked' in own


async def test_the_steps_of_the_first_day_ask_for_hours_until_there_are_some(
    anna: Visitor, db: Database, salon: Things
) -> None:
    """An agent that is off shows what is left; hours of the salon, or of one person, are enough."""
    await anna.post("/dashboard/agent", enabled="0")
    _, done = await anna.get("/dashboard")
    await db.write(lambda conn: conn.execute(across_salons(delete(working_hours))))
    _, open_step = await anna.get("/dashboard")
    person = f"/dashboard/specialists/{salon.ids['specialists']}/hours"
    week = {"kind": "own", "opens-0": "10:00", "closes-0": "12:00", "works-0": "1"}
    await anna.post(person, **week)
    _, again = await anna.get("/dashboard")

    step = '<a href="/dashboard/specialists#hours">Указать часы работы</a>'
    assert step not in done and "<s>Указать часы работы</s>" in done
    assert step in open_step
    assert "<s>Указать часы работы</s>" in again
