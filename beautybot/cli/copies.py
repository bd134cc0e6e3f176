"""Copies of the database: made while it is used, closed up, put back and made fit to serve."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from beautybot.cli.output import progress, say, warn
from beautybot.kit.errors import BeautyBotError
from beautybot.settings import Settings, load

if TYPE_CHECKING:
    from datetime import datetime

    from beautybot.kit.crypto import Key
    from beautybot.privacy.drills import Drill
    from beautybot.privacy.old_copies import Settled
    from beautybot.privacy.tombstones import Tombstone

app = typer.Typer()

File = Annotated[Path, typer.Argument(metavar="FILE")]


class SameKey(BeautyBotError):
    """Whoever has the copies must not have the secrets in them too."""


@app.command()
def backup(file: File) -> None:
    """Copy the database to a file, also while the server runs; closed up if BACKUP_KEY is set."""
    from beautybot.kit.copies import backup as copy

    settings = load()
    key = backup_key(settings)
    with progress("Copying"):
        size = asyncio.run(copy(settings.database_url, file, key))
    how = "closed up with BACKUP_KEY" if key else "NOT closed up: set BACKUP_KEY"
    say(f"{file}: {size / 1e6:.1f} MB, checked, {how}. Keep the encryption keys apart from it.")


@app.command()
def restore(
    file: File,
    drill: Annotated[
        bool, typer.Option("--drill", help="Only try it, in a database of its own.")
    ] = False,
) -> None:
    """Put a copy back in place of the database; the server must be stopped."""
    settings = load()
    if drill:
        with progress("Trying"):
            tried = asyncio.run(_drill(settings, file))
        say(
            f"The copy of {tried.copy_made_at:%Y-%m-%d %H:%M} UTC can be put back: "
            f"{tried.salons} salons, {tried.rows} rows. Nothing of yours was touched."
        )
        return
    with progress("Restoring"):
        made, settled = asyncio.run(_restore(settings, file))
    say(
        f"Restored the copy of {made:%Y-%m-%d %H:%M} UTC; what happened since is not in it. "
        f"Dropped, lest it be said twice: {settled.messages} messages, {settled.turns} turns. "
        f"Erased again: {settled.erased} clients."
    )


async def _restore(settings: Settings, file: Path) -> tuple[datetime, Settled]:
    from beautybot.kit import clock
    from beautybot.kit.copies import restore as put_back
    from beautybot.kit.db import connect
    from beautybot.privacy import old_copies

    stones = await _stones(settings)
    made = await put_back(settings.database_url, file, backup_key(settings))
    db = connect(settings.database_url)
    try:
        settled = await db.write(old_copies.settle, stones, made=made, now=clock.now())
        await db.scrub()
    finally:
        await db.close()
    return made, settled


async def _drill(settings: Settings, file: Path) -> Drill:
    from beautybot.kit import clock
    from beautybot.kit.copies import restore as put_back
    from beautybot.kit.db import connect
    from beautybot.kit.db.throwaway import throwaway
    from beautybot.privacy import drills, old_copies

    stones = await _stones(settings)
    async with throwaway(settings.database_url) as url:
        made = await put_back(url, file, backup_key(settings))
        db = connect(url)
        try:
            salons, rows = await db.read(drills.look)
            await db.write(old_copies.settle, stones, made=made, now=clock.now())
        finally:
            await db.close()
    tried = drills.Drill(clock.now(), made, salons, rows)
    db = connect(settings.database_url)
    try:
        await db.write(drills.note, tried)
    finally:
        await db.close()
    return tried


async def _stones(settings: Settings) -> list[Tombstone]:
    """Who was erased, from the database that is being replaced, if it can still be read."""
    from sqlalchemy.exc import SQLAlchemyError

    from beautybot.kit.db import DatabaseUnavailable, connect
    from beautybot.privacy import tombstones

    if settings.on_sqlite and not settings.sqlite_path.exists():
        return []
    try:
        db = connect(settings.database_url)
        try:
            return await db.read(tombstones.listing)
        finally:
            await db.close()
    except (SQLAlchemyError, DatabaseUnavailable):
        warn("The old database cannot be read: who was erased since the copy must be erased again.")
        return []


def backup_key(settings: Settings) -> Key | None:
    """The key of the copies; SameKey if it also opens what is in them."""
    from beautybot.kit.crypto import parse_keys

    if not settings.backup_key:
        return None
    (key, *_) = parse_keys(settings.backup_key)
    if key in parse_keys(settings.encryption_keys or ""):
        raise SameKey("BACKUP_KEY must not be one of ENCRYPTION_KEYS")
    return key
