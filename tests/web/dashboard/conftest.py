"""A salon with one of everything, and its owner at a browser without script."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from salons_at_work import Things, open_both
from visitor import Visitor, browser, pages
from world import World

from beautybot.kit.db import Database


@pytest.fixture
async def salon(db: Database, world: World) -> Things:
    """«Ромашка» with one of everything."""
    romashka, _ = await db.write(open_both, world)
    return romashka


@pytest.fixture
async def anna(db: Database, salon: Things) -> AsyncIterator[Visitor]:
    """Her owner, signed in."""
    async with pages(db) as base, browser(base) as visitor:
        await visitor.sign_in(salon.email("owner"))
        yield visitor
