"""What strangers write, at every place it is shown, in a real browser: nothing of it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
from playwright.async_api import Page
from salons_at_work import Things, open_both
from visitor import pages
from windows import enter, every_page
from world import World, open_salons

from beautybot.kit.db import Database

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "'><svg onload=alert(3)>",
    "<iframe src='javascript:alert(4)'></iframe>",
    "</textarea><script>alert(5)</script>",
    "</title><script>alert(6)</script>",
    "{{ 7*7 }}{% raw %}${alert(7)}",
    "<img src=https://evil.example/pixel>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import 'https://evil.example/y.css'</style>",
    "<a href='javascript:alert(8)'>сюда</a>",
    '" autofocus onfocus=alert(9) x="',
    "<form action=https://evil.example><button>Отправить",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "\u202e<b>tpircs</b>\u2066 \u200b",
    "<base href=https://evil.example/>",
)
CONTROL = "<script>alert('control')</script><img src='https://evil.example/pixel'>"


@dataclass(slots=True)
class Heard:
    """What a browser did that it should not."""

    dialogs: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def listen(self, page: Page, base: str) -> None:
        """Note dialogs, requests to other places and what the content policy stopped."""
        page.on("dialog", lambda d: (self.dialogs.append(d.message), d.dismiss())[1])
        page.on("request", lambda r: self._request(r.url, base))
        page.on("console", lambda m: self._console(m.text))

    def _request(self, url: str, base: str) -> None:
        if not url.startswith((base, "data:")):
            self.foreign.append(url)

    def _console(self, text: str) -> None:
        if "Content Security Policy" in text or "Refused to" in text:
            self.complaints.append(text)


@pytest.fixture
async def salon(sqlite_db: Database) -> Things:
    """A salon in which everything that strangers name is hostile."""
    world: World = await sqlite_db.write(open_salons)
    romashka, _ = await sqlite_db.write(open_both, world, " ".join(HOSTILE))
    return romashka


async def test_nothing_a_stranger_writes_is_run(
    window: Page, salon: Things, sqlite_db: Database
) -> None:
    """No dialog, no request elsewhere, nothing even for the content policy to stop."""
    heard, seen = Heard(), 0
    async with pages(sqlite_db) as base:
        heard.listen(window, base)
        await enter(window, base, sqlite_db, salon.ids["owner"])
        for path in every_page(salon):
            await window.goto(f"{base}{path}", wait_until="domcontentloaded")
            seen += "<script>alert(1)" in await window.inner_text("body")
        await window.goto(f"{base}/dashboard/clients?q={quote(HOSTILE[1])}")

    assert seen >= 8  # the words were really shown, as words
    assert heard == Heard()


async def test_what_would_run_is_heard(window: Page) -> None:
    """Control: a page without our care shows a dialog and asks elsewhere."""
    heard = Heard()
    heard.listen(window, "http://127.0.0.1")

    await window.goto(f"data:text/html,{quote(CONTROL)}", wait_until="domcontentloaded")

    assert heard.dialogs == ["control"]
    assert any("evil.example" in url for url in heard.foreign)
