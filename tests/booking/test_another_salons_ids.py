"""An id of another salon at every door of the book: refused, and nothing is half-written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, func, select
from visits_made import made
from world import MONDAY, World

from beautybot.booking import appointments, availability, catalogue as catalogues, visits
from beautybot.booking.appointments import Appointment, SlotTaken
from beautybot.booking.availability import Slot, Wish
from beautybot.booking.models import appointment_parts, busy_spans
from beautybot.businesses.salons import Business
from beautybot.kit.db import Database, across_salons
from beautybot.kit.errors import NotFound

NOON = MONDAY.replace(hour=9, minute=0) + timedelta(days=1)
LATER = NOON + timedelta(hours=3)
Verb = Callable[[Connection, Business, Appointment], object]


def rows(conn: Connection) -> tuple[int, ...]:
    """How much there is in every salon's book."""
    tables = (visits.appointments, appointment_parts, busy_spans)
    counts = (across_salons(select(func.count()).select_from(table)) for table in tables)
    return tuple(conn.execute(count).scalar_one() for count in counts)


def slot_of(conn: Connection, salon: Business, start: datetime = LATER) -> Slot:
    """A true time of a salon."""
    catalogue = catalogues.load(conn, salon.id)
    wish = Wish(services=(catalogue.services[0].id,))
    found = availability.fits(conn, salon, catalogue, wish, start, MONDAY)
    assert found is not None
    return found


VERBS: dict[str, Verb] = {
    "confirm": lambda c, salon, v: appointments.confirm(c, salon, v.id, now=MONDAY, by="x"),
    "cancel": lambda c, salon, v: appointments.cancel(c, salon, v.id, now=MONDAY, by="x"),
    "complete": lambda c, salon, v: appointments.complete(c, salon, v.id, now=LATER, by="x"),
    "no_show": lambda c, salon, v: appointments.no_show(c, salon, v.id, now=LATER, by="x"),
    "move": lambda c, salon, v: appointments.move(
        c, salon, v.id, slot=slot_of(c, salon), now=MONDAY, by="x"
    ),
    "look": lambda c, salon, v: visits.get(c, salon.id, v.id),
}


@pytest.mark.parametrize("verb", VERBS)
async def test_an_appointment(db: Database, world: World, verb: str) -> None:
    """Борис knows the number of Анна's visit, and can do nothing with it."""
    visit = await db.write(made, world.romashka, NOON, "manicure", now=MONDAY)
    before = await db.read(visits.history, world.romashka.id, visit.id)

    with pytest.raises(NotFound):
        await db.write(VERBS[verb], world.lilia, visit)

    assert await db.read(visits.get, world.romashka.id, visit.id) == visit
    assert await db.read(visits.history, world.romashka.id, visit.id) == before


async def test_a_service_or_a_specialist_in_a_wish(db: Database, world: World) -> None:
    """Neither is searched for."""

    def look(conn: Connection, wish: Wish) -> list[Slot]:
        return availability.find(
            conn, world.lilia, catalogues.load(conn, world.lilia.id), wish, MONDAY
        )

    theirs = await db.read(catalogues.load, world.romashka.id)
    ours = await db.read(catalogues.load, world.lilia.id)

    with pytest.raises(NotFound):
        await db.read(look, Wish(services=(theirs.services[0].id,)))
    stranger = Wish((ours.services[0].id,), specialist_id=theirs.specialists[0].id)
    assert await db.read(look, stranger) == []
    assert await db.read(look, replace(stranger, specialist_id=None)), "the control finds"


@pytest.mark.parametrize("foreign", ["both", "specialist", "service"])
async def test_a_slot_made_of_them(db: Database, world: World, foreign: str) -> None:
    """Also past every check before the book: no visit, no part, no busy time of anybody."""
    theirs = await db.read(slot_of, world.romashka)
    ours = await db.read(slot_of, world.lilia)
    if foreign != "both":
        whose = {f"{foreign}_id": getattr(theirs.parts[0], f"{foreign}_id")}
        (part,) = ours.parts
        values = {name: getattr(part, name) for name in part.__struct_fields__} | whose
        theirs = Slot(ours.start, ours.end, (type(part)(**values),))
    before = await db.read(rows)

    def hold(conn: Connection, slot: Slot) -> Appointment:
        until = MONDAY + timedelta(minutes=10)
        return appointments.hold(
            conn, world.lilia, slot, client_id=None, source="x", now=MONDAY, until=until
        )

    with pytest.raises(NotFound, match="not of this salon"):
        await db.write(hold, theirs)

    assert await db.read(rows) == before
    assert (await db.write(hold, ours)).status == "held", "the control is kept"


async def test_a_slot_that_is_looked_at_again(db: Database, world: World) -> None:
    """An offer of another salon is no offer."""
    theirs = await db.read(slot_of, world.romashka)

    def again(conn: Connection) -> Slot:
        catalogue = catalogues.load(conn, world.lilia.id)
        return availability.still(conn, world.lilia, catalogue, theirs, MONDAY)

    with pytest.raises(SlotTaken):
        await db.read(again)


async def test_a_move_to_another_salons_hold(db: Database, world: World) -> None:
    """The visit stays where it was, and the hold is still Анна's."""

    def hold(conn: Connection) -> Appointment:
        until = MONDAY + timedelta(minutes=10)
        slot = slot_of(conn, world.romashka)
        return appointments.hold(
            conn, world.romashka, slot, client_id=None, source="x", now=MONDAY, until=until
        )

    held = await db.write(hold)

    def visit_of_boris(conn: Connection) -> Appointment:
        until = MONDAY + timedelta(minutes=10)
        kept = appointments.hold(
            conn, world.lilia, slot_of(conn, world.lilia), client_id=None, source="x",
            now=MONDAY, until=until,
        )  # fmt: skip
        return appointments.confirm(conn, world.lilia, kept.id, now=MONDAY, by="x")

    visit = await db.write(visit_of_boris)

    with pytest.raises((NotFound, SlotTaken)):
        await db.write(
            lambda conn: appointments.move(
                conn, world.lilia, visit.id, to_hold=held.id, now=MONDAY, by="x"
            )
        )

    assert await db.read(visits.get, world.lilia.id, visit.id) == visit
    assert await db.read(visits.get, world.romashka.id, held.id) == held
