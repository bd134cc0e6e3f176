"""The operator and one appointment: look, mark, cancel, move; one line where it cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from operator_console import Operator
from sqlalchemy import Connection, update
from visits_made import made
from world import World, open_salons

from beautybot.booking import waitlist
from beautybot.booking.calendar_links import specialist_id
from beautybot.booking.models import appointments
from beautybot.booking.visits import Appointment
from beautybot.channels.base import Identity, IdentityKind
from beautybot.conversations import clients
from beautybot.kit import clock
from beautybot.kit.db import connect

T = TypeVar("T")
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def operator(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Operator:
    """An installation with both salons."""
    return Operator(database_url, tmp_path, monkeypatch, capsys)


def in_db(operator: Operator, verb: Callable[[Connection], T]) -> T:
    """Run a verb in the operator's database."""

    async def written() -> T:
        db = connect(operator.url)
        try:
            return await db.write(verb)
        finally:
            await db.close()

    return asyncio.run(written())


def booked(operator: Operator) -> Appointment:
    """Ольга's pedicure in two days at noon (or the next open day)."""

    def verb(conn: Connection) -> Appointment:
        world: World = open_salons(conn, clock.now())
        return made(conn, world.romashka, in_two_days(12), "pedicure", now=clock.now())

    return in_db(operator, verb)


def in_two_days(hour: int) -> datetime:
    """A working day soon, at that hour in Moscow."""
    day = clock.now().astimezone(MOSCOW).date() + timedelta(days=2)
    if day.weekday() == 6:
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, tzinfo=MOSCOW)


def test_move_cancel_and_the_record_of_both(operator: Operator) -> None:
    """Who, when, why and from which time is kept; the time is free again."""
    visit = booked(operator)
    to = in_two_days(15)

    moved = operator.types(
        "appointments", "move", str(visit.id), f"{to:%Y-%m-%dT%H:%M}", "--why", "мастер заболел"
    )
    again = operator.types("appointments", "cancel", str(visit.id), "--why", "ремонт")
    twice = operator.types("appointments", "cancel", str(visit.id))

    assert moved.out == f"{visit.number}: booked, {to:%Y-%m-%d %H:%M}\n", moved.err
    assert again.out.startswith(f"{visit.number}: cancelled")
    assert twice.status == 0
    shown = operator.types("appointments", "show", str(visit.id), "--json").json
    assert [(c["kind"], c["by"], c["why"]) for c in shown["history"]] == [
        ("held", "telegram", ""),
        ("booked", "client", ""),
        ("moved", "operator", "мастер заболел"),
        ("cancelled", "operator", "ремонт"),
    ]
    assert shown["history"][2]["was"] == visit.start.astimezone(MOSCOW).isoformat()
    times = operator.types(
        *("availability", "--business", "romashka", "--service", "pedicure"),
        *("--from", f"{to:%Y-%m-%dT%H:%M}", "--limit", "1", "--json"),
    ).json
    assert times[0]["start"] == to.isoformat()


def test_a_visit_that_took_place_is_marked_and_corrected(operator: Operator) -> None:
    """Not before it began; and either word may be wrong at first."""
    visit = booked(operator)
    early = operator.types("appointments", "complete", str(visit.id))
    past = clock.now() - timedelta(hours=3)
    in_db(
        operator,
        lambda conn: (
            conn.execute(
                update(appointments)
                .where(appointments.c.business_id == 1, appointments.c.id == visit.id)
                .values(starts_at=past, ends_at=past + timedelta(hours=1))
            ).rowcount
        ),
    )

    words = [
        operator.types("appointments", word, str(visit.id)).out.split()[1]
        for word in ("complete", "no-show", "complete")
    ]

    assert early.status == 1 and early.err.count("\n") == 1
    assert words == ["completed,", "no_show,", "completed,"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "999"), "no appointment 999"),
        (("cancel", "999"), "no appointment 999"),
        (("move", "1", "2020-01-01T10:00"), "taken, closed, past"),
        (("move", "1", "tomorrow"), "START"),
        (("complete", "0"), "ID"),
    ],
)
def test_what_cannot_be_is_one_line(operator: Operator, words: tuple[str, ...], said: str) -> None:
    """And nothing has changed."""
    visit = booked(operator)

    refused = operator.types("appointments", *words)

    assert refused.status == 1
    assert said in refused.err and "Traceback" not in refused.err
    shown = operator.types("appointments", "show", str(visit.id), "--json").json
    assert shown["status"] == "booked"
    assert len(shown["history"]) == 2


def test_who_waits_is_listed_in_order(operator: Operator) -> None:
    """With the ids of the salon's file; Борис's list is his own."""
    booked(operator)
    window = (in_two_days(14), in_two_days(15))

    def wait(conn: Connection) -> None:
        me = clients.recognise(
            conn,
            1,
            "telegram",
            [Identity(IdentityKind.TG_USER, "7")],
            name="Ира",
            phone=None,
            now=clock.now(),
        )
        vera = specialist_id(conn, 1, "vera")
        waitlist.join(conn, 1, me, waitlist.Wanted((1,), (window,), vera), clock.now())

    in_db(operator, wait)

    (row,) = operator.types("waitlist", "--business", "romashka", "--json").json
    assert (row["client"], row["services"], row["specialist"]) == ("Ира", ["manicure"], "vera")
    assert row["from"] == window[0].isoformat()
    assert operator.types("waitlist", "--business", "lilia", "--json").json == []
