"""One Chromium for all browser tests of a worker; a fresh window for each."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright
from salons_at_work import Things, open_both
from visitor import pages
from windows import SIZES, Keep, resize, shot
from world import World, open_salons

from beautybot.kit.db import Database


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser; a worker starts it once."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with async_playwright() as player:
        browser = await player.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def window(chromium: Browser) -> AsyncIterator[Page]:
    """A window of no particular size."""
    context = await chromium.new_context(locale="ru-RU")
    context.set_default_timeout(15_000)
    yield await context.new_page()
    await context.close()


@pytest.fixture(params=SIZES)
async def page(request: pytest.FixtureRequest, window: Page) -> Page:
    """The same on a phone and on a desktop."""
    await resize(window, request.param)
    return window


@pytest.fixture
def keep(page: Page, request: pytest.FixtureRequest) -> Keep:
    """Keep a screenshot to look at, under a name and the size of the window."""

    size = request.node.callspec.params["page"]
    return lambda name: shot(page, f"{name}-{size}")


@pytest.fixture
async def romashka(sqlite_db: Database) -> Things:
    """Анна's salon with one of everything, beside Борис's."""
    world: World = await sqlite_db.write(open_salons)
    return (await sqlite_db.write(open_both, world))[0]


@pytest.fixture
async def base(sqlite_db: Database, romashka: Things) -> AsyncIterator[str]:
    """The address of its dashboard."""
    async with pages(sqlite_db) as address:
        yield address
