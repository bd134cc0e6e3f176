"""Sizes of windows, a way in without the form, and where screenshots are kept."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page
from salons_at_work import Things
from town import Town

from beautybot.app import Parts, build
from beautybot.businesses import sign_ins
from beautybot.demo.fakes.server import serving
from beautybot.kit import clock
from beautybot.kit.db import Database
from beautybot.settings import Settings
from beautybot.web.dashboard.routes import TABLE, routes

SIZES = {"phone": (390, 844), "desktop": (1280, 860)}
ARTIFACTS = Path(__file__).parents[2] / "artifacts"
NO_PAGE = ("events", "export", ".csv")

Keep = Callable[[str], Awaitable[None]]


async def enter(page: Page, base: str, db: Database, user_id: int) -> None:
    """Be signed in without the form: only its own journey needs that."""
    token = await db.write(sign_ins.begin, user_id, "тест", clock.now())
    await page.context.add_cookies([{"name": "beautybot", "value": token, "url": base}])


@asynccontextmanager
async def dashboard(of: Town) -> AsyncIterator[str]:
    """The dashboard of a town, whose webhooks come to the town's own address; its address."""
    parts = Parts(
        Settings(public_url=of.url),
        of.db,
        of.keyring,
        of.worker.wakeup,
        channels=of.worker.channels,
    )
    async with serving(build(parts, pages=routes(parts))) as base:
        yield base


async def resize(page: Page, size: str) -> None:
    """The window of a phone or of a desktop."""
    width, height = SIZES[size]
    await page.set_viewport_size({"width": width, "height": height})


async def shot(page: Page, name: str, of: str = "") -> None:
    """Keep a screenshot to look at, with the part `of` the page at the top of the window."""
    ARTIFACTS.mkdir(exist_ok=True)
    if of:
        await page.locator(of).evaluate("part => part.scrollIntoView()")
    await page.screenshot(path=ARTIFACTS / f"{name}.png")


def every_page(salon: Things) -> list[str]:
    """The address of every page in the table of routes, with the ids of a salon's own things."""
    return [
        re.sub(r"(\w+)/\{id:int\}", lambda m: f"{m[1]}/{salon.ids[m[1]]}", row.path)
        for row in TABLE
        if row.method == "GET" and not row.path.endswith(NO_PAGE)
    ]
