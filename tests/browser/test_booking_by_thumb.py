"""The page of a salon and the page for assistants as people meet them: on a phone, in a frame."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from owners_desk import owners_desk
from playwright.async_api import Page
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from test_every_page import AXE, OVERFLOW, violations
from town import Town, town
from windows import SIZES, resize, shot

from beautybot.app import build
from beautybot.booking.visits import Status
from beautybot.businesses import salons
from beautybot.demo.fakes.server import serving
from beautybot.kit.db import Database
from beautybot.settings import Settings
from beautybot.web import booking_page, rendering
from beautybot.web.parts import Parts


@pytest.fixture
async def here(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """«Ромашка» with its page switched on."""
    async with town(sqlite_db, tmp_path) as made:
        await _switch(made, booking_page=True)
        yield made


@pytest.fixture
async def site(here: Town) -> AsyncIterator[str]:
    """Where the page is."""
    parts = Parts(Settings(), here.db, here.keyring, here.worker.wakeup, clock=here.hands)
    pages = [*rendering.static_routes(), *booking_page.routes(parts)]
    async with serving(build(parts, pages=pages)) as base:
        yield base


async def _switch(here: Town, **settings: Any) -> None:
    salon = await here.db.read(salons.by_slug, "romashka")
    kept = salons.settings_json(replace(salon.settings, **settings))
    await here.db.write(salons.change, salon.id, settings=kept)


async def test_a_visit_is_booked_by_thumb(here: Town, site: str, window: Page) -> None:
    """Five screens of a phone, each readable by everybody; the salon says yes."""
    await resize(window, "phone")
    wrong: list[str] = []

    async def look(name: str) -> None:
        await shot(window, f"booking-{name}")
        await window.evaluate(AXE.read_text(encoding="utf-8"))
        wrong.extend(f"{name}: {one}" for one in await violations(window))
        for width in (320, SIZES["phone"][0]):
            await window.set_viewport_size({"width": width, "height": 844})
            if wider := await window.evaluate(OVERFLOW):
                wrong.append(f"{name}: {wider} px wider than {width}")

    async with owners_desk(here) as owners:
        await owners.bound()
        await window.goto(f"{site}/b/romashka")
        await look("1-services")
        await window.get_by_role("link", name="Маникюр").first.click()
        await look("2-times")
        await window.locator("a.time").last.click()
        await look("3-contact")
        await window.get_by_label("Как к вам обращаться").fill("Мария")
        await window.get_by_role("textbox", name="Телефон").fill("8 916 000-11-22")
        await window.get_by_role("checkbox").check()
        await window.get_by_role("button", name="Занять время").click()
        await look("4-held")
        await window.get_by_role("button", name="Нет мессенджера").click()
        await look("5-asked")
        await owners.settle()
        await owners.press("Подтвердить")
        await window.get_by_role("link", name="Обновить").click()
        await look("6-booked")
        shown = await window.inner_text("main")

    assert wrong == []
    assert "Вы записаны" in shown
    [visit] = await here.appointments()
    assert (visit.status, visit.client_phone) == (Status.BOOKED, "+79160001122")


async def test_the_page_stands_in_the_frame_of_a_named_site(
    here: Town, site: str, window: Page
) -> None:
    """And books there; on a site that was not named the browser shows nothing of it."""
    async with _a_site_with_a_frame(f"{site}/b/romashka") as (named, stranger):
        await _switch(here, embed_on=(named,))
        await window.goto(named)
        framed = window.frame_locator("iframe")
        await framed.get_by_role("link", name="Маникюр").first.click()
        await framed.locator("a.time").last.click()
        title = await framed.get_by_role("heading", level=2).inner_text()
        await window.goto(stranger)
        await window.wait_for_timeout(300)
        refused = window.frames[1]
        seen = await refused.evaluate("document.body ? document.body.innerText : ''")

    assert title.startswith("Маникюр")
    assert "Ромашка" not in seen and "romashka" not in refused.url


@asynccontextmanager
async def _a_site_with_a_frame(url: str) -> AsyncIterator[tuple[str, str]]:
    """Its address under two names, which are two sites for a browser."""

    async def front(_request: Any) -> HTMLResponse:
        return HTMLResponse(f'<iframe src="{url}" width="390" height="700"></iframe>')

    async with serving(Starlette(routes=[Route("/", front)])) as base:
        yield base.replace("127.0.0.1", "localhost"), base


HOST = """
<iframe sandbox="allow-scripts" width="390" height="500"></iframe>
<script>
window.heard = [];
const frame = document.querySelector("iframe");
const tell = (message) => frame.contentWindow.postMessage({jsonrpc: "2.0", ...message}, "*");
addEventListener("message", ({data}) => {
  window.heard.push(data);
  if (data.method === "ui/initialize") tell({id: data.id, result: {
    protocolVersion: data.params.protocolVersion, hostInfo: {name: "host", version: "1"},
    hostCapabilities: {openLinks: {}}, hostContext: {}}});
  if (data.method === "ui/notifications/initialized")
    tell({method: "ui/notifications/tool-result", params: {structuredContent: RESULT}});
});
frame.srcdoc = WIDGET;
</script>
"""
HELD = {
    "summary": {
        "services": ["<img src=x onerror=alert(1)> Маникюр"],
        "specialists": ["Вера"],
        "start": "2026-03-02T14:00:00+03:00",
        "price": {"text": "1 800 ₽"},
    },
    "confirm": {"telegram": "https://t.me/bot?start=code", "whatsapp": "javascript:alert(1)"},
}


async def test_the_page_of_assistants_speaks_with_its_host(window: Page) -> None:
    """In a sandboxed frame, by the words of MCP Apps: links are the host's to open."""
    widget = (resources.files("beautybot.web") / "widgets" / "slots.html").read_text("utf-8")
    told = {"RESULT": json.dumps(HELD), "WIDGET": json.dumps(widget)}
    page = HOST
    for name, value in told.items():
        page = page.replace(name, value.replace("</", "<\\/"))
    await window.set_content(page)
    framed = window.frame_locator("iframe")
    await framed.get_by_role("link", name="Подтвердить в Telegram").click()
    links = await framed.get_by_role("link").count()
    words = await framed.locator("main").inner_text()
    await window.evaluate(
        "frame.contentWindow.postMessage("
        "{jsonrpc: '2.0', id: 77, method: 'ui/resource-teardown', params: {}}, '*')"
    )
    await window.wait_for_function("heard.some((one) => one.id === 77)")
    heard: list[dict[str, Any]] = await window.evaluate("heard")

    asked = [one.get("method") for one in heard]
    opened = [one["params"] for one in heard if one.get("method") == "ui/open-link"]
    assert asked[:2] == ["ui/initialize", "ui/notifications/initialized"]
    assert {"protocolVersion", "appInfo", "appCapabilities"} == set(heard[0]["params"])
    assert opened == [{"url": "https://t.me/bot?start=code"}]
    assert "ui/notifications/size-changed" in asked
    assert links == 1, "an address that is no messenger's is no link"
    assert "Ещё не записано" in words and "<img" in words
