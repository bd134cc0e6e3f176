"""Who waits for the writer: in order, and what somebody outside waits for before all else."""

from __future__ import annotations

import asyncio
import threading
import time

from sqlalchemy import Connection

from beautybot.kit.db import Database
from beautybot.kit.db.line import MOST, Line
from beautybot.kit.db.sqlite import LEAST_S


def test_who_says_first_is_first_and_the_rest_keep_their_order() -> None:
    """Of many, at most MOST are taken at a time."""
    line = Line[str]()
    for name in ("a", "b"):
        line.join(name)
    line.join("now", first=True)

    assert line.take() == (["now", "a", "b"], 1)
    for number in range(MOST + 5):
        line.join(str(number))
    taken, _ = line.take()
    assert taken == [str(n) for n in range(MOST)]
    assert len(line.take()[0]) == 5


def test_who_was_not_served_is_next() -> None:
    """Before those who came meanwhile."""
    line = Line[str]()
    for name in ("a", "b", "c"):
        line.join(name)
    taken, _ = line.take()
    line.join("d")
    line.give_back(taken[1:])

    assert line.take() == (["b", "c", "d"], 0)


def test_a_closed_line_serves_who_is_in_it() -> None:
    """Then it says that nobody comes any more."""
    line = Line[str]()
    line.join("a")
    line.close()

    assert line.is_open()
    line.take()
    assert not line.is_open()


def test_it_sleeps_until_somebody_comes() -> None:
    """A word too many does no harm."""
    line, served = Line[int](), list[int]()

    def serve() -> None:
        while line.is_open():
            served.extend(line.take()[0])

    thread = threading.Thread(target=serve)
    thread.start()
    for number in range(500):
        line.join(number, first=number % 7 == 0)
    line.close()
    thread.join(5)

    assert sorted(served) == list(range(500))


async def test_a_delivery_does_not_wait_for_a_crowd_of_long_writes(sqlite_db: Database) -> None:
    """Only a batch is over before it; a write that waits its turn comes last."""
    order: list[str] = []

    def long(_conn: Connection, name: str) -> None:
        time.sleep(LEAST_S / 4)
        order.append(name)

    await sqlite_db.write(long, "warm")
    crowd = [asyncio.create_task(sqlite_db.write(long, f"turn {n}")) for n in range(200)]
    await asyncio.sleep(0)
    await sqlite_db.file.write(lambda conn: long(conn, "delivery"), first=True)
    await asyncio.gather(*crowd)
    in_line = [asyncio.create_task(sqlite_db.write(long, f"later {n}")) for n in range(50)]
    await asyncio.sleep(0)
    await sqlite_db.write(long, "usual")
    await asyncio.gather(*in_line)

    assert order.index("delivery") < 150
    assert order[-1] == "usual"
