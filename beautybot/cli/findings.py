"""What `doctor` finds; and what it finds of the machine, before any salon is looked at."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from beautybot.settings import Settings

if TYPE_CHECKING:
    from beautybot.privacy.drills import Drill

SAFE_SQLITE = (3, 51, 3)
LITTLE_DISK = 500_000_000
HERE = ("localhost", "127.0.0.1", "::1")
ENCRYPTED = ("require", "verify-ca", "verify-full")
MOST_DAYS = 31


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
    from beautybot.kit.db.ballast import PLENTY, Ballast

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
    ballast = Ballast(settings.sqlite_path, settings.ballast_mb * 1_000_000)
    if ballast.size and not ballast.lies():
        what = "no room is kept in hand for a full disk: it was used, or never made"
        mend = f"free {PLENTY * settings.ballast_mb} MB: a server makes it again (BALLAST_MB)"
        yield Finding("disk", "warning", what, mend)
    free = shutil.disk_usage(settings.sqlite_path.parent).free
    if free < LITTLE_DISK:
        yield Finding("disk", "warning", f"only {free / 1e6:.0f} MB are free", "free some space")


def of_settings(settings: Settings) -> Iterator[Finding]:
    """What would go over the net in the clear, by the setting that mends it."""
    base = urlsplit(settings.public_url)
    if base.scheme != "https" and base.hostname not in HERE:
        what = "passwords and cookies would go in the clear"
        yield Finding("PUBLIC_URL", "warning", what, "PUBLIC_URL with https, a proxy with TLS")
    if settings.smtp_host and settings.smtp_tls == "none" and settings.smtp_host not in HERE:
        yield Finding("letters", "warning", "they go in the clear", "SMTP_TLS=starttls or tls")
    if settings.on_sqlite:
        return
    address = urlsplit(settings.database_url)
    modes = parse_qs(address.query).get("sslmode", ["prefer"])
    if address.hostname not in (*HERE, None) and modes[-1] not in ENCRYPTED:
        what = "PostgreSQL is on another machine, and nothing makes it speak TLS"
        yield Finding("database", "warning", what, "DATABASE_URL with ?sslmode=verify-full")


def of_drill(last: Drill | None, now: datetime) -> Finding:
    """How long ago a copy was put back for a trial."""
    mend = "beautybot backup FILE, then beautybot restore FILE --drill"
    if last is None:
        return Finding("copies", "warning", "no copy was ever put back for a trial", mend)
    days = (now - last.at).days
    what = f"a copy was last put back for a trial {days} days ago, {last.rows} rows"
    late = days > MOST_DAYS
    return Finding("copies", "warning" if late else "ok", what, mend if late else "")
