"""Looking at every connection from its messenger's side: mended where we can, told where not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from beautybot.businesses import access, credentials, journal
from beautybot.businesses.access import ChannelAccount
from beautybot.businesses.connecting import callback_of
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.channels.base import Account, Channel, ConnectError, Health
from beautybot.conversations import openings
from beautybot.kit.clock import Clock
from beautybot.kit.crypto import CannotDecrypt, Keyring
from beautybot.kit.db import Database


@dataclass(frozen=True, slots=True)
class Checking:
    """What it takes to look at connections."""

    db: Database
    channels: Mapping[str, Channel]
    keyring: Keyring
    clock: Clock
    public_url: str

    async def check_all(self) -> None:
        """Look at every connection of every salon, one after the other."""
        for name in (c.name for c in self.channels.values() if c.hook is not None):
            for account in await self.db.read(access.of_channel, name):
                await self.check(account)

    async def check(self, account: ChannelAccount) -> Health:
        """Look at one connection, mend its webhook, keep what was found, tell the owner."""
        health = await self._look(account)
        await self.db.write(found, account, health, self.clock())
        return health

    async def _look(self, account: ChannelAccount) -> Health:
        try:
            secrets = await self.db.read(
                credentials.of_account, self.keyring, account.business_id, account.id
            )
        except CannotDecrypt:
            return Health(False, "Секреты не открываются.", "Проверьте ENCRYPTION_KEYS.")
        speaking = Account(account.external_id, secrets, account.details)
        channel = self.channels[account.channel]
        callback = callback_of(self.public_url, account.channel)
        health = await channel.health(speaking, callback)
        if not health.must_register:
            return health
        try:
            await channel.register(speaking, callback)
        except ConnectError as error:
            return replace(health, problem=str(error), advice="")
        note = f"{account.display}: {health.problem} Поставили заново."
        await self.db.write(journal.note, account.business_id, "system", note, self.clock())
        return Health(True, details=health.details)


def found(conn: Connection, account: ChannelAccount, health: Health, now: datetime) -> None:
    """Keep what a look found; a stopped account stays stopped, its first reason with it."""
    values: dict[str, Any] = {"checked_at": now}
    if health.details:
        kept = access.get(conn, account.business_id, account.id).details
        values["details"] = openings.told(kept, health.details)
    if account.stopped_at is not None:
        access.note(conn, account.business_id, account.id, **values)
        return
    problem = None if health.ok else health.problem
    values |= {"problem": problem, "advice": None if health.ok else health.advice}
    access.note(conn, account.business_id, account.id, **values)
    if problem is not None and problem != account.problem:
        put_notice(
            conn,
            business_id=account.business_id,
            kind=NoticeKind.CHANNEL_BROKEN,
            key=f"health:{account.id}:{now:%Y-%m-%d}",
            text=f"Подключение {account.display}: {problem} {health.advice}".strip(),
            now=now,
            details={"account_id": account.id},
        )
