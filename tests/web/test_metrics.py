"""The figures: there for those who may see them, named as the alerts name them, and nobody's."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from town import Town, town

from beautybot.app import Parts, build
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.server import serving
from beautybot.kit import metrics
from beautybot.kit.db import Database
from beautybot.kit.wakeup import Wakeup
from beautybot.settings import Settings

OLGA = WaClient("79161234567", name="Ольга Канарейкина")
HOWTO = Path(__file__).parents[2] / "docs" / "howto"


@pytest.fixture
async def here(db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """«Ромашка», connected to both messengers."""
    async with town(db, tmp_path) as built:
        yield built


async def scrape(url: str, **headers: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(url + "/metrics", headers=headers) as response,
    ):
        return response.status, await response.text()


def value(text: str, name: str) -> float:
    """One sample of a scrape."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    assert found, name
    return float(found[1])


async def test_a_conversation_is_counted_and_names_nobody(here: Town) -> None:
    """Acknowledged, thought about, sent, booked; neither the client's name nor the phone."""
    _, before = await scrape(here.url)
    for line in ("хочу на маникюр", "1", "да", "да"):
        await here.whatsapp(OLGA, line)
    status, text = await scrape(here.url)

    acks = 'beautybot_ack_seconds_count{channel="whatsapp"}'
    assert status == 200
    assert value(text, acks) >= 4
    assert value(text, 'beautybot_turn_seconds_count{phase="act"}') >= 4
    assert value(text, 'beautybot_sends_total{channel="whatsapp",outcome="sent"}') >= 4
    assert value(text, 'beautybot_visits{status="booked"}') == 1
    assert value(text, "beautybot_inbox_unread") == value(text, "beautybot_outbox_waiting") == 0
    assert OLGA.wa_id not in text and "Канарейкина" not in text
    assert value(before, 'beautybot_visits{status="booked"}') == 0


async def test_strangers_see_nothing(here: Town, db: Database) -> None:
    """Through a proxy they come from elsewhere; with a token only its bearer may look."""
    through_a_proxy = await scrape(here.url, **{"X-Forwarded-For": "203.0.113.7"})
    locked = Settings(metrics_token="a long token of our own")
    app = build(Parts(locked, db, here.keyring, Wakeup(), clock=here.hands))
    async with serving(app) as url:
        without = await scrape(url)
        wrong = await scrape(url, Authorization="Bearer a long token of another")
        right = await scrape(url, Authorization="Bearer a long token of our own")

    assert [s for s, _ in (through_a_proxy, without, wrong, right)] == [404, 404, 404, 200]


@pytest.mark.parametrize("page", ["alerts.yml", "watch.md"])
def test_what_the_documents_name_exists(page: str) -> None:
    """An alert over a figure that nobody measures never fires."""
    exists = {sample.name for family in metrics.REGISTRY.collect() for sample in family.samples} | {
        family.name for family in metrics.REGISTRY.collect()
    }
    exists |= {name + tail for name in exists for tail in ("_total", "_bucket", "_count")}
    text = (HOWTO / page).read_text()

    named = set(re.findall(r"beautybot_[a-z_]+[a-z]", text))

    assert len(named) > 5
    assert named <= exists
