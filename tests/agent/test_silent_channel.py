"""The agent is on, and silent in one channel: there people answer themselves."""

from __future__ import annotations

from pathlib import Path

from town import town

from beautybot.businesses import salons
from beautybot.conversations import talks
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.kit import clock
from beautybot.kit.db import Database


async def test_a_channel_without_the_agent_is_heard_and_not_answered(
    sqlite_db: Database, tmp_path: Path
) -> None:
    """What the client wrote waits unread in the inbox; the other channel is answered as ever."""
    async with town(sqlite_db, tmp_path) as built:
        rules = salons.settings_json(built.salon.settings) | {"agent_silent_in": ["whatsapp"]}
        await sqlite_db.write(salons.change, built.salon.id, settings=rules)
        silence = await built.whatsapp(WaClient("79161234567", name="Ольга"), "здравствуйте")
        answer = await built.telegram_says(TgUser(77, "Ира"), "здравствуйте")
        inbox = await sqlite_db.read(talks.inbox, built.salon.id, clock.now())

    assert (silence, "Ромашка" in answer) == ("", True)
    assert {t.summary.channel: t.unread for t in inbox}["whatsapp"] == 1
