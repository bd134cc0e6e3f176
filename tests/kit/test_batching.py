"""Callers share commits, in their order, in batches that take turns."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from beautybot.kit.batching import Batcher


class Slow:
    """A database whose commits take a few turns of the loop; keeps what each held."""

    def __init__(self) -> None:
        self.commits: list[list[int]] = []
        self.broken = False

    async def insert_first(self, items: list[int]) -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        if self.broken:
            raise OSError("the disk is gone")
        self.commits.append(items)


def batcher(db: Any, *, most: int = 256) -> Batcher[int]:
    return Batcher[int](db, lambda items: items, most=most)


async def test_everybody_who_waits_shares_a_commit_in_order() -> None:
    """Twenty at once are one transaction."""
    db = Slow()
    batches = batcher(db)

    await asyncio.gather(*(batches.add(n) for n in range(20)))

    assert db.commits == [list(range(20))]


async def test_no_commit_holds_more_than_the_most() -> None:
    """The rest follows in the next ones, and nobody is forgotten."""
    db = Slow()
    batches = batcher(db, most=8)

    await asyncio.gather(*(batches.add(n) for n in range(20)))

    assert [len(commit) for commit in db.commits] == [8, 8, 4]
    assert [item for commit in db.commits for item in commit] == list(range(20))


async def test_callers_that_come_back_settle_into_two_even_batches() -> None:
    """Neither waits for everybody: one is committed while the other is answered."""
    db = Slow()
    batches = batcher(db)

    async def caller(n: int) -> None:
        for turn in range(20):
            await batches.add(100 * turn + n)
            for _ in range(4):  # its answer travels, and the next request too
                await asyncio.sleep(0)

    # One is early: without halving it would stay alone for ever, and the others in one crowd.
    early = asyncio.create_task(caller(0))
    for _ in range(3):
        await asyncio.sleep(0)
    await asyncio.gather(early, *(caller(n) for n in range(1, 32)))

    settled = [len(commit) for commit in db.commits[5:-5]]
    assert sorted(item for commit in db.commits for item in commit) == sorted(
        100 * turn + n for turn in range(20) for n in range(32)
    )
    assert max(settled) - min(settled) <= 2


async def test_a_failed_commit_is_told_to_everybody_in_it_and_to_nobody_else() -> None:
    """The next batch goes its own way."""
    db = Slow()
    batches = batcher(db)
    db.broken = True

    failed = await asyncio.gather(*(batches.add(n) for n in range(3)), return_exceptions=True)
    db.broken = False
    await batches.add(9)

    assert all(isinstance(error, OSError) for error in failed)
    assert len(failed) == 3
    assert db.commits == [[9]]


@pytest.mark.parametrize("gone", [0, 2])
async def test_a_caller_who_went_away_does_not_stop_the_others(gone: int) -> None:
    """A cancelled request's item may be stored; the others hear of theirs."""
    db = Slow()
    batches = batcher(db)
    tasks = [asyncio.create_task(batches.add(n)) for n in range(4)]
    await asyncio.sleep(0)

    tasks[gone].cancel()
    heard = await asyncio.gather(*tasks, return_exceptions=True)

    assert [isinstance(h, asyncio.CancelledError) for h in heard].count(True) == 1
    assert [h for h in heard if h is None] == [None] * 3
