"""One client who does not stop writing costs the others nothing, and is answered too."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, select
from town import PHONE_ID, Town

from beautybot.conversations import history, turns
from beautybot.conversations.models import conversations
from beautybot.conversations.turns import FLOOD, FLOOD_PAUSE
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.kit.db import across_salons
from beautybot.worker import BATCH

HOT = WaClient("79160000001", name="Жанна")
OLGA = WaClient("79160000002", name="Ольга")
MANY = 90


async def writes(here: Town, client: WaClient, count: int) -> turns.Claim:
    """So many messages, stored and read; the conversation is taken for its turn."""
    for number in range(count):
        await here.graph.client_says(PHONE_ID, client, f"сколько стоит педикюр? {number}")
    while await here.worker._read():
        pass
    here.hands.ahead += timedelta(seconds=10)
    (claim,) = await here.db.write(turns.take, here.hands(), "a worker", 10)
    return claim


def due(conn: Connection, claim: turns.Claim) -> object:
    return conn.execute(
        across_salons(
            select(conversations.c.due_at).where(conversations.c.id == claim.conversation_id)
        )
    ).scalar_one()


async def test_a_flooded_chat_is_thought_about_once_a_second(here: Town) -> None:
    """Each new message voids the turn before; control: a usual burst waits only for itself."""
    burst = timedelta(milliseconds=200)
    few, many = await writes(here, OLGA, 3), await writes(here, HOT, FLOOD + 1)

    now = here.hands()
    for claim in (few, many):
        await here.db.write(turns.again, claim, now, burst)

    assert await here.db.read(due, few) == now + burst / 2
    assert await here.db.read(due, many) == now + FLOOD_PAUSE


async def test_of_a_flood_the_end_is_heard(here: Town) -> None:
    """However much was said, a turn has little to read, in the order it was said."""
    claim = await writes(here, HOT, MANY)

    seen = await here.db.read(history.since_last_reply, claim, here.hands())

    said = [message.text for message in seen.unanswered]
    assert said == [f"сколько стоит педикюр? {n}" for n in range(MANY - history.MOST_HEARD, MANY)]


async def test_both_are_answered(here: Town) -> None:
    """A turn for each batch of the ninety that was read; and one for the question beside them."""
    for number in range(MANY):
        await here.graph.client_says(PHONE_ID, HOT, f"сколько стоит педикюр? {number}")
    answer = await here.whatsapp(OLGA, "сколько стоит педикюр?")

    assert "₽" in answer
    assert 1 <= len(here.graph.transcripts.ours(PHONE_ID, HOT.key)) <= MANY // BATCH + 1
    assert len(here.graph.transcripts.ours(PHONE_ID, OLGA.key)) == 1
