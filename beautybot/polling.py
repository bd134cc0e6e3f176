"""
Telegram by asking (`TELEGRAM_MODE=polling`): for a laptop, or a host Telegram cannot reach.

What is fetched goes through the same inbox as a webhook's delivery.  Telegram
forgets an update when we ask for a later one, so we ask only for what follows
the last one that is stored.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection

from beautybot.businesses import access
from beautybot.businesses.access import ChannelAccount
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.channels.base import Account, ConnectError, SendError, SendProblem
from beautybot.channels.telegram import Telegram
from beautybot.conversations import inbox
from beautybot.conversations.courtesy import speaker
from beautybot.kit import clock as clocks, log, seats
from beautybot.kit.clock import Clock
from beautybot.kit.crypto import Keyring
from beautybot.kit.db import Database, DatabaseUnavailable
from beautybot.kit.wakeup import ToDo, Wakeup

logger = log.get(__name__)

WAIT_S = 15
"""How long Telegram may hold one question; with its time-out still shorter than a seat is held."""
LOOK_S = 5.0
MOST_PAUSE_S = 60.0

_TWO_CAUSES = {
    "webhook": "У бота стоит webhook, поэтому спрашивать Telegram нельзя. "
    "Подключите бота ещё раз: это снимет webhook.",
    "terminated": "Сообщения этого бота забирает ещё одна программа. "
    "Остановите её или выпустите новый токен в @BotFather.",
}


@dataclass(slots=True)
class Polling:
    """One task a bot; of several processes only the one that has the bot's seat asks."""

    db: Database
    telegram: Telegram
    keyring: Keyring
    wakeup: Wakeup
    public_url: str
    name: str
    clock: Clock = clocks.now
    wait_s: int = WAIT_S
    pause_s: float = LOOK_S
    _asking: dict[int, asyncio.Task[None]] = field(default_factory=dict)

    async def run(self) -> None:
        """Ask for every bot until cancelled; bots may come and go meanwhile."""
        try:
            while True:
                with suppress(DatabaseUnavailable):
                    await self._look()
                await asyncio.sleep(self.pause_s)
        finally:
            for task in self._asking.values():
                task.cancel()
            await asyncio.gather(*self._asking.values(), return_exceptions=True)

    async def _look(self) -> None:
        accounts = await self.db.read(access.of_channel, "telegram")
        wanted = {a.id: a for a in accounts if a.stopped_at is None}
        for known, task in list(self._asking.items()):
            if task.done() and not task.cancelled() and (error := task.exception()):
                logger.error("❌ Ошибка опроса Telegram", account=known, error=repr(error))
            if known not in wanted or task.done():
                task.cancel()
                del self._asking[known]
        for new in wanted.keys() - self._asking.keys():
            self._asking[new] = asyncio.create_task(self._ask(wanted[new]))

    async def _ask(self, account: ChannelAccount) -> None:
        what = f"poll:{account.id}"
        while True:
            try:
                await self.db.write(seats.provide, what, 1)
                if await self.db.write(seats.take, what, 1, self.name, self.clock()) is not None:
                    try:
                        await self._while_ours(account, what)
                    finally:
                        given = self.db.write(seats.give, what, 0, self.name)
                        await asyncio.shield(asyncio.ensure_future(given))
            except DatabaseUnavailable as error:
                logger.error("❌ Ошибка базы данных", error=str(error))
            await asyncio.sleep(self.pause_s)

    async def _while_ours(self, account: ChannelAccount, what: str) -> None:
        """Fetch and store until the seat is lost or the bot cannot be asked."""
        offset, pause = 0, 1.0
        if not await self._free_to_ask(account):
            return
        while await self.db.write(seats.keep, what, 0, self.name, self.clock()):
            speaking = await self._speaking(account)
            try:
                updates = await self.telegram.fetch(speaking, offset, self.wait_s)
            except SendError as error:
                if error.problem in (SendProblem.CREDENTIALS, SendProblem.REJECTED):
                    await self.db.write(refused, account, error, self.clock())
                    return
                await asyncio.sleep(error.retry_after_s or pause)
                pause = min(pause * 2, MOST_PAUSE_S)
                continue
            pause = 1.0
            # After a silent week numbers start again lower: nothing waits, so ask for anything.
            offset = await self._store(account, updates) if updates else 0

    async def _free_to_ask(self, account: ChannelAccount) -> bool:
        """Our own old webhook is taken away; another product's is the owner's to decide."""
        speaking = await self._speaking(account)
        health = await self.telegram.health(speaking, f"{self.public_url}/api/webhooks/telegram")
        words = "" if health.ok else f"{health.problem} {health.advice}"
        if health.must_register:
            try:
                await self.telegram.register(speaking, "")
                words = ""
            except ConnectError as error:
                words = str(error)
        if words:
            await self.db.write(tell, account, words, self.clock())
        return not words

    async def _speaking(self, account: ChannelAccount) -> Account:
        return await self.db.read(speaker, self.keyring, account.business_id, account.id)

    async def _store(self, account: ChannelAccount, updates: list[dict[str, Any]]) -> int:
        """Store updates; the number to ask for next."""
        numbers = [int(update["update_id"]) for update in updates]
        events = [
            inbox.RawEvent(
                channel="telegram",
                key=f"{account.id}:{number}",
                received_at=self.clock(),
                body=msgspec.json.encode(update),
                account_id=account.id,
            )
            for number, update in zip(numbers, updates, strict=True)
        ]
        await self.db.write(inbox.accept, events)
        self.wakeup.ring(ToDo.INBOX)
        return max(numbers) + 1


def refused(conn: Connection, account: ChannelAccount, error: SendError, now: Any) -> None:
    """Telegram will not be asked: stop a revoked token, say which of two programs is in the way."""
    if error.problem is SendProblem.CREDENTIALS:
        access.stop(conn, account.business_id, account.id, error.owner_words, now)
        tell(conn, account, error.owner_words, now)
        return
    low = error.detail.lower()
    words = next((text for sign, text in _TWO_CAUSES.items() if sign in low), None)
    tell(conn, account, words or f"Telegram отказал: {error.detail[:160]}", now)


def tell(conn: Connection, account: ChannelAccount, words: str, now: Any) -> None:
    """Note what is wrong with a bot, and tell its salon once a day."""
    access.note(conn, account.business_id, account.id, problem=words)
    put_notice(
        conn,
        business_id=account.business_id,
        kind=NoticeKind.CHANNEL_BROKEN,
        key=f"health:{account.id}:{now:%Y-%m-%d}",
        text=f"Подключение {account.display}: {words}",
        now=now,
        details={"account_id": account.id},
    )
