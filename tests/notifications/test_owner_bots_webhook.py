"""The global bot's webhook is as it should be, also after a change of keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from owners_desk import ANNAS_TELEGRAM, OwnersDesk, owners_desk
from town import town

from beautybot.channels.telegram import Telegram
from beautybot.channels.telegram.owners import OwnersBot
from beautybot.kit.db import Database
from beautybot.web import owner_bot


@pytest.fixture
async def desk(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[OwnersDesk]:
    """«Ромашка» and its global bot."""
    async with town(sqlite_db, tmp_path) as here, owners_desk(here) as made:
        yield made


def started_again(desk: OwnersDesk) -> OwnersBot:
    """The bot as a process that has just started knows it."""
    telegram = desk.town.worker.channels["telegram"]
    assert isinstance(telegram, Telegram)
    return OwnersBot(telegram, desk.bot.token)


async def test_after_a_change_of_keys_owners_are_heard_at_once(desk: OwnersDesk) -> None:
    """A new process gives Telegram its secret though the webhook looks well."""
    await desk.bound()
    door = f"{desk.base}{owner_bot.PATH}"
    desk.bot.webhook.secret = "made from a key that is gone"

    await started_again(desk).see_to_it(door, desk.secret)

    assert desk.bot.webhook.secret == desk.secret
    assert "важное о салоне" in await desk.says("/help", ANNAS_TELEGRAM)


async def test_a_webhook_that_is_well_is_registered_once_a_process(desk: OwnersDesk) -> None:
    """The rounds that follow only look."""
    bot = started_again(desk)
    door = f"{desk.base}{owner_bot.PATH}"
    await bot.see_to_it(door, desk.secret)
    desk.bot.webhook.secret = "untouched"

    await bot.see_to_it(door, desk.secret)

    assert desk.bot.webhook.secret == "untouched"
