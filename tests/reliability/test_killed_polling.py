"""`kill -9` of a server that asks Telegram for its updates: between fetch and store, and around."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from mortal import Hands, mortals
from survivors import salon_on

from beautybot.demo.fakes.server import serving
from beautybot.demo.fakes.telegram import FakeTelegram
from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.kit.crypto import new_key
from beautybot.kit.failpoints import Stage
from beautybot.settings import Settings

OLGA = TgUser(5_001, "Ольга")
LEASE = timedelta(seconds=35)
"""Then nobody holds what a dead process held."""
STAGES = (Stage.ACCEPTING, Stage.RECORDED, Stage.ACTING)


async def test_an_update_survives_death_between_fetch_and_store(
    database_url: str, tmp_path: Path
) -> None:
    """Telegram keeps what was not asked beyond: each message is answered, and once."""
    hands, key = Hands(), new_key()
    telegram = FakeTelegram(clock=hands, everybody_started=True)
    bot = telegram.add_bot()
    async with serving(telegram) as api:
        settings = {"telegram_api_base": api, "telegram_mode": "polling"}
        await salon_on(
            database_url, key, Settings(**settings), "telegram", {"token": bot.token}, {}
        )
        mine = {"database_url": database_url, "encryption_keys": key, "burst_wait_s": 0.0}
        async with mortals(mine | settings, tmp_path, hands=hands) as product:
            stages = STAGES if "sqlite" in database_url else STAGES[:1]
            for seen, stage in enumerate(stages):
                product.doom(stage)
                telegram.client_says(bot, OLGA, "сколько стоит педикюр?")
                await product.doomed()
                product.hands.turn_on(LEASE)
                await telegram.transcripts.answer(bot.key, str(OLGA.id), seen=seen, timeout_s=40)
            said = telegram.transcripts.ours(bot.key, str(OLGA.id))

    assert product.deaths == len(stages)
    assert [("2 400" in bubble.text) for bubble in said] == [True] * len(stages)
