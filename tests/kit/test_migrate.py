"""The tables are made by the steps, whole or not at all, however often they run."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from draft_migration import all_tables
from sqlalchemy import Column, Connection, MetaData, Table, inspect, text

from beautybot.booking import overlap
from beautybot.kit import migrate
from beautybot.kit.db import Database, connect
from beautybot.kit.migrate import CannotMigrate

DIES_AT = """
import asyncio, os, sys
from sqlalchemy import Engine, event
from beautybot.booking import overlap
from beautybot.kit import migrate

seen = 0

@event.listens_for(Engine, "before_cursor_execute")
def die(*_):
    global seen
    seen += 1
    if seen == int(sys.argv[2]):
        os._exit(9)

asyncio.run(migrate.upgrade(sys.argv[1]))
"""


def differences(conn: Connection, wanted: MetaData) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(conn), wanted))


def tables(conn: Connection) -> list[str]:
    return inspect(conn).get_table_names()


async def test_models_and_migrations_agree(db: Database) -> None:
    """A migrated database is exactly what the models say."""
    found = await db.read(differences, all_tables())

    assert found == []
    assert await db.read(migrate.current) == migrate.newest()


async def test_a_forgotten_step_would_be_noticed(db: Database) -> None:
    """Control: a table that no step makes is a difference."""
    wanted = MetaData()
    for table in all_tables().tables.values():
        table.to_metadata(wanted)
    Table("forgotten", wanted, Column("id", all_tables().tables["jobs"].c.id.type))

    found = await db.read(differences, wanted)

    assert [what[0] for what in found] == ["add_table"]


async def test_migrating_again_changes_nothing(db: Database) -> None:
    """A second run finds nothing to do."""
    step = await migrate.upgrade(db)

    assert step == migrate.newest()


async def test_several_processes_may_migrate_at_once(empty_url: str) -> None:
    """They wait for each other; all of them end well."""
    steps = await asyncio.gather(*(migrate.upgrade(empty_url) for _ in range(3)))

    assert set(steps) == {migrate.newest()}


async def test_a_migration_killed_on_the_way_leaves_nothing_and_can_be_repeated(
    empty_url: str,
) -> None:
    """All the steps are one transaction; test_steps.py lets it die at every other statement."""
    killed = subprocess.run([sys.executable, "-c", DIES_AT, empty_url, "60"], check=False)
    db = connect(empty_url)

    left = await db.read(tables)
    step = await migrate.upgrade(db)

    assert killed.returncode == 9
    assert left == []
    assert step == await db.read(migrate.current) == migrate.newest()
    await db.close()


async def test_a_newer_database_is_refused_in_words(db: Database) -> None:
    """An old BeautyBot does not touch what a newer one wrote."""
    await db.write(lambda conn: conn.execute(text("UPDATE alembic_version SET version_num='9999'")))

    with pytest.raises(CannotMigrate, match="newer BeautyBot"):
        await migrate.upgrade(db)


def test_the_steps_are_one_line_without_branches() -> None:
    """Each step follows exactly one other, in the order of the numbers."""
    names = sorted(path.name for path in Path(migrate.SCRIPTS, "versions").glob("*.py"))

    assert migrate.newest() == names[-1][:4] == f"{len(names):04d}"


async def test_the_database_refuses_what_overlap_says(db: Database) -> None:
    """The frozen copies in the steps are those of booking/overlap.py, on the tables as they are."""
    if db.url.startswith("sqlite"):
        found = await db.read(_triggers)
        assert found == {" ".join(ddl.split()).rstrip(";") for ddl in overlap.SQLITE}
        return

    made = await db.read(_exclusions)
    await db.write(_make_again)

    assert len(made) == 2
    assert await db.read(_exclusions) == made


def _triggers(conn: Connection) -> set[str]:
    found = conn.execute(text("SELECT sql FROM sqlite_master WHERE type = 'trigger'"))
    return {" ".join(sql.split()).rstrip(";") for sql in found.scalars()}


def _exclusions(conn: Connection) -> dict[str, str]:
    found = conn.execute(
        text("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'x'")
    )
    return {row.conname: row.pg_get_constraintdef for row in found}


def _make_again(conn: Connection) -> None:
    for name in _exclusions(conn):
        conn.exec_driver_sql(f"ALTER TABLE busy_spans DROP CONSTRAINT {name}")
    for ddl in overlap.POSTGRESQL:
        conn.exec_driver_sql(ddl)
