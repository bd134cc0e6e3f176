"""The global bot by asking, where Telegram cannot reach us (`TELEGRAM_MODE=polling`)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import msgspec

from beautybot.channels.base import ConnectError, SendError
from beautybot.channels.telegram.owners import OwnersBot
from beautybot.kit import clock as clocks, log, seats
from beautybot.kit.clock import Clock
from beautybot.kit.db import Database, DatabaseUnavailable
from beautybot.kit.wakeup import ToDo, Wakeup
from beautybot.notifications.bot import hearing

logger = log.get(__name__)
SEAT = "poll:owners"
WAIT_S = 15
"""With its time-out still shorter than a seat is held."""


@dataclass(slots=True)
class Asking:
    """Of several processes only the one that has the seat asks."""

    db: Database
    bot: OwnersBot
    wakeup: Wakeup
    name: str
    clock: Clock = clocks.now
    wait_s: int = WAIT_S
    pause_s: float = 5.0

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            try:
                await self.db.write(seats.provide, SEAT, 1)
                taken = await self.db.write(seats.take, SEAT, 1, self.name, self.clock())
                if taken is not None:
                    await self._while_ours()
            except DatabaseUnavailable as error:
                logger.error("❌ Ошибка базы данных", error=str(error))
            except (SendError, ConnectError) as error:
                logger.warning("❌ Ошибка опроса глобального бота", error=str(error))
            await asyncio.sleep(self.pause_s)

    async def _while_ours(self) -> None:
        offset = 0
        try:
            await self.bot.register("", "")  # a webhook and asking exclude each other
            while await self.db.write(seats.keep, SEAT, 0, self.name, self.clock()):
                found = await self.bot.telegram.fetch(self.bot.account, offset, self.wait_s)
                offset = await self._store(found) if found else 0
        finally:
            given = self.db.write(seats.give, SEAT, 0, self.name)
            await asyncio.shield(asyncio.ensure_future(given))

    async def _store(self, found: list[dict[str, Any]]) -> int:
        """Store updates; the number to ask for next, which makes Telegram forget these."""
        kept = [(str(one["update_id"]), msgspec.json.encode(one)) for one in found]
        await self.db.write(hearing.accept, kept, self.clock())
        self.wakeup.ring(ToDo.OWNERS)
        return max(int(one["update_id"]) for one in found) + 1
