"""What `doctor` finds; and what it finds of the machine, before any salon is looked at."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from beautybot.settings import Settings

SAFE_SQLITE = (3, 51, 3)
LITTLE_DISK = 500_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `state` is ok, note, warning or broken; `mend` is what to do."""

    about: str
    state: str
    what: str
    mend: str = ""


def machine(settings: Settings) -> Iterator[Finding]:
    """The database's engine, its file, and the room it has."""
    from beautybot.kit.db import soundness

    if not settings.on_sqlite:
        yield Finding("database", "ok", "PostgreSQL answers, the tables are up to date")
        return
    version = sqlite3.sqlite_version
    safe = sqlite3.sqlite_version_info >= SAFE_SQLITE
    alone = "" if safe else "; checkpoints are kept apart from commits by a lock"
    yield Finding("database", "ok", f"SQLite {version}{alone}")
    try:
        soundness.look(settings.sqlite_path, most=None)
    except soundness.DatabaseDamaged as error:
        yield Finding("database", "broken", str(error), "beautybot restore COPY")
    free = shutil.disk_usage(settings.sqlite_path.parent).free
    if free < LITTLE_DISK:
        yield Finding("disk", "warning", f"only {free / 1e6:.0f} MB are free", "free some space")
