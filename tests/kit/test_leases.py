"""
Claimed work against a plain model: put, claim, finish, die, and let time pass.

The machine runs on both engines.  The model is a dictionary; whatever the
table does that a dictionary with a clock would not do is a mistake.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, delete, select

from beautybot.kit import jobs
from beautybot.kit.db import Database, connect
from beautybot.kit.jobs import GIVE_UP_AFTER, Job
from beautybot.kit.leases import VISIBILITY, LeaseLost, backoff, free_all

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MORNING = timedelta(hours=9)


@dataclass(slots=True)
class Expected:
    """What the model knows of one job."""

    due_at: datetime | None
    attempts: int = 0
    lease: int = 0
    taken: bool = False


class JobsMachine(RuleBasedStateMachine):
    """Workers that claim, finish, fail and vanish, beside somebody who puts new work."""

    held = Bundle("held")
    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.db: Database = self.runner.run(_open(self.url))
        self.now = START
        self.model: dict[str, Expected] = {}

    def teardown(self) -> None:
        self.runner.run(self.db.close())
        self.runner.close()

    def write(self, verb: Any, *args: Any, **kwargs: Any) -> Any:
        return self.runner.run(self.db.write(verb, *args, **kwargs))

    @rule(key=st.sampled_from("abcdef"), delay_s=st.integers(0, 40))
    def put(self, key: str, delay_s: int) -> None:
        """A second job of the same key is not put."""
        due_at = self.now + timedelta(seconds=delay_s)
        put = self.write(jobs.put, "work", key, {}, due_at=due_at, now=self.now)
        assert put == (key not in self.model)
        if put:
            # It begins anywhere: another row may have had its id, and somebody may still hold that.
            _, begun = self.runner.run(self.db.read(_rows))[key]
            self.model[key] = Expected(due_at, lease=begun)

    @rule(target=held, limit=st.integers(1, 4))
    def claim(self, limit: int) -> Any:
        """The oldest that are due, each once, hidden until the visibility has passed."""
        taken: list[Job] = self.write(jobs.take, self.now, "worker", limit)
        due = {k: e for k, e in self.model.items() if e.due_at and e.due_at <= self.now}
        names = {job.key for job in taken}
        assert names <= set(due)
        assert len(taken) == len(names) == min(limit, len(due))
        left = [e.due_at for key, e in due.items() if key not in names]
        assert all(due[name].due_at <= later for name in names for later in left if later)
        for job in taken:
            expected = self.model[job.key]
            expected.attempts, expected.lease, expected.taken = job.attempts, job.lease, True
            expected.due_at = self.now + VISIBILITY
        return multiple(*taken)

    @rule(job=consumes(held))
    def finish(self, job: Job) -> None:
        """Only the last claimant can finish; a late one changes nothing."""
        self.write(jobs.done, job)
        if self.is_mine(job):
            del self.model[job.key]

    @rule(job=consumes(held), delay_s=st.integers(0, 100))
    def repeat(self, job: Job, delay_s: int) -> None:
        """A repeating job comes back at its time, with its tries counted anew."""
        at = self.now + timedelta(seconds=delay_s)
        if self.is_mine(job):
            self.write(jobs.again, job, at)
            self.model[job.key] = Expected(at, 0, job.lease)
        else:
            self.refused(jobs.again, job, at)

    @rule(job=consumes(held))
    def fail(self, job: Job) -> None:
        """A failure is tried later, and given up after enough of them."""
        if not self.is_mine(job):
            self.refused(jobs.failed, job, self.now, "broken")
            return
        given_up = self.write(jobs.failed, job, self.now, "broken")
        assert given_up == (job.attempts >= GIVE_UP_AFTER)
        due_at = None if given_up else self.now + backoff(job.attempts)
        self.model[job.key] = Expected(due_at, job.attempts, job.lease)

    @rule(job=consumes(held))
    def die(self, job: Job) -> None:
        """A worker vanishes; its work is due again when the visibility has passed."""

    @rule(seconds=st.integers(1, 90))
    def let_time_pass(self, seconds: int) -> None:
        """The clock goes on."""
        self.now += timedelta(seconds=seconds)

    @rule()
    def restart(self) -> None:
        """The only server starts again: all that was claimed is due at once."""
        freed = self.write(free_all, jobs.jobs, self.now)
        taken = [e for e in self.model.values() if e.taken]
        assert freed == len(taken)
        for expected in taken:
            expected.due_at, expected.taken = self.now, False
            expected.lease += 1

    @invariant()
    def the_table_is_the_model(self) -> None:
        """Same keys, same times, same fencing numbers."""
        found = self.runner.run(self.db.read(_rows))
        assert found == {k: (e.due_at, e.lease) for k, e in self.model.items()}

    def is_mine(self, job: Job) -> bool:
        expected = self.model.get(job.key)
        return expected is not None and expected.taken and expected.lease == job.lease

    def refused(self, verb: Any, *args: Any) -> None:
        with pytest.raises(LeaseLost):
            self.write(verb, *args)


async def _open(url: str) -> Database:
    db = connect(url)
    await db.write(lambda conn: conn.execute(delete(jobs.jobs)))
    return db


def _rows(conn: Connection) -> dict[str, tuple[datetime | None, int]]:
    rows = conn.execute(select(jobs.jobs.c.key, jobs.jobs.c.due_at, jobs.jobs.c.lease))
    return {row.key: (row.due_at, row.lease) for row in rows}


@pytest.fixture
def machine(database_url: str) -> Iterator[type[JobsMachine]]:
    """The machine on one engine."""
    yield type("Machine", (JobsMachine,), {"url": database_url})


def test_claimed_work_is_done_once_and_survives_its_worker(machine: type[JobsMachine]) -> None:
    """Whatever happens in whatever order, the table does what the model does."""
    run_state_machine_as_test(
        machine, settings=settings(max_examples=20, stateful_step_count=30, deadline=None)
    )


async def test_two_workers_at_once_never_take_the_same_job(db: Database) -> None:
    """Claims from side to side share the work without sharing a job."""
    for n in range(40):
        await db.write(jobs.put, "work", str(n), {}, due_at=START, now=START)

    claims = await asyncio.gather(*(db.write(jobs.take, START, f"worker {n}", 5) for n in range(8)))

    taken = [job.key for claim in claims for job in claim]
    assert len(taken) == len(set(taken)) == 40


async def test_a_zombie_cannot_write(db: Database) -> None:
    """A worker that slept over its visibility finds its lease gone."""
    await db.write(jobs.put, "work", "a", {}, due_at=START, now=START)
    (first,) = await db.write(jobs.take, START, "slow", 1)
    (second,) = await db.write(jobs.take, START + VISIBILITY, "quick", 1)

    with pytest.raises(LeaseLost):
        await db.write(jobs.again, first, START)

    await db.write(jobs.again, second, START + MORNING)
    assert (await db.read(_rows))["a"] == (START + MORNING, second.lease)


def test_waiting_grows_and_has_an_end() -> None:
    """1, 2, 4 seconds, never more than five minutes."""
    waits = [backoff(n).total_seconds() for n in range(1, 20)]

    assert waits[:4] == [1, 2, 4, 8]
    assert waits == sorted(waits)
    assert max(waits) == 300
