"""What a visit keeps busy, row by row, and what the database itself refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from busy_book import HOUR, Book, slot
from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError
from world import MONDAY, World

from beautybot.booking import occupancy, overlap
from beautybot.booking.models import busy_spans, resources
from beautybot.booking.occupancy import SlotTaken
from beautybot.booking.times import Part
from beautybot.kit.db import Database
from beautybot.kit.money import Price

HALF = HOUR / 2
Scene = Callable[[Book], None]


async def play(db: Database, world: World, scene: Scene) -> None:
    await db.write(lambda conn: scene(Book(conn, world.romashka)))


async def test_each_persons_time_is_kept_once(db: Database, world: World) -> None:
    """Touching parts of one specialist are one row; a part without buffers is its own time."""

    def scene(book: Book) -> None:
        visit, left = book.takes(
            book.part(book.vera, MONDAY, (MONDAY - HALF, MONDAY), (MONDAY, MONDAY + HOUR)),
            book.part(book.vera, MONDAY + HOUR),
            book.part(book.lena, MONDAY + 2 * HOUR),
        )

        assert book.busy(visit) == [
            (book.vera, None, 0, MONDAY - HALF, MONDAY + 2 * HOUR),
            (book.lena, None, 0, MONDAY + 2 * HOUR, MONDAY + 3 * HOUR),
        ]
        assert left == []

    await play(db, world, scene)


async def test_a_specialist_is_taken_once_and_free_when_the_other_ends(
    db: Database, world: World
) -> None:
    """Refused by the database, in our own words, and nothing of the refused visit stays."""

    def scene(book: Book) -> None:
        first, _ = book.takes(book.part(book.vera, MONDAY))
        second = book.part(book.lena, MONDAY - HOUR), book.part(book.vera, MONDAY + HALF)
        refused = book.visit(*second)

        with pytest.raises(SlotTaken):
            occupancy.occupy(book.conn, book.salon.id, refused, slot(*second))
        after, _ = book.takes(book.part(book.vera, MONDAY + HOUR))

        assert book.busy(refused) == []
        assert [len(book.busy(visit)) for visit in (first, after)] == [1, 1]

    await play(db, world, scene)


async def test_units_are_given_out_one_by_one_and_come_back(db: Database, world: World) -> None:
    """Two chairs: two visits at once and no third; the first that is free is taken."""

    def scene(book: Book) -> None:
        book.chair(2)
        ira = book.third()
        first, _ = book.takes(book.part(book.vera, MONDAY))
        second, _ = book.takes(book.part(book.lena, MONDAY))
        taken = [book.unit(visit) for visit in (first, second)]
        for start in (MONDAY - HALF, MONDAY + HALF):
            with pytest.raises(SlotTaken, match="every unit"):
                book.takes(book.part(ira, start))
        before, _ = book.takes(book.part(book.lena, MONDAY - HOUR))
        after, _ = book.takes(book.part(book.lena, MONDAY + HOUR))
        occupancy.vacate(book.conn, book.salon.id, first)
        again, _ = book.takes(book.part(book.vera, MONDAY))

        assert taken == [0, 1]
        assert [book.unit(visit) for visit in (before, after, again)] == [0, 0, 0]

    await play(db, world, scene)


async def test_a_room_is_kept_from_preparation_to_cleaning(db: Database, world: World) -> None:
    """Also the pause in which its specialist is free; a service that needs none keeps none."""

    def scene(book: Book) -> None:
        room = book.chair(1, book.service)
        prepared = (MONDAY - HALF, MONDAY)
        finished = (MONDAY + HALF, MONDAY + HOUR + HALF)
        visit, _ = book.takes(book.part(book.vera, MONDAY, prepared, finished))
        other = Part(book.other, book.lena, MONDAY, MONDAY + HOUR, Price(1, "RUB"))
        plain, _ = book.takes(other)

        assert book.busy(visit)[-1] == (None, room, 0, MONDAY - HALF, MONDAY + HOUR + HALF)
        assert book.busy(plain) == [(book.lena, None, 0, MONDAY, MONDAY + HOUR)]

    await play(db, world, scene)


async def test_a_salon_with_fewer_chairs_than_it_had(db: Database, world: World) -> None:
    """A visit that sits on a chair that was given up sits on one of the rest."""

    def scene(book: Book) -> None:
        chair = book.chair(3)
        vera, lena = book.part(book.vera, MONDAY), book.part(book.lena, MONDAY)
        sitting = book.visit(vera)
        rows = [
            {"resource_id": chair, "unit": 2, "starts_at": MONDAY, "ends_at": MONDAY + HOUR},
        ]
        occupancy.keep(book.conn, book.salon.id, sitting, rows)
        of = resources.c.business_id == book.salon.id
        book.conn.execute(update(resources).where(of, resources.c.id == chair).values(quantity=2))
        second, _ = book.takes(lena)

        with pytest.raises(SlotTaken, match="every unit"):
            book.takes(vera)
        assert book.unit(second) == 0

    await play(db, world, scene)


async def test_what_a_visit_has_is_free_for_its_own_move(db: Database, world: World) -> None:
    """`ignoring` gives it its own chair again, and what `beside` cuts off is not taken."""

    def scene(book: Book) -> None:
        chair = book.chair(1)
        first, _ = book.takes(book.part(book.vera, MONDAY))
        with pytest.raises(SlotTaken):
            book.takes(book.part(book.vera, MONDAY), ignoring=first + 1_000)

        held, left = book.takes(
            book.part(book.vera, MONDAY), ignoring=first, beside=lambda row: ([], [row])
        )

        whose = [(row.get("specialist_id"), row.get("resource_id")) for row in left]
        assert whose == [(book.vera, None), (None, chair)]
        assert left[1]["unit"] == book.unit(first) == 0
        assert book.busy(held) == []

    await play(db, world, scene)


async def test_rows_are_kept_all_or_none(db: Database, world: World) -> None:
    """One that is taken undoes the others of its call."""

    def scene(book: Book) -> None:
        book.takes(book.part(book.vera, MONDAY))
        other = book.visit(book.part(book.lena, MONDAY))
        rows = [
            {"specialist_id": who, "starts_at": MONDAY, "ends_at": MONDAY + HALF}
            for who in (book.lena, book.vera)
        ]

        with pytest.raises(SlotTaken, match="just taken"):
            occupancy.keep(book.conn, book.salon.id, other, rows)

        assert not occupancy.still_occupies(book.conn, book.salon.id, other)

    await play(db, world, scene)


async def test_another_fault_is_not_called_a_taken_time(db: Database, world: World) -> None:
    """A span that ends before it begins is our mistake: offering other times would hide it."""

    def scene(book: Book) -> None:
        visit = book.visit(book.part(book.vera, MONDAY))
        wrong = {"specialist_id": book.vera, "starts_at": MONDAY, "ends_at": MONDAY}

        with pytest.raises(DBAPIError) as fault:
            occupancy.keep(book.conn, book.salon.id, visit, [wrong])

        assert not overlap.is_overlap(fault.value)

    await play(db, world, scene)


async def test_busy_time_is_freed_by_its_own_salon(db: Database, world: World) -> None:
    """`vacate` frees all of one visit, and nothing of another's or at another salon's word."""

    def scene(book: Book) -> None:
        first, _ = book.takes(book.part(book.vera, MONDAY))
        second, _ = book.takes(book.part(book.lena, MONDAY))
        occupancy.vacate(book.conn, world.lilia.id, first)
        kept = occupancy.still_occupies(book.conn, book.salon.id, first)
        occupancy.vacate(book.conn, book.salon.id, first)

        assert kept
        assert not occupancy.still_occupies(book.conn, world.lilia.id, second)
        assert not occupancy.still_occupies(book.conn, book.salon.id, first)
        assert occupancy.still_occupies(book.conn, book.salon.id, second)

    await play(db, world, scene)


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": MONDAY + HALF, "ends_at": MONDAY + HOUR + HALF},
        {"specialist_id": None, "resource_id": "chair", "unit": 7},
        {"specialist_id": None, "resource_id": "chair", "unit": -1},
    ],
    ids=["into another's time", "onto a chair there is not", "onto no chair at all"],
)
async def test_a_row_cannot_be_changed_into_an_overlap(
    change: dict[str, Any], db: Database, world: World
) -> None:
    """The guard looks at changes as at new rows; a row is no obstacle to itself."""

    def scene(book: Book) -> None:
        ids = {"chair": book.chair(1, book.other)}
        book.takes(book.part(book.vera, MONDAY))
        later, _ = book.takes(book.part(book.vera, MONDAY + 2 * HOUR))
        theirs = (busy_spans.c.business_id == book.salon.id, busy_spans.c.appointment_id == later)
        values = {name: ids.get(value, value) for name, value in change.items()}

        with pytest.raises(DBAPIError) as refused, book.conn.begin_nested():
            book.conn.execute(update(busy_spans).where(*theirs).values(**values))
        book.conn.execute(update(busy_spans).where(*theirs).values(ends_at=MONDAY + 4 * HOUR))

        assert overlap.is_overlap(refused.value)

    await play(db, world, scene)


class Undone(Exception):
    """Takes a scene's changes back: the guard stands again."""


async def test_without_the_guard_everything_goes(db: Database, world: World) -> None:
    """Control: every statement that lifts it is needed, and then nothing is refused."""

    def scene(book: Book) -> None:
        for statement in overlap.lifting(book.conn.dialect.name):
            book.conn.execute(text(statement).execution_options(across_salons=True))
        chair = book.chair(1)
        visit = book.visit(book.part(book.vera, MONDAY))
        span = {"starts_at": MONDAY, "ends_at": MONDAY + HOUR}
        rows = [
            {"specialist_id": book.vera, **span},
            {"specialist_id": book.vera, **span},
            {"resource_id": chair, "unit": 5, **span},
            {"resource_id": chair, "unit": 5, **span},
        ]
        occupancy.keep(book.conn, book.salon.id, visit, rows)
        raise Undone(len(book.busy(visit)))

    with pytest.raises(Undone) as undone:
        await play(db, world, scene)

    assert undone.value.args == (4,)
