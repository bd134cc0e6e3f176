"""A migrated database for one errand, gone afterwards; never the one in use."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from beautybot.kit import migrate
from beautybot.kit.errors import BeautyBotError


class NoRoom(BeautyBotError):
    """The server does not let us make a database of our own."""


@asynccontextmanager
async def throwaway(url: str) -> AsyncIterator[str]:
    """The DATABASE_URL of a new database on the same engine, and on PostgreSQL the same server."""
    if url.startswith("sqlite"):
        with tempfile.TemporaryDirectory(prefix="beautybot-") as folder:
            made = f"sqlite:///{Path(folder, 'throwaway.db')}"
            await migrate.upgrade(made)
            yield made
        return
    name = f"beautybot_throwaway_{uuid4().hex[:12]}"
    await _told(url, f"CREATE DATABASE {name}")
    try:
        made = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        await migrate.upgrade(made)
        yield made
    finally:
        await _told(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def _told(url: str, statement: str) -> None:
    try:
        conn = await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError) as error:
        raise NoRoom(f"the server of DATABASE_URL does not answer: {error}") from None
    try:
        await conn.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        raise NoRoom("a database of its own is needed: give the role CREATEDB") from None
    finally:
        await conn.close()
