"""
Copies of the database: made while it is used, checked before they count, put back whole.

SQLite's copy is one snapshot by VACUUM INTO, never a copy of a live WAL file
(https://sqlite.org/lang_vacuum.html#vacuuminto).  PostgreSQL's is made and put
back by its own pg_dump and pg_restore.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from beautybot.kit import clock, migrate, sealed
from beautybot.kit.crypto import Key
from beautybot.kit.db.locks import FileLocks
from beautybot.kit.db.sqlite import DatabaseInUse
from beautybot.kit.errors import BeautyBotError


class BadCopy(BeautyBotError):
    """The file is damaged, is no copy of a BeautyBot database, or could not be made."""


async def backup(url: str, file: Path, key: Key | None = None) -> int:
    """
    Copy the database to a file of mode 0600, closed up with `key` if given; its size in bytes.

    The file appears under its name only when it is whole and has been checked,
    so an interrupted backup leaves an older one as it was.
    """
    return await asyncio.to_thread(_backup, url, file, key)


async def restore(url: str, file: Path, key: Key | None = None) -> datetime:
    """
    Put a copy back in place of the database and migrate it; when the copy was made.

    On SQLite the replaced file is kept beside the new one as
    `NAME.before-restore`.  DatabaseInUse while a server has it; BadCopy, and
    nothing is touched, if the file is not whole.
    """
    made = await asyncio.to_thread(_restore, url, file, key)
    await migrate.upgrade(url)
    return made


def _backup(url: str, file: Path, key: Key | None) -> int:
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        (_copy_file if url.startswith("sqlite") else _dump)(url, part)
        if key is not None:
            open_copy = part.rename(part.with_name(part.name + ".open"))
            sealed.seal(open_copy, part, key)
            open_copy.unlink()
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
        part.with_name(part.name + ".open").unlink(missing_ok=True)
    return file.stat().st_size


def _restore(url: str, file: Path, key: Key | None) -> datetime:
    made = clock.from_epoch(file.stat().st_mtime)
    put_back = _put_file_back if url.startswith("sqlite") else _load
    if not sealed.is_sealed(file):
        put_back(url, file)
        return made
    if key is None:
        raise BadCopy(f"{file.name} is closed up; set BACKUP_KEY to the key it was made with")
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        opened = Path(folder, "copy")
        sealed.unseal(file, opened, key)
        put_back(url, opened)
    return made


def _copy_file(url: str, part: Path) -> None:
    source = Path(url.removeprefix("sqlite:///"))
    if not source.exists():
        raise BadCopy(f"there is no database at {source}")
    try:
        with closing(sqlite3.connect(source, timeout=30)) as conn:
            conn.execute("VACUUM INTO ?", (str(part),))
    except sqlite3.DatabaseError as error:
        raise BadCopy(f"the database could not be copied: {error}") from error
    _check(part)


def _check(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as conn:
            verdict = conn.execute("PRAGMA integrity_check").fetchone()[0]
            conn.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise BadCopy(f"{file.name} is not a whole copy of a BeautyBot database") from error
    if verdict != "ok":
        raise BadCopy(f"{file.name} is damaged: {str(verdict).splitlines()[0]}")


def _put_file_back(url: str, file: Path) -> None:
    target = Path(url.removeprefix("sqlite:///"))
    target.parent.mkdir(parents=True, exist_ok=True)
    locks = FileLocks(target)
    try:
        if not locks.own():
            raise DatabaseInUse("a server uses this database; stop it first")
        part = target.with_name(target.name + ".restoring")
        shutil.copyfile(file, part)
        part.chmod(0o600)
        _check(part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        if target.exists():
            _settle(target)
            target.replace(target.with_name(target.name + ".before-restore"))
        for tail in ("-wal", "-shm"):  # they belong to the old file and would spoil the new one
            target.with_name(target.name + tail).unlink(missing_ok=True)
        part.replace(target)
    finally:
        locks.close()


def _settle(target: Path) -> None:
    """Move what is in the WAL into the file, so that the file that is kept is complete."""
    try:
        with closing(sqlite3.connect(target)) as conn:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.DatabaseError:
        return  # damaged: that is why it is being replaced


def _dump(url: str, part: Path) -> None:
    with _address(url) as address:
        _run("pg_dump", "--format=custom", "--no-owner", f"--file={part}", address)
    _run("pg_restore", "--list", str(part))


def _load(url: str, file: Path) -> None:
    _run("pg_restore", "--list", str(file))
    whole = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
    with _address(url) as address:
        _run("pg_restore", *whole, f"--dbname={address}", str(file))


@contextmanager
def _address(url: str) -> Iterator[str]:
    """The URL for PostgreSQL's programs, its password in a file: a command line can be seen."""
    parts = urlsplit(url)
    with tempfile.TemporaryDirectory() as folder:
        passwords = Path(folder, "passwords")
        passwords.touch(mode=0o600)
        secret = unquote(parts.password or "").replace("\\", r"\\").replace(":", r"\:")
        passwords.write_text(f"*:*:*:*:{secret}\n")
        host = parts.netloc.rpartition("@")[2]
        user = f"{parts.username}@" if parts.username else ""
        more = f"{parts.query}&" if parts.query else ""
        yield f"postgresql://{user}{host}{parts.path}?{more}passfile={passwords}"


def _run(program: str, *words: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise BadCopy(f"{program} is not installed; it comes with PostgreSQL's client programs")
    done = subprocess.run(  # noqa: S603 - our own words, and no shell
        [found, *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no reason given"]
        raise BadCopy(f"{program} failed: {lines[-1]}")
