"""The town that the tests of this folder live in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from town import Town, town

from beautybot.kit.db import Database


@pytest.fixture
async def here(db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """«Ромашка», connected to both messengers."""
    async with town(db, tmp_path) as built:
        yield built
