"""What a salon's file says is what is offered; the second time it changes nothing."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from world import MONDAY, ROMASHKA

from beautybot.booking import appointments, availability, catalogue as catalogues, importing
from beautybot.booking.availability import Slot, Wish
from beautybot.booking.salon_file import of_json, read_file
from beautybot.businesses import salons
from beautybot.kit.db import Database

RICH: dict[str, Any] = deepcopy(ROMASHKA)
RICH["salon"] |= {
    "breaks": [["13:30", "14:30"]],
    "holidays": ["2026-03-09"],
    "days": {"2026-03-08": ["11:00", "13:00"]},
}
RICH["staff"][0] |= {
    "shifts": {"from": "2026-03-02", "cycle": [["10:00", "20:00"], ["10:00", "20:00"], None, None]},
    "days": {"2026-03-04": ["18:00", "20:00"]},
    "days_off": ["2026-03-07"],
}
RICH["staff"][1] |= {
    "breaks": {"tue": ["13:00", "13:45"]},
    "time_off": [
        {"from": "2026-03-04", "to": "2026-03-05"},
        {"from": "2026-03-06 12:00", "to": "2026-03-06 18:30"},
    ],
}
RICH["resources"] = [{"id": "pedi", "name": "Педикюрное кресло"}]
RICH["services"][2] |= {"resources": ["pedi"]}
RICH["services"][4] |= {"processing_min": [[40, 80]], "buffer_after_min": 10}


async def offered(db: Database, service: str, day: int, who: str) -> list[str]:
    """The local starts of a day in March 2026, by one specialist."""
    return await db.read(_offered, service, day, who)


def _offered(conn: Connection, service: str, day: int, who: str) -> list[str]:
    return [f"{s.start + timedelta(hours=3):%H:%M}" for s in slots(conn, service, day, who)]


def slots(conn: Connection, service: str, day: int, who: str) -> list[Slot]:
    salon = salons.by_slug(conn, "romashka")
    catalogue = catalogues.load(conn, salon.id)
    start = datetime(2026, 3, day, tzinfo=UTC) - timedelta(hours=3)
    wish = Wish(
        services=tuple(s.id for s in catalogue.services if s.ref == service),
        specialist_id=next(p.id for p in catalogue.specialists if p.ref == who),
        start=start,
        end=start + timedelta(days=1),
    )
    return availability.find(conn, salon, catalogue, wish, MONDAY, limit=100, spread=False)


async def test_everything_in_the_file_is_in_force(db: Database) -> None:
    """Shifts, days that differ, breaks, holidays, absences."""
    await db.write(importing.apply, of_json(RICH), now=MONDAY)

    assert (await offered(db, "manicure", 3, "vera"))[0] == "10:00"  # second day of two
    assert await offered(db, "manicure", 4, "vera") == ["18:00", "18:15", "18:30", "18:45", "19:00"]
    assert await offered(db, "manicure", 5, "vera") == []  # second day off
    assert (await offered(db, "manicure", 6, "vera"))[0] == "10:00"
    assert await offered(db, "manicure", 7, "vera") == []  # a day off by name
    tuesday = await offered(db, "manicure", 3, "lena")
    assert tuesday[tuesday.index("12:00") + 1] == "14:30"  # her break, and the salon's
    for day in (4, 5):
        assert await offered(db, "manicure", day, "lena") == []
    friday = await offered(db, "manicure", 6, "lena")
    assert friday[friday.index("11:00") + 1] == "18:30"
    assert await offered(db, "manicure", 8, "lena") == ["11:00", "11:15", "11:30", "11:45", "12:00"]
    assert await offered(db, "manicure", 9, "lena") == []


async def test_the_second_import_changes_nothing(db: Database) -> None:
    """Neither of the plain file nor of one with all that may stand in it."""
    for file in (ROMASHKA, RICH, ROMASHKA):
        first = await db.write(importing.apply, of_json(file), now=MONDAY)
        again = await db.write(importing.apply, of_json(file), now=MONDAY)

        assert first and not again, str(again)


async def test_what_the_file_says_no_more_is_in_force_no_more(db: Database) -> None:
    """Back to the plain file: no shifts, no breaks, no holiday, no room, no gap."""
    await db.write(importing.apply, of_json(RICH), now=MONDAY)
    await db.write(importing.apply, of_json(ROMASHKA), now=MONDAY)

    for day in (5, 7, 9):
        assert "10:00" in await offered(db, "manicure", day, "vera")
    service = (await db.read(_catalogue)).services[2]
    assert service.resources == () == service.processing


async def test_a_price_list_leaves_alone_what_it_does_not_speak_of(
    db: Database, tmp_path: Path
) -> None:
    """Buffers, gaps, rooms, own prices, other names: three columns do not wipe them."""
    file = deepcopy(RICH)
    file["services"][0] |= {
        "aliases": ["ноготочки"],
        "by_staff": {"vera": {"price": 2000, "duration_min": 75}},
        "buffer_before_min": 5,
    }
    await db.write(importing.apply, of_json(file), now=MONDAY)
    table = tmp_path / "price.csv"
    table.write_text("Код;Услуга;Цена;Длительность;Мастер\nmanicure;Маникюр;1900;60;vera, lena\n")

    difference = await db.write(importing.apply, read_file(table), now=MONDAY, slug="romashka")

    assert difference.updated == ["Маникюр: price_minor"]
    service = (await db.read(_catalogue)).services[0]
    assert service.aliases == ("ноготочки",)
    assert service.buffer_before == timedelta(minutes=5)
    assert (await db.read(_catalogue)).price(service.id, service.specialists[0]).minor == 200_000


async def test_visits_outlive_who_and_what_they_were_booked_with(db: Database) -> None:
    """A specialist and a service leave the file; the visit stays, can be seen, moved, cancelled."""
    await db.write(importing.apply, of_json(RICH), now=MONDAY)
    visit = await db.write(_book, "pedicure", 3, "vera")
    smaller = deepcopy(ROMASHKA)
    smaller["staff"] = smaller["staff"][1:]
    smaller["services"] = [
        s | {"staff": ["lena"]} for s in smaller["services"] if "lena" in s["staff"]
    ]

    await db.write(importing.apply, of_json(smaller), now=MONDAY)

    kept = await db.read(appointments.get, 1, visit.id)
    assert kept.parts == visit.parts and kept.specialist_names == ("Вера Павлова",)
    gone = await db.write(_cancel, visit.id)
    assert gone.status == "cancelled"


async def test_a_move_by_staff_keeps_a_visit_of_a_retired_specialist_bookable(db: Database) -> None:
    """Who came back with the next file is offered again, around the visits that stayed."""
    await db.write(importing.apply, of_json(RICH), now=MONDAY)
    visit = await db.write(_book, "pedicure", 3, "vera")
    without = deepcopy(RICH)
    without["staff"] = without["staff"][1:]
    without["services"] = [
        s | {"staff": ["lena"]} for s in without["services"] if "lena" in s["staff"]
    ]
    await db.write(importing.apply, of_json(without), now=MONDAY)

    await db.write(importing.apply, of_json(RICH), now=MONDAY)

    start = f"{visit.start + timedelta(hours=3):%H:%M}"
    assert start not in await offered(db, "manicure", 3, "vera")
    assert await offered(db, "manicure", 6, "vera")


def _book(conn: Connection, service: str, day: int, who: str) -> appointments.Appointment:
    salon = salons.by_slug(conn, "romashka")
    held = appointments.hold(
        conn,
        salon,
        slots(conn, service, day, who)[0],
        client_id=None,
        source="dashboard",
        now=MONDAY,
        until=MONDAY + timedelta(minutes=10),
    )
    return appointments.confirm(conn, salon, held.id, now=MONDAY, by="user:1")


def _cancel(conn: Connection, appointment_id: int) -> appointments.Appointment:
    salon = salons.by_slug(conn, "romashka")
    return appointments.cancel(conn, salon, appointment_id, now=MONDAY, by="user:1")


def _catalogue(conn: Connection) -> catalogues.Catalogue:
    return catalogues.load(conn, salons.by_slug(conn, "romashka").id)
