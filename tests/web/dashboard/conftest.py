"""A salon with one of everything, and its owner at a browser without script."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from salons_at_work import Things, digest, open_both
from visitor import Visitor, browser, pages
from world import ANNA, BORIS, World

from beautybot.businesses import users
from beautybot.kit import clock
from beautybot.kit.db import Database

VERA = "vera@romashka.example"


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


@pytest.fixture
async def staffed(db: Database, world: World) -> World:
    """Анна and Вера may sign in to «Ромашка», Борис to «Лилия»."""
    for email, salon, role in (
        (ANNA, world.romashka, "owner"),
        (VERA, world.romashka, "specialist"),
        (BORIS, world.lilia, "owner"),
    ):
        await db.write(users.put, email, digest(), salon.id, role, clock.now())
    return world
