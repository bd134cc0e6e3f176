"""PostgreSQL dies and comes back while clients talk: each is answered, and answered once."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import postgres_server
import pytest
from survivors import Survivors, survivors
from town import PHONE_ID

from beautybot.demo.fakes.graph_events import WaClient
from beautybot.kit import migrate

WAVES, CLIENTS = 2, 8


@pytest.fixture
def place() -> Iterator[Path]:
    """The folder of a server of its own, durable, that this test may let die."""
    if postgres_server.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    mine = Path(tempfile.mkdtemp(prefix="beautybot-restarts-"))
    mine.chmod(0o755)  # the server runs as somebody else
    yield mine / "pg"
    os.kill(int((mine / "pg" / "keeper").read_text()), signal.SIGTERM)  # it removes the folder


async def test_nothing_is_lost_or_doubled_when_the_server_dies(place: Path, tmp_path: Path) -> None:
    """Killed in the middle of each wave of messages; `benchmarks/scale` does it for thousands."""
    url = postgres_server.start(place, while_alive=os.getpid(), durable=True) + "/postgres"
    await migrate.upgrade(url)
    lives = [await born(url)]
    async with survivors(url, tmp_path) as here:
        for wave in range(WAVES):
            talk = asyncio.gather(*(asks(here, wave, n) for n in range(CLIENTS)))
            await asyncio.sleep(0.15)
            postgres_server.bounce(place)
            await talk
            await here.quiet(60)
            lives.append(await born(url))
        screens = [len(here.screen(client(w, n))) for w in range(WAVES) for n in range(CLIENTS)]

        assert here.product.deaths == 0
    assert screens == [1] * (WAVES * CLIENTS)
    assert len(set(lives)) == WAVES + 1  # control: it really died each time


def client(wave: int, number: int) -> WaClient:
    return WaClient(f"79161{wave:02d}{number:04d}", name="Ольга")


async def asks(here: Survivors, wave: int, number: int) -> None:
    await asyncio.sleep(number * 0.06)
    await here.graph.client_says(PHONE_ID, client(wave, number), "сколько стоит педикюр?")


async def born(url: str) -> object:
    """When the server started."""
    async with asyncio.timeout(30):
        while True:
            try:
                conn = await asyncpg.connect(url)
                break
            except (OSError, asyncpg.PostgresError):
                await asyncio.sleep(0.1)
    when = await conn.fetchval("SELECT pg_postmaster_start_time()")
    await conn.close()
    return when
