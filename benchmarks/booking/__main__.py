"""The growth table of availability: python -m benchmarks.booking [--rounds N] [--postgres]."""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import chain
from statistics import median
from time import perf_counter, thread_time
from typing import Any

from sqlalchemy import Connection, insert, select

from beautybot.booking import availability, catalogue as catalogues, importing, timetable
from beautybot.booking.availability import Wish
from beautybot.booking.catalogue import Catalogue
from beautybot.booking.models import appointments, busy_spans, specialists
from beautybot.booking.salon_file import of_json
from beautybot.booking.schedule import Schedule
from beautybot.booking.search import Search
from beautybot.booking.slots import minute
from beautybot.businesses import salons
from beautybot.businesses.salons import Business
from beautybot.kit import memory, migrate
from beautybot.kit.db import connect

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
DAYS = 30
SIZES = ((10, 500), (10, 1000), (10, 2000), (5, 2000), (20, 2000), (20, 4000))
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def salon_file(people: int) -> dict[str, Any]:
    """A salon of so many specialists who all do one service of an hour."""
    staff = [{"id": f"p{n}", "name": f"Мастер {n}"} for n in range(people)]
    hours = {day: ["09:00", "21:00"] for day in WEEK}
    return {
        "salon": {"slug": "s", "name": "S", "timezone": "Europe/Moscow", "hours": hours},
        "staff": staff,
        "services": [
            {
                "id": "m",
                "name": "M",
                "duration_min": 60,
                "price": 1,
                "staff": [p["id"] for p in staff],
            }
        ],
    }


def fill(conn: Connection, business_id: int, visits: int) -> None:
    """Visits of half an hour spread evenly over the month and the specialists."""
    dice = random.Random(1)
    people = list(
        conn.execute(
            select(specialists.c.id).where(specialists.c.business_id == business_id)
        ).scalars()
    )
    every = [(p, day, slot) for p in people for day in range(DAYS) for slot in range(24)]
    rows = []
    for number, (person, day, slot) in enumerate(dice.sample(every, visits)):
        start = NOW.replace(hour=6) + timedelta(days=day, minutes=30 * slot)
        rows.append((number + 1, person, start, start + timedelta(minutes=30)))
    conn.execute(
        insert(appointments),
        [
            {
                "business_id": business_id, "id": n, "number": str(n), "status": "booked",
                "source": "x", "starts_at": a, "ends_at": b, "timezone": "Europe/Moscow",
                "local_start": "", "price_minor": 1, "price_from": False, "currency": "RUB",
                "created_at": NOW,
            }
            for n, _, a, b in rows
        ],
    )  # fmt: skip
    conn.execute(
        insert(busy_spans),
        [
            {
                "business_id": business_id,
                "appointment_id": n,
                "specialist_id": p,
                "starts_at": a,
                "ends_at": b,
            }
            for n, p, a, b in rows
        ],
    )


def look(conn: Connection, salon: Business, catalogue: Catalogue, rounds: int) -> tuple[float, ...]:
    """Medians in ms: the slots from the database, reading, computing; and how many slots."""
    wish = Wish(services=(catalogue.services[0].id,), start=NOW, end=NOW + timedelta(days=DAYS))
    people = {p.id for p in catalogue.specialists}
    whole, reading, pure = [], [], []
    count = 0
    timer = perf_counter if conn.dialect.name == "postgresql" else thread_time
    for _ in range(rounds):
        began = timer()
        found = availability.find(conn, salon, catalogue, wish, NOW, limit=100_000, spread=False)
        whole.append(timer() - began)
        began = timer()
        read = timetable.load(
            conn, salon.id, salon.zone, NOW, NOW + timedelta(days=DAYS), now=NOW, people=people
        )
        reading.append(timer() - began)
        fresh = Schedule(
            read.zone, read.days, read.hours, read.away, read.busy, read.units, read.surplus
        )
        low, high = minute(NOW) + 60, minute(NOW) + DAYS * 1440
        search = Search(salon, catalogue, wish, low, high, fresh)
        began = timer()
        list(chain.from_iterable(search.by_day()))
        pure.append(timer() - began)
        count = len(found)
    return *(1000 * median(times) for times in (whole, reading, pure)), count


async def measure(url: str, people: int, visits: int, rounds: int) -> tuple[float, ...]:
    await migrate.upgrade(url)
    db = connect(url)
    try:
        await db.write(importing.apply, of_json(salon_file(people)), now=NOW)
        salon = await db.read(salons.by_slug, "s")
        await db.write(fill, salon.id, visits)
        catalogue = await db.read(catalogues.load, salon.id)
        memory.settle()  # as a server does when it starts
        return await db.read(look, salon, catalogue, rounds)
    finally:
        await db.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.booking")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--postgres", action="store_true")
    asked = parser.parse_args()
    from benchmarks.postgres import private_postgres

    print("| specialists | appointments | slots | all, ms | reading, ms | computing, ms | ratio |")
    print("|---|---|---|---|---|---|---|")
    first = 0.0
    for people, visits in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            place = (
                private_postgres() if asked.postgres else nullcontext(f"sqlite:///{folder}/b.db")
            )
            with place as url:
                whole, reading, pure, count = asyncio.run(
                    measure(url, people, visits, asked.rounds)
                )
        first = first or pure
        print(
            f"| {people} | {visits:,} | {count:,.0f} | {whole:.1f} | {reading:.1f} "
            f"| {pure:.2f} | {pure / first:.2f} |"
        )


if __name__ == "__main__":
    main()
