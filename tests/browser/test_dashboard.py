"""The dashboard in a real browser, on a phone and on a desktop."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright
from town import Town, town
from world import ANNA

from beautybot.app import Parts, build
from beautybot.businesses import users
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.server import serving
from beautybot.kit import clock
from beautybot.kit.db import Database
from beautybot.settings import Settings
from beautybot.web.dashboard.routes import routes

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 860}
ARTIFACTS = Path(__file__).parents[2] / "artifacts"
PASSWORD = "a password of ten signs"
EVIL = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
PAGES = ("", "/conversations", "/calendar", "/services", "/specialists", "/settings", "/me")


@pytest.fixture(params=[PHONE, DESKTOP], ids=["phone", "desktop"])
async def page(request: pytest.FixtureRequest) -> AsyncIterator[Page]:
    """A browser window."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    async with async_playwright() as player:
        browser: Browser = await player.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"]
        )
        context = await browser.new_context(viewport=request.param, locale="ru-RU")
        yield await context.new_page()
        await browser.close()


@pytest.fixture
async def here(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[tuple[Town, str]]:
    """The town, and the address of its dashboard."""
    async with town(sqlite_db, tmp_path) as built:
        address, digest = users.hashed(ANNA, PASSWORD)
        await built.db.write(users.put, address, digest, built.salon.id, "owner", clock.now())
        parts = Parts(
            Settings(public_url="http://127.0.0.1"),
            built.db,
            built.worker.keyring,
            built.worker.wakeup,
            channels=built.worker.channels,
        )
        async with serving(build(parts, pages=routes(parts))) as base:
            yield built, base


async def sign_in(page: Page, base: str) -> None:
    await page.goto(f"{base}/login")
    await page.fill("[name=email]", ANNA)
    await page.fill("[name=password]", PASSWORD)
    await page.click("button.main")
    await page.wait_for_url("**/dashboard")


async def test_an_owner_sees_a_message_live_and_takes_over(
    page: Page, here: tuple[Town, str]
) -> None:
    """The list refreshes itself; the answer arrives in the client's WhatsApp."""
    built, base = here
    olga = WaClient("79161234567", name="Ольга")
    await built.whatsapp(olga, "здравствуйте")
    await sign_in(page, base)
    await page.goto(f"{base}/dashboard/conversations")

    await built.whatsapp(olga, "сколько стоит педикюр?")
    await page.wait_for_selector("text=2 400 ₽", timeout=15_000)
    await page.click("#talks a")
    await page.fill("textarea[name=text]", "Это Анна, чем помочь?")
    await page.click("form.send button")
    await page.wait_for_selector("text=Агент молчит")
    await built.settle()
    silence = await built.whatsapp(olga, "а маникюр?")

    ours = built.graph.transcripts.ours("106540352242922", olga.key)
    assert ours[-1].text == "Это Анна, чем помочь?"
    assert silence == ""
    await keep(page, "conversation")


async def test_what_a_client_writes_is_never_run(page: Page, here: tuple[Town, str]) -> None:
    """No dialog on any page; a control page shows that the oracle hears one."""
    built, base = here
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss())[1])
    await built.whatsapp(WaClient("79160001122", name=EVIL), EVIL)
    await sign_in(page, base)

    for path in (*PAGES, "/conversations/1", "/clients", "/journal", "/reports"):
        await page.goto(f"{base}/dashboard{path}")
    assert dialogs == []

    await page.goto("data:text/html,<script>alert('control')</script>")
    assert dialogs == ["control"]


async def test_nothing_serious_stands_in_the_way(page: Page, here: tuple[Town, str]) -> None:
    """axe finds no serious violation, and no page is wider than the window."""
    built, base = here
    await built.whatsapp(WaClient("79161234567", name="Ольга"), "позовите человека")
    await sign_in(page, base)

    for path in (*PAGES, "/conversations/1"):
        await page.goto(f"{base}/dashboard{path}")
        found = await Axe().run(page)
        serious = [
            f"{path}: {v['id']}: {v['nodes'][0]['html'][:120]}"
            for v in found.response["violations"]
            if v["impact"] in ("serious", "critical")
        ]
        assert serious == []
        width = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0, path
        await keep(page, path.strip("/").replace("/", "-") or "today")


async def test_wrong_credentials_are_named_and_right_ones_kept(
    page: Page, here: tuple[Town, str]
) -> None:
    """Saving checks with the messenger at once; the secret is not shown again."""
    built, base = here
    await sign_in(page, base)
    await page.goto(f"{base}/dashboard/settings")

    await page.fill("#telegram [name=token]", "123456:wrongwrongwrongwrongwrongwrongwrong")
    await page.click("#telegram button")
    problem = await page.inner_text(".problem >> nth=0")
    await page.fill("#telegram [name=token]", built.bot.token)
    await page.click("#telegram button")
    await page.wait_for_selector("text=Сохранено")

    assert problem
    assert built.bot.token.split(":")[1] not in await page.content()


async def keep(page: Page, name: str) -> None:
    """A screenshot to look at."""
    ARTIFACTS.mkdir(exist_ok=True)
    size = page.viewport_size or PHONE
    await page.screenshot(path=ARTIFACTS / f"{name}-{size['width']}.png")
