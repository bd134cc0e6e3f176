"""Every page of the table: no barrier for anybody, nothing wider than the window, nothing heavy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.async_api import Page
from salons_at_work import Things
from windows import SIZES, enter, every_page, resize

from beautybot.kit.db import Database

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
SMALLEST = (320, 640)
HEAVIEST = 100 * 1024
STRANGERS = ("/login", "/dashboard/nothing-here")
COLOURS = ["color-contrast", "link-in-text-block"]
LAYOUT = {"phone": [*COLOURS, "target-size"], "desktop": None}
LOOK = "only => axe.run(document, {resultTypes: ['violations'], ...(only && {runOnly: only})})"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


async def violations(page: Page, only: list[str] | None = None) -> list[str]:
    """What axe calls serious or critical."""
    found: dict[str, Any] = await page.evaluate(LOOK, only)
    return [
        f"{v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("half", [0, 1])
async def test_every_page_is_for_everybody(
    half: int, window: Page, base: str, sqlite_db: Database, romashka: Things
) -> None:
    """
    On the smallest phone, a phone and a desktop; light and dark.

    Rules that depend on the colours alone are asked again in the dark.
    """
    wrong: list[str] = []
    await enter(window, base, sqlite_db, romashka.ids["owner"])
    for path in [*every_page(romashka), *STRANGERS][half::2]:
        await window.emulate_media(color_scheme="light")
        await window.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
        await window.goto(f"{base}{path}", wait_until="load")
        await window.evaluate(AXE.read_text(encoding="utf-8"))
        wrong += [f"{path} 320: {v}" for v in await violations(window)]
        wrong += [f"{path} 320: {n} px wider" if (n := await window.evaluate(OVERFLOW)) else ""]
        for size in SIZES:  # a phone differs from the smallest one by its width alone
            await resize(window, size)
            wrong += [f"{path} {size}: {v}" for v in await violations(window, LAYOUT[size])]
            wrong += [f"{path} {size} {n} px" if (n := await window.evaluate(OVERFLOW)) else ""]
        await window.emulate_media(color_scheme="dark")
        dark = await violations(window, COLOURS)
        wrong += [f"{path} dark: {v}" for v in dark]

    assert [w for w in wrong if w] == []


async def test_what_stands_in_the_way_is_seen(window: Page) -> None:
    """Control: a pale word, a field without a name, and a word that is too wide."""
    await window.set_viewport_size({"width": SMALLEST[0], "height": SMALLEST[1]})
    await window.set_content(
        "<html lang=ru><title>x</title><main><p style='color:#ccc'>бледно</p><input>"
        "<p style='width:900px'>широко</p></main>"
    )
    await window.evaluate(AXE.read_text(encoding="utf-8"))

    found = " ".join(await violations(window))

    assert "color-contrast" in found and "label" in found
    assert await window.evaluate(OVERFLOW) > 0


async def test_no_page_is_heavy(
    window: Page, base: str, sqlite_db: Database, romashka: Things
) -> None:
    """First paint of any page, with its sheets and scripts, as bytes on the wire."""
    weights: dict[str, int] = {}
    loaded: list[int] = []
    devtools = await window.context.new_cdp_session(window)
    await devtools.send("Network.enable")
    await devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    devtools.on("Network.loadingFinished", lambda e: loaded.append(int(e["encodedDataLength"])))
    await enter(window, base, sqlite_db, romashka.ids["owner"])
    for path in every_page(romashka):
        loaded.clear()
        await window.goto(f"{base}{path}", wait_until="load")
        weights[path] = sum(loaded)

    assert min(weights.values()) > 10_000  # they were weighed
    assert {p: w for p, w in weights.items() if w > HEAVIEST} == {}
