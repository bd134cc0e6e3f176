"""A write under way gives way to one that somebody outside waits for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, select

from beautybot.kit import clock, jobs
from beautybot.kit.db.database import SqliteDatabase
from beautybot.kit.db.giving_way import REST_S, STOPS, GivesWay, GivingWay


def put(conn: Connection, key: str) -> bool:
    now = clock.now()
    return jobs.put(conn, "test", key, {}, due_at=now, now=now)


def keys(conn: Connection) -> list[str]:
    return list(conn.scalars(select(jobs.jobs.c.key).order_by(jobs.jobs.c.id)))


class Long:
    """A verb that writes, lets others come while it thinks, and writes again."""

    def __init__(self, name: str = "long") -> None:
        self.name = name
        self.runs = 0
        self.thinks = threading.Event()
        self.goes_on = threading.Event()

    def __call__(self, conn: Connection) -> int:
        """How often it was begun."""
        self.runs += 1
        put(conn, f"{self.name}: first")
        self.thinks.set()
        assert self.goes_on.wait(10)
        put(conn, f"{self.name}: second")
        return self.runs


async def comes(db: SqliteDatabase, key: str, long: Long, *, first: bool = True) -> bool:
    """Somebody writes a key while the long verb thinks; what came of it."""
    assert await asyncio.to_thread(long.thinks.wait, 10)
    came = db.file.write(lambda conn: put(conn, key), first=first)
    long.goes_on.set()
    return await came


@pytest.mark.parametrize("neighbours", [0, 2])
async def test_who_is_first_does_not_wait_for_a_long_verb(
    neighbours: int, sqlite_db: SqliteDatabase
) -> None:
    """It is undone, run again, and done once; those who shared its commit are done once, too."""
    long, loop = Long(), asyncio.get_running_loop()
    await sqlite_db.write(put, "before")
    shared = [loop.create_task(sqlite_db.write(put, f"n{n}")) for n in range(neighbours)]
    done = loop.create_task(sqlite_db.write(long))

    assert await comes(sqlite_db, "urgent", long)

    assert await done == 2
    assert all(await asyncio.gather(*shared))
    written = await sqlite_db.read(keys)
    assert sorted(written[1 : 1 + neighbours]) == [f"n{n}" for n in range(neighbours)]
    assert written[1 + neighbours :] == ["urgent", "long: first", "long: second"]


async def test_who_is_first_is_committed_alone(sqlite_db: SqliteDatabase) -> None:
    """Before the verbs that wait are begun, and not with them."""
    long, next_one = Long("a"), Long("b")
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(sqlite_db.write(verb)) for verb in (long, next_one)]

    assert await comes(sqlite_db, "urgent", long)

    assert not next_one.goes_on.is_set()  # it would have been waited for
    next_one.goes_on.set()
    assert await asyncio.gather(*tasks) == [2, 1]


async def test_who_is_not_first_waits(sqlite_db: SqliteDatabase) -> None:
    """Control: the long verb is run once, and who came later is written later."""
    long = Long()
    done = asyncio.get_running_loop().create_task(sqlite_db.write(long))

    assert await comes(sqlite_db, "later", long, first=False)

    assert await done == 1
    assert await sqlite_db.read(keys) == ["long: first", "long: second", "later"]


async def test_what_a_stopped_verb_opened_is_undone_with_it(sqlite_db: SqliteDatabase) -> None:
    """A savepoint of its own, too: what undoes it is not stopped in its turn."""
    long = Long()

    def nested(conn: Connection) -> int:
        with conn.begin_nested():
            return long(conn)

    done = asyncio.get_running_loop().create_task(sqlite_db.write(nested))

    assert await comes(sqlite_db, "urgent", long)

    assert await done == 2
    assert await sqlite_db.read(keys) == ["urgent", "long: first", "long: second"]


async def test_a_verb_that_fails_after_it_gave_way_fails_once(sqlite_db: SqliteDatabase) -> None:
    """Its error reaches who asked, and nothing of it stays."""
    long = Long()

    def fails(conn: Connection) -> None:
        long(conn)
        raise LookupError("it changed its mind")

    done = asyncio.get_running_loop().create_task(sqlite_db.write(fails))

    assert await comes(sqlite_db, "urgent", long)

    with pytest.raises(LookupError, match="mind"):
        await done
    assert (long.runs, await sqlite_db.read(keys)) == (2, ["urgent"])


@pytest.fixture
def one() -> Iterator[tuple[Connection, GivingWay, list[float]]]:
    """A connection whose verbs are stopped whenever they may be, and the time."""
    now = [100.0]
    engine = create_engine("sqlite://")
    giving_way = GivingWay(engine, lambda: True, lambda: now[0])
    with engine.connect() as conn:
        yield conn, giving_way, now
    engine.dispose()


def run(conn: Connection, giving_way: GivingWay) -> bool:
    """Whether a verb of one statement was done and not stopped."""
    try:
        with giving_way.allowed():
            conn.execute(select(1))
    except GivesWay:
        return False
    return True


def test_a_verb_is_done_however_many_come_first(
    one: tuple[Connection, GivingWay, list[float]],
) -> None:
    """After a few stops it is left alone; the next one may be stopped again."""
    conn, giving_way, now = one
    done = []
    for _ in range(2 * (STOPS + 1)):
        now[0] += REST_S
        done.append(run(conn, giving_way))
        assert giving_way.is_due()
        with giving_way.allowed(usual=False):  # who came first
            conn.execute(select(1))

    assert done == 2 * ([False] * STOPS + [True])


def test_a_stop_comes_only_once_in_a_while(
    one: tuple[Connection, GivingWay, list[float]],
) -> None:
    """In a flood most of the time is spent on what is done, and commits are shared."""
    conn, giving_way, now = one

    assert not run(conn, giving_way)
    assert giving_way.is_due()
    assert run(conn, giving_way)
    assert not giving_way.is_due()
    now[0] += REST_S
    assert not run(conn, giving_way)
    assert giving_way.is_due()


def test_only_a_verb_that_may_be_stopped_is(
    one: tuple[Connection, GivingWay, list[float]],
) -> None:
    """Control: outside the block statements go through, whoever waits."""
    conn, _, _ = one

    assert conn.execute(select(1)).scalar_one() == 1
