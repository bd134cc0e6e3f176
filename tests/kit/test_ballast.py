"""A disk that is really full, or read-only: nothing is lost, and all comes back by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from beautybot.kit import jobs
from beautybot.kit.db import Database, DatabaseUnavailable, connect
from beautybot.kit.db.ballast import PLENTY, Ballast

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BALLAST = 600_000


@pytest.fixture
def disk(tmp_path: Path, sqlite_template: Path) -> Iterator[Path]:
    """A disk of eight megabytes with a migrated database, most of it free."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        shutil.copyfile(sqlite_template, place / "beautybot.db")
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(disk: Path, but: int) -> Path:
    """Something else takes the room, all `but` so many bytes."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - but)
    return filler


def put_wide(conn: Connection, number: int) -> None:
    jobs.put(conn, "work", str(number), {"x": "x" * 40_000}, due_at=NOW, now=NOW)


def count(conn: Connection) -> int:
    return conn.scalar(select(func.count()).select_from(jobs.jobs)) or 0


async def written_until_refused(db: Database, first: int) -> int:
    for number in range(first, first + 500):
        try:
            await db.write(put_wide, number)
        except DatabaseUnavailable:
            return number - first
    raise AssertionError("the disk never became full")


@pytest.mark.parametrize("ballast", [BALLAST, 0])
async def test_the_ballast_is_given_up_and_the_server_goes_on(disk: Path, ballast: int) -> None:
    """Everything promised is there; with room again writing and the ballast come back."""
    db = connect(f"sqlite:///{disk / 'beautybot.db'}", owner=True, ballast=ballast)
    kept = Ballast(disk / "beautybot.db", ballast)
    await db.write(put_wide, 0)
    laid = kept.lies()
    filler = fill(disk, but=300_000)

    went = await written_until_refused(db, 1)
    left = kept.lies()
    read = await db.read(count)
    filler.unlink()
    await db.write(put_wide, 999)
    await db.scrub()

    assert laid == (ballast > 0) and not left
    assert read == went + 1
    assert kept.lies() == (ballast > 0)
    if ballast:
        assert went > 11
    else:  # control: without it the disk is full sooner
        assert went < 8
    await db.close()


async def test_a_read_only_disk_is_refused_in_words(disk: Path) -> None:
    """At the start, with the file's name; with the disk writable again it starts."""
    url = f"sqlite:///{disk / 'beautybot.db'}"
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(OSError, match="Read-only") as refused:
        connect(url, owner=True)
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)

    db = connect(url, owner=True)
    await db.write(put_wide, 1)

    assert str(refused.value.filename).startswith(str(disk))
    assert await db.read(count) == 1
    await db.close()


def test_a_small_disk_is_not_filled_by_it(disk: Path) -> None:
    """It is laid only where it is a small part of what is free, and never by halves."""
    fill(disk, but=PLENTY * BALLAST - 50_000)
    kept = Ballast(disk / "beautybot.db", BALLAST)

    kept.lay()

    assert not kept.lies()
    assert kept.give_up() is False
