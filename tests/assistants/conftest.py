"""The town that the tests of this folder live in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from assistant_doors import opt_in
from town import Town, town

from beautybot.kit.db import Database


@pytest.fixture
async def here(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """«Ромашка», which lets assistants in."""
    async with town(sqlite_db, tmp_path) as built:
        await opt_in(built.db)
        yield built
