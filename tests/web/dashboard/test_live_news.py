"""Server-sent events of the inbox, as a browser hears them."""

from __future__ import annotations

import asyncio
import html
import json
import re
from typing import Any

import aiohttp
import pytest
from salons_at_work import Things, open_both
from visitor import Visitor, browser, pages
from world import World, open_salons

from beautybot.businesses import sign_ins
from beautybot.conversations import answering
from beautybot.kit import clock
from beautybot.kit.db import Database
from beautybot.web.dashboard import live

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
async def both(sqlite_db: Database) -> tuple[Things, Things]:
    """The salons, each with one of everything."""
    world: World = await sqlite_db.write(open_salons)
    return await sqlite_db.write(open_both, world)


async def test_what_happens_is_told_with_the_row_that_changed(
    sqlite_db: Database, both: tuple[Things, Things]
) -> None:
    """Escaped as on a page; and nothing of what happens in another salon."""
    romashka, lilia = both
    talk, foreign = romashka.ids["conversations"], lilia.ids["conversations"]
    async with pages(sqlite_db) as base, browser(base) as anna:
        await anna.sign_in(romashka.email("owner"))
        async with anna.http.get(base + await _source(anna, talk)) as stream:
            says = (romashka, talk, EVIL), (lilia, foreign, "чужое")
            for salon, number, text in says:
                await sqlite_db.write(
                    answering.say, salon.business.id, number, "user:1", text, clock.now()
                )
            told = await _news(stream)

    assert told["talks"] == [talk] == told["order"]
    assert "&lt;img src=x" in told["rows"][str(talk)]
    assert EVIL not in told["rows"][str(talk)]


async def test_the_part_of_an_open_page_is_its_thread_and_who_answers(
    sqlite_db: Database, both: tuple[Things, Things]
) -> None:
    """A good deal less than the whole page."""
    romashka, _ = both
    path = f"/dashboard/conversations/{romashka.ids['conversations']}"
    async with pages(sqlite_db) as base, browser(base) as anna:
        await anna.sign_in(romashka.email("owner"))
        _, whole = await anna.get(path)
        async with anna.http.get(base + path, headers={"x-part": "1"}) as answer:
            part = await answer.text()

    for place in ('id="thread"', 'id="state"'):
        assert place in part and place in whole
    assert 'id="side"' in whole and 'id="side"' not in part


async def test_the_stream_ends_with_the_sign_in(
    sqlite_db: Database, both: tuple[Things, Things], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sign-in that is ended elsewhere hears nothing more."""
    monkeypatch.setattr(live, "BREATH", 1)
    romashka, _ = both
    async with pages(sqlite_db) as base, browser(base) as anna:
        await anna.sign_in(romashka.email("owner"))
        async with anna.http.get(base + await _source(anna)) as stream:
            await sqlite_db.write(sign_ins.end_all, romashka.ids["owner"])
            async with asyncio.timeout(5):
                rest = await stream.content.read()

    assert b"still here" not in rest


async def _source(visitor: Visitor, talk: int | None = None) -> str:
    """Where the page says its news come from."""
    _, page = await visitor.get(f"/dashboard/conversations{f'/{talk}' if talk else ''}")
    found = re.search(r'data-live="([^"]+)"', page)
    assert found
    return html.unescape(found[1])


async def _news(stream: aiohttp.ClientResponse) -> dict[str, Any]:
    async with asyncio.timeout(5):
        async for line in stream.content:
            if line.startswith(b"data:"):
                told: dict[str, Any] = json.loads(line.removeprefix(b"data:"))
                return told
    raise AssertionError("the stream ended")
