"""The messenger took our message and its answer was lost: who gets it twice, and who never."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from town import PHONE_ID, Town, town

from beautybot.demo.fakes.faults import cut_answer, refused
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.graph_world import StatusTiming
from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.kit.db import Database

LATER = timedelta(seconds=40)
OLGA, MARIA = WaClient("79161234567", name="Ольга"), TgUser(5_001, "Мария")
PRICE = "сколько стоит педикюр?"


@pytest.fixture
async def here(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """«Ромашка», connected to both messengers."""
    async with town(sqlite_db, tmp_path) as built:
        yield built


def on_screen(here: Town, client: WaClient) -> int:
    return len(here.graph.transcripts.ours(PHONE_ID, client.key))


async def test_whatsapps_status_settles_it(here: Town) -> None:
    """The status comes though the answer was lost: nothing is sent again."""
    here.graph.faults.put(PHONE_ID, cut_answer(method="messages"))

    await here.whatsapp(OLGA, PRICE)
    here.hands.ahead += LATER
    await here.settle()

    assert on_screen(here, OLGA) == 1


async def test_without_a_status_it_never_left(here: Town) -> None:
    """WhatsApp tells of everything it took: its silence means that the client has nothing."""
    here.graph.statuses = StatusTiming.NEVER
    here.graph.faults.put(PHONE_ID, refused(504, method="messages"))

    await here.whatsapp(OLGA, PRICE)
    here.hands.ahead += LATER
    await here.settle()

    assert on_screen(here, OLGA) == 1


async def test_telegram_tells_nothing_so_weight_decides(here: Town) -> None:
    """A confirmation is worth saying twice, with its number; talk is not."""
    here.telegram.start(here.bot, MARIA)
    await here.settle()

    async def told(text: str) -> list[str]:
        before = len(here.telegram.transcripts.ours(here.bot.key, str(MARIA.id)))
        here.telegram.faults.put(here.bot.key, cut_answer(method="sendmessage"))
        await here.telegram_says(MARIA, text)
        here.hands.ahead += LATER
        await here.settle()
        said = here.telegram.transcripts.ours(here.bot.key, str(MARIA.id))[before:]
        return [bubble.text for bubble in said]

    talk = await told(PRICE)
    for line in ("хочу на педикюр", "1", "согласна"):
        await here.telegram_says(MARIA, line)
    here.telegram.share_contact(here.bot, MARIA, "+79161234567")
    await here.settle()
    confirmed = await told("да")

    assert len(talk) == 1
    assert len(confirmed) == 2 and confirmed[0] == confirmed[1]
    assert "вы записаны" in confirmed[0] and "Номер записи" in confirmed[0]
