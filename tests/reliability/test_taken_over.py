"""Work that outlived its lease: another worker has it, and this one goes on with the rest."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select, update
from town import PHONE_ID, Town

from beautybot.conversations import delivery, outbox
from beautybot.conversations.envelope import Envelope
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.kit import jobs
from beautybot.kit.db import across_salons
from beautybot.kit.jobs import Job
from beautybot.kit.leases import LeaseLost
from beautybot.worker import Worker

OLGA, VERA = WaClient("79161234567", name="Ольга"), WaClient("79167654321", name="Вера")


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


async def test_a_receipt_that_came_first_takes_no_other_answer_with_it(here: Town) -> None:
    """
    An answer's row may be settled by its receipt and its number be the next answer's already.

    Who comes late to settle the first must leave the second alone: its sender
    may have died, and then nobody would say it.
    """
    early = await _to_send(here, OLGA)
    await here.db.write(_settled_by_a_receipt, early)
    late = await _to_send(here, VERA)
    assert late.outbox_id == early.outbox_id, "SQLite gives the number of a deleted row again"

    with pytest.raises(LeaseLost):
        await here.db.write(delivery.was_sent, early, "wamid.first", here.hands())

    here.hands.ahead += timedelta(minutes=1)  # the sender of the second has died
    await here.settle()
    assert len(here.graph.transcripts.ours(PHONE_ID, VERA.key)) == 1


async def test_a_job_that_is_over_takes_no_other_with_it(here: Town) -> None:
    """The same of a job whose number is another job's by now."""
    await here.db.write(_put, here, "first")
    [early] = await here.db.write(jobs.take, here.hands(), "slow", 100)
    await here.db.write(jobs.done, early)
    await here.db.write(_put, here, "second")
    [late] = await here.db.write(jobs.take, here.hands(), "quick", 100)
    assert late.id == early.id

    await here.db.write(jobs.done, early)

    assert "second" in await here.db.read(_left)


async def _to_send(here: Town, client: WaClient) -> Envelope:
    """An answer of ours to a client, claimed by a sender that has not called the channel."""
    await here.graph.client_says(PHONE_ID, client, "сколько стоит педикюр?")
    await here.graph.idle()
    worker = here.worker
    while not (taken := (await _take(here))[0]):
        await worker._read()
        await worker._turns()
        await asyncio.gather(*worker.running)
    return taken[0]


async def _take(here: Town) -> tuple[list[Envelope], int]:
    return await here.db.write(delivery.take, here.worker.keyring, here.hands(), "sender", 1)


def _settled_by_a_receipt(conn: Connection, envelope: Envelope) -> None:
    outbox.remove(conn, envelope.business_id, envelope.outbox_id)


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
