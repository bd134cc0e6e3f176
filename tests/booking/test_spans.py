"""Spans of whole minutes: what is free next to what is taken, and the lists a database gives."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, strategies as st
from sqlalchemy import Connection, insert, select
from world import MONDAY, World

from beautybot.booking.models import time_off
from beautybot.booking.slots import Span, apart, columns_of, minus, minute, starts, union
from beautybot.kit.db import Database
from beautybot.kit.db.minutes import minutes_listed

some = st.tuples(st.integers(0, 300), st.integers(1, 60)).map(lambda s: (s[0], s[0] + s[1]))
spans = st.lists(some, max_size=8)
GRID = range(0, 300, 5)


@given(spans, st.integers(-20, 0), st.integers(1, 60))
def test_apart_is_what_meets_no_span(taken: list[Span], first: int, last: int) -> None:
    """Spans that touch, lie in each other or come twice are no trouble."""
    slowly = [at for at in GRID if all(at + last <= a or b <= at + first for a, b in taken)]

    assert apart(GRID, columns_of(taken), first, last) == slowly


@given(spans, st.lists(some, min_size=1, max_size=3))
def test_starts_are_where_all_that_is_busy_is_free(free: list[Span], busy: list[Span]) -> None:
    """Minute by minute."""
    open_ = {m for a, b in free for m in range(a, b)}
    slowly = [at for at in GRID if all(at + m in open_ for a, b in busy for m in range(a, b))]

    assert starts(union(free), busy, GRID) == slowly


@given(spans, spans)
def test_minus_leaves_what_only_the_first_has(have: list[Span], taken: list[Span]) -> None:
    """Minute by minute; and nothing empty is left."""
    left = minus(union(have), union(taken))

    wanted = {m for a, b in have for m in range(a, b)} - {m for a, b in taken for m in range(a, b)}
    assert {m for a, b in left for m in range(a, b)} == wanted
    assert all(a < b for a, b in left)


async def test_times_come_from_the_database_as_whole_minutes(db: Database, world: World) -> None:
    """Rounded down, in two lists of the same order, on either engine."""
    spans = [
        (MONDAY + timedelta(minutes=n, seconds=59), MONDAY + timedelta(hours=n)) for n in (1, 2)
    ]
    business_id = world.romashka.id

    def listed(conn: Connection) -> list[tuple[list[int], list[int]]]:
        for a, b in spans:
            row = {"business_id": business_id, "starts_at": a, "ends_at": b}
            conn.execute(insert(time_off).values(row))
        query = select(minutes_listed(time_off.c.starts_at), minutes_listed(time_off.c.ends_at))
        return [(a, b) for a, b in conn.execute(query.where(time_off.c.business_id == business_id))]

    noon = minute(MONDAY)
    assert await db.write(listed) == [([noon + 1, noon + 2], [noon + 60, noon + 120])]
