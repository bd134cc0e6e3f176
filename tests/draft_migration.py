"""
Draft a step of the database's history from what the models say.

    make migration NAME="add waitlist priority"

A throwaway SQLite file is taken to the newest step and compared with the
models; the difference becomes a new file in beautybot/migrations/versions.
Read it before you commit it: Alembic does not see renames, triggers or data.
"""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine

from beautybot.kit import migrate
from beautybot.kit.db import metadata

PACKAGE = Path(__file__).parents[1] / "beautybot"


def all_tables() -> MetaData:
    """The metadata with the tables of every package that has models."""
    for shared in ("jobs", "presence", "seats"):
        import_module(f"beautybot.kit.{shared}")
    for models in sorted(PACKAGE.glob("*/models.py")):
        import_module(f"beautybot.{models.parent.name}.models")
    return metadata


def draft(message: str) -> Path:
    """Write the next step; its number follows the newest one."""
    number = len(list(ScriptDirectory(str(migrate.SCRIPTS)).walk_revisions())) + 1
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/draft.db")
        with engine.connect() as conn:
            config = migrate.config(conn, metadata=all_tables())
            command.upgrade(config, "head")
            made = command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")
        engine.dispose()
    assert made is not None and not isinstance(made, list)
    return Path(made.path)


if __name__ == "__main__":
    print(draft(" ".join(sys.argv[1:]).strip().capitalize()))
