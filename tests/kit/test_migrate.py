"""The tables are made by the steps, and only by them."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from draft_migration import all_tables
from sqlalchemy import Connection

from beautybot.kit import migrate
from beautybot.kit.db import Database


async def test_models_and_migrations_agree(db: Database) -> None:
    """A migrated database is exactly what the models say."""

    def differences(conn: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(conn), all_tables()))

    assert await db.read(differences) == []
    assert await db.read(migrate.current) == migrate.newest()
