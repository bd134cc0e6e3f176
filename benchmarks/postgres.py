"""A private PostgreSQL for a benchmark, as the tests start theirs: fsync on, loopback only."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import postgres_server


@contextmanager
def private_postgres(name: str = "bench") -> Iterator[str]:
    """The address of an empty database on a server that ends with this process."""
    with bounced_postgres(name) as (url, _bounce):
        yield url


@contextmanager
def bounced_postgres(name: str = "bench") -> Iterator[tuple[str, Callable[[], None]]]:
    """The same, and how to let the server die and start again."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        server = postgres_server.start(place / "pg", while_alive=os.getpid(), durable=True)
        asyncio.run(create(server, name))
        yield f"{server}/{name}", lambda: postgres_server.bounce(place / "pg")


async def create(server: str, name: str) -> None:
    """Make an empty database."""
    for _ in range(100):  # it may say "starting up" for a moment
        try:
            conn = await asyncpg.connect(f"{server}/postgres")
            break
        except asyncpg.CannotConnectNowError:
            await asyncio.sleep(0.1)
    await conn.execute(f"CREATE DATABASE {name}")
    await conn.close()
