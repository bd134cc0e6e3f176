"""
Which step the tables are at, and which is the newest, without Alembic.

Alembic and what it brings cost a server seven megabytes that it never needs
again; so a server asks here, and where a step is missing it lets a process of
its own take it (`apart`).
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from sqlalchemy import Connection, Select, column, inspect, select, table

from beautybot.kit.errors import BeautyBotError

SCRIPTS = Path(__file__).parents[1] / "migrations"

_AT: Select[str] = select(column("version_num")).select_from(table("alembic_version"))
_UPGRADE = """
import asyncio, sys
from beautybot.kit import migrate
from beautybot.kit.errors import BeautyBotError
try:
    asyncio.run(migrate.upgrade(sys.argv[1]))
except BeautyBotError as error:
    sys.exit(str(error))
"""


class CannotMigrate(BeautyBotError):
    """The database is not one that these steps can take forward."""


def newest() -> str:
    """The newest step this BeautyBot knows: the steps are one line, in the order of their names."""
    return max(path.name for path in (SCRIPTS / "versions").glob("[0-9]*.py"))[:4]


def current(conn: Connection) -> str | None:
    """The step the database is at; None when it is empty."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    step: str | None = conn.execute(_AT).scalar_one_or_none()
    return step


async def apart(path: Path) -> None:
    """Take an SQLite file to the newest step in a process of its own; CannotMigrate."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _UPGRADE, f"sqlite:///{path}"),
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    if process.returncode:
        lines = said.decode(errors="replace").strip().splitlines() or ["it ended without a word"]
        raise CannotMigrate(f"the tables could not be brought up to date: {lines[-1]}")
