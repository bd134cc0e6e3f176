"""A visit moves to a time that meets its own: without a door to double booking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import Connection, select, update
from visits_made import made
from world import MONDAY, World

from beautybot.booking import appointments, availability, catalogue as catalogues
from beautybot.booking.appointments import Appointment, SlotTaken
from beautybot.booking.availability import Wish
from beautybot.booking.models import (
    appointments as rows,
    busy_spans,
    resources,
    service_resources,
)
from beautybot.businesses.salons import Business
from beautybot.kit.db import Database
from beautybot.kit.errors import NotFound
from beautybot.proof.counting import judge

TEN = MONDAY.replace(hour=7) + timedelta(days=1)  # 10:00 of Tuesday in Moscow
HALF = timedelta(minutes=30)
UNTIL = MONDAY + timedelta(minutes=10)


def kept(
    conn: Connection,
    business: Business,
    visit: Appointment,
    start: datetime,
    *,
    moving: bool = True,
    now: datetime = MONDAY,
) -> Appointment:
    """A hold for the visit's service at another time; SlotTaken."""
    catalogue = catalogues.load(conn, business.id)
    wish = Wish(
        services=tuple(p.service_id for p in visit.parts),
        team=tuple(p.specialist_id for p in visit.parts),
        moving=visit.id if moving else None,
    )
    slot = availability.fits(conn, business, catalogue, wish, start, now)
    if slot is None:
        raise SlotTaken("not free")
    until = now + timedelta(minutes=10)
    return appointments.hold(
        conn,
        business,
        slot,
        client_id=None,
        source="x",
        now=now,
        until=until,
        replacing=wish.moving,
    )


Play = Callable[[Connection, Business], None]


async def play(db: Database, world: World, scene: Play) -> None:
    """One scene in «Ромашка», after which nothing overlaps."""
    await db.write(scene, world.romashka)
    assert (await db.read(judge, world.romashka.id)).overlaps == 0


def start_of(conn: Connection, business: Business, visit: Appointment) -> datetime:
    return appointments.get(conn, business.id, visit.id).start


move = partial(appointments.move, now=MONDAY, by="client")
cancel = partial(appointments.cancel, now=MONDAY, by="user:1")
confirm = partial(appointments.confirm, now=MONDAY, by="client")


async def test_half_an_hour_later_is_a_move_like_any_other(db: Database, world: World) -> None:
    """Held, and moved on the client's yes; what it leaves is free for others at once."""

    def scene(conn: Connection, salon: Business) -> None:
        visit = made(conn, salon, TEN, "pedicure", now=MONDAY)
        held = kept(conn, salon, visit, TEN + HALF)

        move(conn, salon, visit.id, to_hold=held.id)

        assert start_of(conn, salon, visit) == TEN + HALF
        with pytest.raises(SlotTaken):
            kept(conn, salon, visit, TEN - HALF, moving=False)
        busy = conn.execute(
            select(busy_spans.c.starts_at, busy_spans.c.ends_at)
            .where(busy_spans.c.business_id == salon.id, busy_spans.c.appointment_id == visit.id)
            .order_by(busy_spans.c.starts_at)
        ).all()
        assert (busy[0][0], busy[-1][1]) == (TEN + HALF, TEN + HALF + timedelta(minutes=75))

    await play(db, world, scene)


async def test_a_hold_is_no_visit_and_does_not_move(db: Database, world: World) -> None:
    """It has no time of its own to lend: three times would stand for one visit."""

    def scene(conn: Connection, salon: Business) -> None:
        visit = made(conn, salon, TEN, "pedicure", now=MONDAY)
        held = kept(conn, salon, visit, TEN + HALF)

        with pytest.raises(NotFound):
            kept(conn, salon, held, TEN + timedelta(hours=4))

    await play(db, world, scene)


async def test_nobody_gets_any_of_either_time_meanwhile(db: Database, world: World) -> None:
    """Neither the visit's own, nor what is held for it: and the client may still say no."""

    def scene(conn: Connection, salon: Business) -> None:
        visit = made(conn, salon, TEN, "pedicure", now=MONDAY)
        held = kept(conn, salon, visit, TEN + HALF)

        for minutes in (0, 15, 30, 60, 90):
            with pytest.raises(SlotTaken):
                kept(conn, salon, visit, TEN + timedelta(minutes=minutes), moving=False)
        appointments.release(conn, salon.id, held.id, now=MONDAY)

        assert start_of(conn, salon, visit) == TEN
        assert kept(conn, salon, visit, TEN + timedelta(minutes=75), moving=False)

    await play(db, world, scene)


async def test_an_expired_hold_leaves_the_visit_where_it_was(db: Database, world: World) -> None:
    """The clock drops it, and a late yes hears that the time is gone."""

    def scene(conn: Connection, salon: Business) -> None:
        visit = made(conn, salon, TEN, "pedicure", now=MONDAY)
        held = kept(conn, salon, visit, TEN + HALF)
        late = UNTIL + timedelta(minutes=1)

        assert appointments.expire_holds(conn, late) == 1

        with pytest.raises(SlotTaken), conn.begin_nested():
            appointments.move(conn, salon, visit.id, to_hold=held.id, now=late, by="client")
        assert start_of(conn, salon, visit) == TEN

    await play(db, world, scene)


async def test_a_hold_that_expired_and_stands_still_moves(db: Database, world: World) -> None:
    """Nobody wanted the time in between."""

    def scene(conn: Connection, salon: Business) -> None:
        visit = made(conn, salon, TEN, "pedicure", now=MONDAY)
        held = kept(conn, salon, visit, TEN + HALF)

        late = UNTIL + timedelta(hours=1)
        appointments.move(conn, salon, visit.id, to_hold=held.id, now=late, by="client")

        assert start_of(conn, salon, visit) == TEN + HALF

    await play(db, world, scene)


async def test_a_hold_inherits_what_a_cancelled_visit_lets_go(db: Database, world: World) -> None:
    """So the whole of what was promised stays kept."""

    def scene(conn: Connection, salon: Business) -> None:
        visit = made(conn, salon, TEN, "pedicure", now=MONDAY)
        held = kept(conn, salon, visit, TEN + HALF)

        cancel(conn, salon, visit.id)

        with pytest.raises(SlotTaken):
            kept(conn, salon, visit, TEN + HALF, moving=False)
        assert confirm(conn, salon, held.id).start == TEN + HALF

    await play(db, world, scene)


async def test_a_hold_for_a_move_is_no_second_visit(db: Database, world: World) -> None:
    """Booked beside the visit it borrows from, it would meet it: the database refuses."""

    def scene(conn: Connection, salon: Business) -> None:
        visit = made(conn, salon, TEN, "pedicure", now=MONDAY)
        held = kept(conn, salon, visit, TEN + HALF)

        with pytest.raises(SlotTaken), conn.begin_nested():
            confirm(conn, salon, held.id)

    await play(db, world, scene)


async def test_of_two_holds_that_borrow_the_same_one_stays(db: Database, world: World) -> None:
    """One wants the visit's very time; when it goes, the older hold has what both want."""

    def scene(conn: Connection, salon: Business) -> None:
        visit = made(conn, salon, TEN, "pedicure", now=MONDAY)
        later = kept(conn, salon, visit, TEN + HALF)
        earlier = kept(conn, salon, visit, TEN)
        assert {later.id, earlier.id} != {visit.id}

        cancel(conn, salon, visit.id)

        assert confirm(conn, salon, later.id).start == TEN + HALF
        with pytest.raises(Exception, match="no such appointment"):
            appointments.get(conn, salon.id, earlier.id)

    await play(db, world, scene)


async def test_the_only_chair_is_the_visits_own(db: Database, world: World) -> None:
    """A resource of one: the new time needs it while the old one has it."""

    def scene(conn: Connection, salon: Business) -> None:
        chair = conn.execute(
            resources.insert()
            .values(business_id=salon.id, ref="chair", name="Кресло", quantity=1)
            .returning(resources.c.id)
        ).scalar_one()
        visit = made(conn, salon, TEN, "pedicure", now=MONDAY)
        needs = {
            "business_id": salon.id,
            "service_id": visit.parts[0].service_id,
            "resource_id": chair,
        }
        cancel(conn, salon, visit.id)
        conn.execute(service_resources.insert().values(**needs))
        visit = made(conn, salon, TEN, "pedicure", now=MONDAY)

        move(conn, salon, visit.id, to_hold=kept(conn, salon, visit, TEN + HALF).id)

        assert start_of(conn, salon, visit) == TEN + HALF

    await play(db, world, scene)


@pytest.mark.parametrize("seed", range(3))
async def test_random_moves_by_a_little_never_overlap(
    seed: int, db: Database, world: World
) -> None:
    """Six visits, forty steps of hold, yes, no, cancel; the judge looks after each."""
    dice = Random(seed)

    def scene(conn: Connection, salon: Business) -> None:
        visits = [
            made(conn, salon, TEN + timedelta(hours=2 * n), "pedicure", now=MONDAY)
            for n in range(4)
        ]
        held: list[tuple[int, int]] = []
        moves = 0
        for _ in range(40):
            visit = dice.choice(visits)
            try:
                with conn.begin_nested():
                    if held and dice.random() < 0.5:
                        of, hold = held.pop(dice.randrange(len(held)))
                        move(conn, salon, of, to_hold=hold)
                        moves += 1
                    else:
                        now = appointments.get(conn, salon.id, visit.id)
                        start = now.start + timedelta(minutes=15 * dice.randrange(-5, 6))
                        held.append((visit.id, kept(conn, salon, now, start).id))
            except appointments.SlotTaken:
                pass
            assert judge(conn, salon.id).overlaps == 0
        assert moves > 3

    await play(db, world, scene)


async def test_the_judge_sees_a_visit_that_took_what_it_only_borrowed(
    db: Database, world: World
) -> None:
    """Control: the exception for a hold ends where it is booked."""

    def scene(conn: Connection, salon: Business) -> int:
        visit = made(conn, salon, TEN, "pedicure", now=MONDAY)
        held = kept(conn, salon, visit, TEN + HALF)
        conn.execute(
            update(rows)
            .where(rows.c.business_id == salon.id, rows.c.id == held.id)
            .values(status="booked")
        )
        return judge(conn, salon.id).parts

    assert await db.write(scene, world.romashka) == 1
