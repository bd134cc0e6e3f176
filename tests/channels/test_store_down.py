"""The database is away: nothing is promised; back again, every delivery is one turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from postman import signed
from town import APP_SECRET, PHONE_ID, Town, town

from beautybot.demo.fakes import graph_events as events
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.kit.db import Database, DatabaseUnavailable

OLGA = WaClient("79161234567", name="Ольга")
OLGA_TOO = TgUser(5_001, "Ольга")
ASKED = "сколько стоит маникюр?"


@pytest.fixture
async def here(db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """«Ромашка», connected to both messengers."""
    async with town(db, tmp_path) as built:
        yield built


@asynccontextmanager
async def away(db: Database) -> AsyncIterator[None]:
    """No verb is carried out meanwhile, as on a full disk or without a server."""

    async def gone(*_: Any, **__: Any) -> Any:
        raise DatabaseUnavailable("the database does not answer")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(db), "write", gone)
        patch.setattr(type(db), "insert_first", gone)
        yield


async def knock(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str | None, bytes]:
    """One delivery: the status, when to come again, and the body of the answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as answer,
    ):
        return answer.status, answer.headers.get("Retry-After"), await answer.read()


async def test_whatsapp_7_is_told_to_come_again_and_is_answered_once(here: Town) -> None:
    """503 while the store is down; delivered again by Meta it is one turn."""
    body = events.envelope([here.graph.event(PHONE_ID, OLGA, ASKED)])
    url, proof = here.url + "/api/webhooks/whatsapp", signed(APP_SECRET, body)

    async with away(here.db):
        down = await knock(url, body, proof)
    up = [await knock(url, body, proof) for _ in range(2)]
    await here.settle()

    assert down == (503, "5", b"")
    assert [status for status, *_ in up] == [200, 200]
    (answer,) = here.graph.transcripts.ours(PHONE_ID, OLGA.key)
    assert "1 800" in answer.text


async def test_telegram_11_waits_as_long_as_we_ask_and_is_answered_once(here: Town) -> None:
    """503 with Retry-After, which Telegram obeys; back again, the very update is one turn."""
    here.telegram.start(here.bot, OLGA_TOO)
    await here.settle()
    before = len(here.telegram.transcripts.ours(here.bot.key, str(OLGA_TOO.id)))

    async with away(here.db):
        here.telegram.client_says(here.bot, OLGA_TOO, ASKED)
        waiting = here.telegram.deliveries[here.bot.token]
        while 503 not in [status for _, status in waiting.statuses]:
            await waiting.arrival(0.05)
    await here.settle()

    (answer,) = here.telegram.transcripts.ours(here.bot.key, str(OLGA_TOO.id))[before:]
    assert "1 800" in answer.text
    assert "503" in here.bot.webhook.error
