"""Importing a salon, and looking at its time and its conversations from the command line."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from operator_console import Operator
from sqlalchemy import Connection
from world import LILIA, MONDAY, OLGA, OLGAS_PHONE, ROMASHKA, as_file, open_salons

from beautybot.booking import appointments, availability, catalogue
from beautybot.businesses import salons
from beautybot.kit import clock
from beautybot.kit.db import connect

REFERENCE = Path(__file__).parents[3] / "shared" / "data" / "catalogue_ru.json"


def run_verb(operator: Operator, verb: object) -> object:
    async def written() -> object:
        db = connect(operator.url)
        try:
            return await db.write(verb)  # type: ignore[arg-type]
        finally:
            await db.close()

    return asyncio.run(written())


def test_an_empty_salon_is_created_once_and_filled_by_its_file_later(
    operator: Operator, tmp_path: Path
) -> None:
    """Its owner gets a login at once; a taken name and a bad zone are told in one line."""
    made = operator.types("business", "create", "romashka", "--name", "Ромашка")
    login = operator.types(
        *("user", "create", "anna@example.com", "--business", "romashka", "--password", "-"),
        stdin="a password of ten signs",
    )
    again = operator.types("business", "create", "romashka", "--name", "Другая")
    lost = operator.types("business", "create", "novy", "--name", "Н", "--timezone", "Луна")
    filled = operator.types("business", "import", str(as_file(ROMASHKA, tmp_path)))

    assert (made.status, login.status, filled.status) == (0, 0, 0), made.err + login.err
    assert (again.status, lost.status) == (1, 1)
    assert again.err.strip().endswith("there is a salon romashka already")
    assert "no zone 'Луна'" in lost.err and lost.err.count("\n") == 1
    listed = operator.types("business", "list", "--json").json
    assert [(s["slug"], s["name"]) for s in listed] == [("romashka", "Ромашка")]


def test_a_salon_is_created_from_its_file_and_the_second_import_changes_nothing(
    operator: Operator, tmp_path: Path
) -> None:
    """The difference is printed; the same file again makes none."""
    file = str(as_file(ROMASHKA, tmp_path))

    first, second = (
        operator.types("business", "import", file),
        operator.types("business", "import", file),
    )

    assert (first.status, second.status) == (0, 0), first.err
    assert "Ромашка" in first.out
    assert second.out == "romashka: изменений нет\n"
    listed = operator.types("business", "list", "--json").json
    assert [(s["slug"], s["agent"]) for s in listed] == [("romashka", "on")]


def test_a_dry_run_shows_the_difference_and_writes_nothing(
    operator: Operator, tmp_path: Path
) -> None:
    """What would be."""
    outcome = operator.types("business", "import", str(as_file(LILIA, tmp_path)), "--dry-run")

    assert outcome.status == 0
    assert "Лилия" in outcome.out
    assert operator.types("business", "list", "--json").json == []


def test_a_bad_row_is_named_and_nothing_is_written(operator: Operator, tmp_path: Path) -> None:
    """One line with the place and the field."""
    wrong = json.loads(json.dumps(ROMASHKA))
    wrong["services"][2]["duration_min"] = "долго"

    outcome = operator.types("business", "import", str(as_file(wrong, tmp_path)))

    assert outcome.status == 1
    assert "services[2]" in outcome.err
    assert "duration_min" in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert operator.types("business", "list", "--json").json == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"salon": 1}', b"\xff\xfe\x00", b'{"salon": {"slug": "../x"}}']
)
def test_a_file_that_is_no_salon_is_one_line(
    operator: Operator, tmp_path: Path, content: bytes
) -> None:
    """Whatever it is, it is not a traceback."""
    (tmp_path / "file.json").write_bytes(content)

    outcome = operator.types("business", "import", "file.json")

    assert outcome.status == 1
    assert len(outcome.err.splitlines()) == 1


def test_the_reference_price_list_can_be_imported(operator: Operator) -> None:
    """A whole salon with its people, hours and prices."""
    if not REFERENCE.exists():
        pytest.skip("the reference catalogue is not beside the checkout")

    outcome = operator.types("business", "import", str(REFERENCE))

    assert outcome.status == 0, outcome.err
    assert "persik" in operator.types("business", "list", "--json").out


def test_appointments_are_listed_as_programs_want_them(operator: Operator) -> None:
    """Ids of the file, times with the salon's offset, whole units of money."""
    run_verb(operator, _book)

    (booked,) = operator.types("appointments", "list", "--business", "romashka", "--json").json

    start = booked.pop("start")
    assert booked.pop("end") > start
    assert start.endswith("+03:00")
    assert isinstance(booked.pop("id"), int)
    assert booked == {
        "status": "booked",
        "services": ["manicure"],
        "specialist": "vera",
        "client": {"name": OLGA, "phone": OLGAS_PHONE, "channel": None, "address": None},
        "price": {"amount": 1800, "currency": "RUB", "is_from": False},
        "source": "dashboard",
    }
    rival = operator.types("appointments", "list", "--business", "lilia", "--json")
    assert rival.json == []


def _book(conn: Connection) -> None:
    open_salons(conn)
    salon = salons.by_slug(conn, "romashka")
    offer = catalogue.load(conn, salon.id)
    manicure = next(s.id for s in offer.services if s.ref == "manicure")
    vera = next(p.id for p in offer.specialists if p.ref == "vera")
    wish = availability.Wish(services=(manicure,), specialist_id=vera)
    (slot,) = availability.find(conn, salon, offer, wish, MONDAY, limit=1, spread=False)
    held = appointments.hold(
        conn,
        salon,
        slot,
        client_id=None,
        source="dashboard",
        now=MONDAY,
        until=MONDAY + timedelta(minutes=10),
    )
    appointments.confirm(
        conn, salon, held.id, now=MONDAY, by="user:1", name=OLGA, phone=OLGAS_PHONE
    )


def test_free_times_are_those_of_the_salons_hours(operator: Operator) -> None:
    """On the grid, in the salon's zone, by somebody who does it, at her price."""
    run_verb(operator, open_salons)

    free = operator.types(
        *("availability", "romashka", "colour", "--limit", "3", "--json"),
    ).json
    named = operator.types(
        *("availability", "--business", "romashka", "--service", "colour"),
        *("--limit", "3", "--json"),
    ).json

    assert len(free) == 3 and named == free
    assert {tuple(slot["specialists"]) for slot in free} == {("lena",)}
    assert free[0]["price"] == {"amount": 5500, "currency": "RUB", "is_from": True}
    assert all("10:00" <= slot["start"][11:16] < "20:00" for slot in free)


def test_several_services_are_one_visit_and_a_window_bounds_its_start(operator: Operator) -> None:
    """One after another in the order named, by whom is asked for, inside the window."""
    run_verb(operator, open_salons)
    day = (clock.now() + timedelta(days=7)).date()
    until = day + timedelta(days=2)

    free = operator.types(
        *("availability", "romashka", "haircut-women", "lashes", "--specialist", "lena"),
        *("--from", f"{day}", "--to", f"{until}", "--json"),
    ).json

    assert free
    for slot in free:
        length = datetime.fromisoformat(slot["end"]) - datetime.fromisoformat(slot["start"])
        assert length == timedelta(hours=3) and slot["specialists"] == ["lena"]
        assert f"{day}" <= slot["start"] < f"{until}"
