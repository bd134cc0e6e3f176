"""Work that outlived its lease: another worker has it, and this one goes on with the rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select, update
from town import Town

from beautybot.kit import jobs
from beautybot.kit.db import across_salons
from beautybot.kit.jobs import Job
from beautybot.worker import Worker


@pytest.mark.parametrize("ends", ["done", "again", "failed"])
async def test_a_job_that_was_taken_over_is_left_alone(here: Town, ends: str) -> None:
    """However it ends here; the next of the same batch runs all the same."""
    ran: list[str] = []

    async def slow(worker: Worker, job: Job) -> timedelta | None:
        ran.append(job.key)
        if job.key == "first":
            await worker.db.write(_claimed_by_another, jobs.jobs, job.id)
        if ends == "failed":
            raise RuntimeError("it broke")
        return timedelta(hours=1) if ends == "again" else None

    here.worker.jobs = {"slow": slow}
    for key in ("first", "second"):
        await here.db.write(_put, here, key)

    await here.worker._jobs()
    left = await here.db.read(_left)

    assert sorted(ran) == ["first", "second"]
    assert left["first"].leased_by == "another" and left["first"].last_error is None
    second = left.get("second")
    match ends:
        case "done":
            assert second is None
        case "again":
            assert second.due_at > here.hands() + timedelta(minutes=50)
        case _:
            assert "it broke" in second.last_error


def _put(conn: Connection, here: Town, key: str) -> None:
    now = here.hands()
    jobs.put(conn, "slow", key, {}, due_at=now, now=now)


def _claimed_by_another(conn: Connection, table: Table, row_id: int) -> None:
    """As when a lease of half a minute has run out."""
    values = {"lease": table.c.lease + 1, "leased_by": "another"}
    conn.execute(across_salons(update(table).where(table.c.id == row_id).values(**values)))


def _left(conn: Connection) -> dict[str, Any]:
    rows = conn.execute(select(jobs.jobs).where(jobs.jobs.c.name == "slow"))
    return {row.key: row for row in rows}
