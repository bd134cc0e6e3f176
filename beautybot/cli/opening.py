"""Opening the house for the length of one command."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from beautybot.kit.errors import BeautyBotError
from beautybot.settings import Settings, load

if TYPE_CHECKING:
    from beautybot.kit.crypto import Keyring
    from beautybot.kit.db import Database

T = TypeVar("T")


class NotMigrated(BeautyBotError):
    """The tables are not those this version works with."""


@dataclass(frozen=True, slots=True)
class House:
    """What a command works with: the settings and an open database at the newest step."""

    settings: Settings
    db: Database

    @property
    def keyring(self) -> Keyring:
        """The keys of this installation."""
        from beautybot.kit.keys import keyring_of

        return keyring_of(self.settings)


def inside(work: Callable[[House], Awaitable[T]]) -> T:
    """
    Run a command's work on the database of the settings, beside a server or alone.

    A new SQLite file gets its tables at once.  NotMigrated if a database that
    is already in use has to be migrated first.
    """
    return asyncio.run(_inside(work))


async def check(settings: Settings) -> None:
    """Fail in words if the database is away or not at the newest step."""
    from beautybot.kit.db import connect

    db = connect(settings.database_url)
    try:
        await _check(db, settings)
    finally:
        await db.close()


async def _inside(work: Callable[[House], Awaitable[T]]) -> T:
    from beautybot.kit.db import connect

    settings = load()
    db = connect(settings.database_url)
    try:
        await _check(db, settings)
        return await work(House(settings, db))
    finally:
        await db.close()


async def _check(db: Database, settings: Settings) -> None:
    from beautybot.kit import steps

    step = await db.read(steps.current)
    if step is None and settings.on_sqlite:
        from beautybot.kit import migrate

        await migrate.upgrade(db)
    elif step != steps.newest():
        raise NotMigrated("the tables are not up to date; run `beautybot migrate`")
