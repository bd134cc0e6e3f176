"""One client who does not stop writing costs the others nothing, and is answered too."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select
from town import NEIGHBOUR_PHONE_ID, PHONE_ID, Town, town

from beautybot import app
from beautybot.businesses import salons
from beautybot.conversations import history, turns
from beautybot.conversations.models import conversations, messages
from beautybot.conversations.turns import FLOOD, FLOOD_PAUSE
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.kit.db import Database, across_salons
from beautybot.web import shares

HOT = WaClient("79160000001", name="Жанна")
OLGA = WaClient("79160000002", name="Ольга")
MANY = 90


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who floods us need not wait here to hear 200."""
    monkeypatch.setattr(app, "GATHER_S", 0.001)


async def writes(here: Town, client: WaClient, count: int) -> turns.Claim:
    """So many messages, stored and read; the conversation is taken for its turn."""
    for number in range(count):
        await here.graph.client_says(PHONE_ID, client, f"сколько стоит педикюр? {number}")
    await here.graph.idle()
    here.hands.ahead += timedelta(seconds=60)
    while await here.worker._read():
        pass
    here.hands.ahead += timedelta(seconds=10)
    (claim,) = await here.db.write(turns.take, here.hands(), "a worker", 10)
    return claim


def due(conn: Connection, claim: turns.Claim) -> datetime:
    """When the turn of a conversation runs."""
    mine = conversations.c.id == claim.conversation_id
    found: datetime = conn.execute(
        across_salons(select(conversations.c.due_at).where(mine))
    ).scalar_one()
    return found


def texts(conn: Connection) -> set[str]:
    """What clients have written, as far as it was read."""
    said = select(messages.c.text).where(messages.c.direction == "inbound")
    return set(conn.execute(across_salons(said)).scalars())


def counted(conn: Connection) -> int:
    """How many messages there are of clients."""
    said = select(func.count()).where(messages.c.direction == "inbound")
    found: int = conn.execute(across_salons(said)).scalar_one()
    return found


async def test_a_flooded_chat_is_thought_about_once_a_second(here: Town) -> None:
    """Each new message voids the turn before; control: a usual burst waits only for itself."""
    burst = timedelta(milliseconds=200)
    waits = []
    for client, count in ((OLGA, 3), (HOT, FLOOD + 1)):
        claim = await writes(here, client, count)
        now = here.hands()
        await here.db.write(turns.again, claim, now, burst)
        waits.append(await here.db.read(due, claim) - now)
        here.hands.ahead += timedelta(seconds=2)
        await here.settle()  # so that only the next one is due

    assert waits == [burst / 2, FLOOD_PAUSE]


async def test_of_a_flood_the_end_is_heard(here: Town) -> None:
    """However much was said, a turn has little to read, in the order it was said."""
    claim = await writes(here, HOT, MANY)

    seen = await here.db.read(history.since_last_reply, claim, here.hands())

    said = [message.text for message in seen.unanswered]
    assert said == [f"сколько стоит педикюр? {n}" for n in range(MANY - history.MOST_HEARD, MANY)]


async def test_a_flood_is_kept_whole_and_answered_in_a_rest(here: Town) -> None:
    """Every message once, few turns, one kind sentence; a minute later the rest is answered."""
    for number in range(MANY * 2):
        await here.graph.client_says(PHONE_ID, HOT, f"сколько стоит педикюр? {number}")
    await here.graph.idle()
    while not rests(here):
        here.hands.ahead += timedelta(seconds=1)
        await here.settle()
    told = len(here.graph.transcripts.ours(PHONE_ID, HOT.key))

    await here.whatsapp(HOT, "а маникюр?")
    silent = len(here.graph.transcripts.ours(PHONE_ID, HOT.key)) == told
    answer = await here.whatsapp(OLGA, "сколько стоит педикюр?")
    here.hands.ahead += timedelta(seconds=90)
    await here.settle()
    kept = await here.db.read(texts)

    assert told < MANY, "a turn takes many messages"
    assert silent, "a rest is a rest"
    assert "₽" in answer, "and it is hers alone"
    assert len(here.graph.transcripts.ours(PHONE_ID, HOT.key)) > told
    assert {f"сколько стоит педикюр? {number}" for number in range(MANY * 2)} < kept


def rests(here: Town) -> bool:
    """Was the client told that there is too much of it?"""
    said = here.graph.transcripts.ours(PHONE_ID, HOT.key)
    return bool(said) and "Сообщений очень много" in str(said[-1])


@pytest.mark.parametrize("fair", [True, False])
async def test_a_flood_is_read_behind_the_others(
    here: Town, monkeypatch: pytest.MonkeyPatch, fair: bool
) -> None:
    """Of twenty who wrote after it, all are read first; control: without shares, none."""
    if not fair:
        monkeypatch.setattr(shares, "AT_ONCE", MANY * 3)
    for number in range(MANY * 3):
        await here.graph.client_says(PHONE_ID, HOT, f"а маникюр? {number}")
    for number in range(20):
        client = WaClient(f"7916000{number:04d}", name="Ольга")
        await here.graph.client_says(PHONE_ID, client, "сколько стоит педикюр?")
    await here.graph.idle()

    await here.worker._read()
    first = await here.db.read(texts)
    here.hands.ahead += timedelta(seconds=90)
    while await here.worker._read():
        pass
    whole = await here.db.read(counted)

    assert ("сколько стоит педикюр?" in first) is fair
    assert len(first) < MANY * 2
    assert whole == MANY * 3 + 20


async def test_a_hot_salon_leaves_places_to_the_others(db: Database, tmp_path: Path) -> None:
    """With enough of its turns under way only the others' are taken; control: else its own."""
    async with town(db, tmp_path) as here:
        lilia = await here.neighbour()
        await here.db.write(salons.update_agent, lilia.id, enabled=True)
        for number in range(12):
            await here.graph.client_says(PHONE_ID, WaClient(f"7916000{number:04d}"), "добрый день")
        await here.graph.client_says(NEIGHBOUR_PHONE_ID, OLGA, "добрый день")
        while await here.worker._read():
            pass
        now = here.hands() + timedelta(seconds=10)

        others = await here.db.write(turns.take, now, "a worker", 10, [here.salon.id])
        nobody = await here.db.write(turns.take, now, "a worker", 10, [here.salon.id, lilia.id])
        usual = await here.db.write(turns.take, now, "a worker", 10)

    assert [claim.business_id for claim in others] == [lilia.id]
    assert nobody == []
    assert [claim.business_id for claim in usual] == [here.salon.id] * 10
