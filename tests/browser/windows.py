"""Sizes of windows, a way in without the form, and where screenshots are kept."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Page
from salons_at_work import Things

from beautybot.businesses import sign_ins
from beautybot.kit import clock
from beautybot.kit.db import Database
from beautybot.web.dashboard.routes import TABLE

SIZES = {"phone": (390, 844), "desktop": (1280, 860)}
ARTIFACTS = Path(__file__).parents[2] / "artifacts"
NO_PAGE = ("events", "export", ".csv")

Keep = Callable[[str], Awaitable[None]]


async def enter(page: Page, base: str, db: Database, user_id: int) -> None:
    """Be signed in without the form: only its own journey needs that."""
    token = await db.write(sign_ins.begin, user_id, "тест", clock.now())
    await page.context.add_cookies([{"name": "beautybot", "value": token, "url": base}])


async def resize(page: Page, size: str) -> None:
    """The window of a phone or of a desktop."""
    width, height = SIZES[size]
    await page.set_viewport_size({"width": width, "height": height})


async def shot(page: Page, name: str) -> None:
    """Keep a screenshot to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    await page.screenshot(path=ARTIFACTS / f"{name}.png")


def every_page(salon: Things) -> list[str]:
    """The address of every page in the table of routes, with the ids of a salon's own things."""
    return [
        re.sub(r"(\w+)/\{id:int\}", lambda m: f"{m[1]}/{salon.ids[m[1]]}", row.path)
        for row in TABLE
        if row.method == "GET" and not row.path.endswith(NO_PAGE)
    ]
