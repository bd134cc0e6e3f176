"""A disk that says of a sync that it failed: nothing is promised, and nothing waits for ever."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def test_what_could_not_be_synced_is_not_promised(tmp_path: Path, sqlite_url: str) -> None:
    """
    Refused while syncs fail, and never tried again on the descriptor: it tells of a loss once.

    A checkpoint that fails stops no later write.
    """
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("a C compiler is needed")
    library, fails, again = (tmp_path / name for name in ("sync.so", "fails", "again"))
    source = HERE / "failing_sync.c"
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    given = {"LD_PRELOAD": library, "SYNC_FAILS": fails, "SYNC_AGAIN": again}

    done = subprocess.run(
        [sys.executable, HERE / "failing_disk.py", sqlite_url],
        env=os.environ | {name: str(value) for name, value in given.items()},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["while"] == [False] * 3, "control: syncs really failed"
    assert told["before"] == told["between"] == [True]
    assert told["after"] == [True] * 3
    assert (told["checkpoint"], told["checkpoint after"]) == ([False], [True])
    assert not again.exists()
    assert kept(sqlite_url) == {"before", "between", "after0", "after1", "after2"}
    assert "❌ Ошибка диска" in done.stdout + done.stderr


def kept(url: str) -> set[str]:
    """The keys of what is in the file."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
        return {key for (key,) in file.execute("SELECT key FROM jobs WHERE name = 'work'")}
