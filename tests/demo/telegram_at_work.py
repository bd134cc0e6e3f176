"""The double of the Bot API with one bot, and parameters of sends."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from beautybot.demo.fakes.server import serving
from beautybot.demo.fakes.telegram import FakeTelegram
from beautybot.demo.fakes.telegram_world import TgBot, TgUser

OLGA = TgUser(10081232, "Ольга", username="olga")


@asynccontextmanager
async def telegram_at_work(**options: Any) -> AsyncIterator[tuple[FakeTelegram, TgBot, str]]:
    """A double with one bot to which Ольга has pressed Start; the URL of its methods."""
    telegram = FakeTelegram(**options)
    bot = telegram.add_bot()
    telegram.start(bot, OLGA)
    telegram.deliveries[bot.token].drop()
    async with serving(telegram) as url:
        yield telegram, bot, f"{url}/bot{bot.token}"


def said(text: Any = "Здравствуйте!", **more: Any) -> dict[str, Any]:
    """The parameters of a sendMessage to Ольга."""
    return {"chat_id": OLGA.id, "text": text, **more}


def inline(*rows: list[tuple[str, str]]) -> dict[str, Any]:
    """An inline keyboard of (title, data)."""
    return {"inline_keyboard": [[{"text": t, "callback_data": d} for t, d in row] for row in rows]}
