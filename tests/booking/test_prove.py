"""`beautybot prove`: nothing overlaps, and where nothing guards, something does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update
from world import MONDAY, World

from beautybot.booking import overlap
from beautybot.booking.models import (
    appointment_parts,
    appointments,
    busy_spans,
    resources,
    service_resources,
    services,
    specialists,
)
from beautybot.kit.db import Database
from beautybot.proof.counting import Verdict, judge
from beautybot.proof.memory import Salvo, fire
from beautybot.proof.racing import race

HOUR = timedelta(hours=1)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


async def test_nothing_overlaps_through_any_door(
    database_url: str, pool: ThreadPoolExecutor
) -> None:
    """Chat, staff, assistants, the clock, and offers that were looked up a while ago."""
    raced = await race(database_url, 80, 7, pool)

    assert raced.attempts == 80
    assert raced.tally["done"] > 15 and raced.tally["refused"] > 10
    assert raced.verdict == Verdict(0, 0, 0, 0)


async def test_without_the_constraint_something_does(
    database_url: str, pool: ThreadPoolExecutor
) -> None:
    """Control; how two threads meet is chance, so a race in which nobody met is run again."""
    met = 0
    for seed in range(7, 11):
        met = met or (await race(database_url, 240, seed, pool, guarded=False)).verdict.overlaps

    assert met > 0


def test_the_constraint_alone_holds() -> None:
    """Raw rows against the triggers, and the same without them."""
    _, guarded = fire(Salvo("7", 3_000))
    tally, unguarded = fire(Salvo("7", 1_000, guarded=False))

    assert guarded == 0
    assert unguarded > 0 and sum(tally.values()) == 1_000


def test_the_same_seed_is_the_same_salvo() -> None:
    """What was found once can be found again."""
    assert fire(Salvo("1", 500)) == fire(Salvo("1", 500)) != fire(Salvo("2", 500))


def test_the_command_says_what_was_tried_and_found(tmp_path: Path) -> None:
    """Attempts, overlaps, and the control arm; two processes, JSON for programs."""
    asked = ("prove", "--attempts", "1000", "--doors", "240", "--seed", "7", "--json")

    done = subprocess.run(
        [sys.executable, "-m", "beautybot", *asked],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    arms = json.loads(done.stdout)
    assert [(arm["guarded"], arm["overlaps"] > 0) for arm in arms] == [
        (True, False),
        (False, True),
        (True, False),
        (False, True),
    ]
    assert [arm["attempts"] for arm in arms] == [240, 240, 1000, 1000]
    assert list(tmp_path.iterdir()) == []  # the salons of the installation are not even opened


@pytest.mark.parametrize("wrong", ["spans", "parts", "rooms", "unguarded"])
async def test_the_judge_sees(wrong: str, db: Database, world: World) -> None:
    """Control: each kind of wrong is counted, and by nobody else's salon."""
    with pytest.raises(Judged) as judged:
        await db.write(_spoil_and_judge, world, wrong)

    hers, his = judged.value.args
    assert getattr(hers, wrong) == 1
    assert hers.overlaps == 1 or wrong == "parts"
    assert his == Verdict(0, 0, 0, 0)


class Judged(Exception):
    """Carries the verdicts out of a transaction that is undone: the guard is back."""


def _spoil_and_judge(conn: Connection, world: World, wrong: str) -> None:
    _spoil(conn, world.romashka.id, wrong)
    raise Judged(judge(conn, world.romashka.id), judge(conn, world.lilia.id))


def _spoil(conn: Connection, salon: int, wrong: str) -> None:
    """Two visits at noon, wrong in just one way."""
    for statement in overlap.lifting(conn.dialect.name):
        conn.execute(text(statement).execution_options(across_salons=True))
    vera, lena = conn.execute(
        select(specialists.c.id).where(specialists.c.business_id == salon).order_by("id")
    ).scalars()
    service = conn.execute(
        select(services.c.id).where(services.c.business_id == salon).order_by("id").limit(1)
    ).scalar_one()
    made = insert(resources).values(business_id=salon, ref="r", name="R", quantity=1)
    chair = conn.execute(made.returning(resources.c.id)).scalar_one()
    for number, who in enumerate((vera, vera if wrong == "parts" else lena)):
        visit = conn.execute(
            insert(appointments)
            .values(
                business_id=salon,
                number=str(number),
                status="booked",
                source="x",
                starts_at=MONDAY,
                ends_at=MONDAY + HOUR,
                timezone="UTC",
                local_start="",
                price_minor=1,
                price_from=False,
                currency="RUB",
                created_at=MONDAY,
            )
            .returning(appointments.c.id)
        ).scalar_one()
        times = {
            "business_id": salon,
            "appointment_id": visit,
            "starts_at": MONDAY,
            "ends_at": MONDAY + HOUR,
        }
        conn.execute(
            insert(appointment_parts).values(
                position=0,
                service_id=service,
                specialist_id=who,
                price_minor=1,
                price_from=False,
                **times,
            )
        )
        later = MONDAY + number * HOUR if wrong == "parts" else MONDAY
        spans = times | {"starts_at": later, "ends_at": later + HOUR}
        conn.execute(insert(busy_spans).values(specialist_id=who, **spans))
    if wrong == "spans":
        conn.execute(insert(busy_spans).values(specialist_id=vera, **spans))
    elif wrong == "rooms":
        _need(conn, salon, service, chair)
    elif wrong == "unguarded":
        last = busy_spans.c.business_id == salon, busy_spans.c.specialist_id == lena
        conn.execute(delete(busy_spans).where(*last))


def _need(conn: Connection, salon: int, service: int, chair: int) -> None:
    conn.execute(
        insert(service_resources).values(business_id=salon, service_id=service, resource_id=chair)
    )
    one = appointment_parts.c.position == 0
    conn.execute(
        update(appointment_parts)
        .where(appointment_parts.c.business_id == salon, one, appointment_parts.c.id == 2)
        .values(starts_at=MONDAY + HOUR / 2)
    )
