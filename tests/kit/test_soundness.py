"""A database that is not whole is seen before a server writes to it; one that is, never accused."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from beautybot.kit.db import connect
from beautybot.kit.db.soundness import DatabaseDamaged, look

PAGE, FRAME = 4096, 4096 + 24
DIES_WITH_A_LOG = """
import asyncio, os, sys
from datetime import UTC, datetime
from beautybot.kit import jobs
from beautybot.kit.db import connect

async def main():
    db = connect(sys.argv[1], owner=True)
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    for n in range(12):
        await db.write(jobs.put, "work", str(n), {"x": "x" * 3000}, due_at=now, now=now)
    os._exit(9)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def died(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file and the log of a server that was killed after twelve commits."""
    path = tmp_path_factory.mktemp("died") / "beautybot.db"
    shutil.copyfile(sqlite_template, path)
    subprocess.run([sys.executable, "-c", DIES_WITH_A_LOG, f"sqlite:///{path}"], check=False)
    return path.parent


@pytest.fixture
def file(died: Path, tmp_path: Path) -> Path:
    """The same, to be spoilt."""
    return shutil.copytree(died, tmp_path / "data") / "beautybot.db"


def rows(file: Path) -> int:
    with sqlite3.connect(file) as conn:
        found: int = conn.execute("SELECT count(*) FROM jobs").fetchone()[0]
    conn.close()
    return found


def spoil(file: Path, at: int, length: int = 64) -> None:
    with file.open("r+b") as spoilt:
        spoilt.seek(at)
        spoilt.write(os.urandom(length))


def log_of(file: Path) -> Path:
    return file.with_name(file.name + "-wal")


async def test_a_killed_server_starts_again(file: Path) -> None:
    """Control: a log that a death left behind is no damage, and nothing in it is lost."""
    look(file)
    db = connect(f"sqlite:///{file}", owner=True)
    await db.close()

    assert rows(file) == 12


def test_the_last_commit_torn_by_a_power_cut_is_no_damage(file: Path) -> None:
    """It was not promised: the file opens with what was."""
    log = log_of(file)
    os.truncate(log, log.stat().st_size - 1000)

    look(file)

    assert rows(file) == 11


@pytest.mark.parametrize("where", ["head", "first frames", "middle"])
def test_a_log_damaged_before_its_end_is_seen(file: Path, where: str) -> None:
    """SQLite would drop the commits after it without a word: the control counts them."""
    log = log_of(file)
    frames = (log.stat().st_size - 32) // FRAME
    spoil(
        log, {"head": 8, "first frames": 32 + 100, "middle": 32 + frames // 2 * FRAME + 100}[where]
    )
    kept = shutil.copytree(file.parent, file.parent.with_name("control")) / file.name

    with pytest.raises(DatabaseDamaged, match=r"write-ahead log.*beautybot restore COPY"):
        connect(f"sqlite:///{file}", owner=True)

    assert log.exists()
    assert rows(kept) < 11


@pytest.mark.parametrize("seed", range(8))
def test_a_page_overwritten_is_seen(sqlite_url: str, seed: int) -> None:
    """Any page in use, at random; nothing is written, and the command is named."""
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    pages = file.stat().st_size // PAGE
    spoil(file, random.Random(seed).randrange(pages) * PAGE, PAGE)
    before = file.read_bytes()

    with pytest.raises(DatabaseDamaged, match=r"nothing was written.*beautybot restore COPY"):
        connect(sqlite_url, owner=True)

    assert file.read_bytes() == before


def test_a_file_that_is_no_database_is_seen(tmp_path: Path) -> None:
    """Some other file under that name is left alone."""
    other = tmp_path / "beautybot.db"
    other.write_text("a letter, and not a database at all" * 200)

    with pytest.raises(DatabaseDamaged, match="not a database"):
        connect(f"sqlite:///{other}", owner=True)

    assert other.read_text().startswith("a letter")


async def test_a_file_that_is_gone_is_not_made_anew(file: Path) -> None:
    """An empty salon in place of a lost one would look like a fresh start."""
    url = f"sqlite:///{file}"
    await connect(url, owner=True).close()
    file.unlink()

    for owner in (True, False):
        with pytest.raises(DatabaseDamaged, match=r"is gone.*restore COPY"):
            connect(url, owner=owner)
    assert not file.exists()

    file.with_name(file.name + ".owner").unlink()
    await connect(url, owner=True).close()
