"""One process rings, another hears it; without the bell work is found all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from beautybot.kit import clock
from beautybot.kit.bell import PAUSE_S, Bell
from beautybot.kit.wakeup import ToDo, Wakeup

SOON_S, LONG_S = 10.0, 30.0  # a ring, however busy the machine; nobody rings


@asynccontextmanager
async def two(url: str) -> AsyncIterator[tuple[Wakeup, Wakeup, Bell, Bell]]:
    """A web and a worker, connected: their wake-ups, then their ends of the bell."""
    web, worker = Wakeup(), Wakeup()
    tells, hears = Bell(url, web, hears=False), Bell(url, worker, hears=True)
    tasks = [asyncio.create_task(bell.stay()) for bell in (tells, hears)]
    try:
        async with asyncio.timeout(LONG_S):
            await tells.connected.wait()
            await hears.connected.wait()
        yield web, worker, tells, hears
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def rung(worker: Wakeup, todo: ToDo, ticket: int, within_s: float = LONG_S) -> float:
    """How long the worker slept."""
    started = clock.monotonic()
    await worker.wait(todo, ticket, within_s)
    return clock.monotonic() - started


async def cut(url: str) -> int:
    """End the bells' connections from the server's side; how many there were."""
    conn = await asyncpg.connect(url)
    ended = await conn.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await conn.close()
    return len(ended)


async def test_a_ring_reaches_the_other_process(postgres_url: str) -> None:
    """Each list has its own ring, and who rang does not hear itself twice."""
    async with two(postgres_url) as (web, worker, _, _):
        inbox, outbox = worker.ticket(ToDo.INBOX), worker.ticket(ToDo.OUTBOX)
        web.ring(ToDo.INBOX)
        slept = await rung(worker, ToDo.INBOX, inbox)
        untold = await rung(worker, ToDo.OUTBOX, outbox, within_s=0.2)

    assert slept < SOON_S
    assert untold >= 0.2  # control: nobody rang for that one


async def test_many_rings_become_few(postgres_url: str) -> None:
    """A thousand deliveries in a moment are not a thousand notifications."""
    async with two(postgres_url) as (web, worker, _, _):
        before, began = worker.ticket(ToDo.INBOX), clock.monotonic()
        for _ in range(100):
            for _ in range(10):
                web.ring(ToDo.INBOX)
            await asyncio.sleep(0.001)
        await worker.wait(ToDo.INBOX, before, LONG_S)
        await asyncio.sleep(0.3)
        heard = worker.ticket(ToDo.INBOX) - before
        took = clock.monotonic() - began

    assert 1 <= heard <= took / PAUSE_S + 1
    assert heard < 1000


async def test_a_lost_connection_is_made_again_and_nothing_is_missed(postgres_url: str) -> None:
    """What was rung meanwhile is heard after it, at the latest by the ring of the return."""
    async with two(postgres_url) as (web, worker, tells, hears):
        assert await cut(postgres_url) >= 2
        ticket = worker.ticket(ToDo.TURNS)
        web.ring(ToDo.TURNS)
        slept = await rung(worker, ToDo.TURNS, ticket)
        async with asyncio.timeout(LONG_S):
            await tells.connected.wait()
            await hears.connected.wait()
        ticket = worker.ticket(ToDo.INBOX)
        web.ring(ToDo.INBOX)
        again = await rung(worker, ToDo.INBOX, ticket)

    assert slept < LONG_S - 1
    assert again < SOON_S


async def test_no_server_is_no_error(free_tcp_port: int) -> None:
    """The bell waits for the server; whoever rings is not disturbed."""
    wakeup = Wakeup()
    bell = Bell(f"postgresql://nobody@127.0.0.1:{free_tcp_port}/none", wakeup, hears=False)
    staying = asyncio.create_task(bell.stay())

    wakeup.ring(*ToDo)
    await asyncio.sleep(0.4)

    assert not staying.done() and not bell.connected.is_set()
    staying.cancel()


async def test_an_unknown_list_is_nobodys(postgres_url: str) -> None:
    """A newer version beside an older one, or a stranger's NOTIFY, breaks nothing."""
    async with two(postgres_url) as (web, worker, _, _):
        conn = await asyncpg.connect(postgres_url)
        await conn.execute("NOTIFY beautybot, 'a list of tomorrow'")
        await conn.close()
        ticket = worker.ticket(ToDo.INBOX)
        web.ring(ToDo.INBOX)

        assert await rung(worker, ToDo.INBOX, ticket) < SOON_S
