"""
Which accounts a delivery may speak for, known without asking the database each time.

The lists are small and read again every few seconds, and at once (but not
oftener than once a second) when something unknown knocks: so a flood of
forged deliveries costs a hash each and no query.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from beautybot.businesses import credentials
from beautybot.businesses.credentials import AppSecret, Door
from beautybot.kit.clock import monotonic
from beautybot.kit.crypto import Keyring
from beautybot.kit.db import Database

FRESH_S = 5.0
SOONEST_S = 1.0


@dataclass(slots=True)
class Doors:
    """The secrets that open the webhooks."""

    db: Database
    keyring: Keyring
    app_secret: str | None
    _read_at: float = field(default=float("-inf"))
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _secrets: list[AppSecret] = field(default_factory=list)
    _doors: dict[str, Door] = field(default_factory=dict)

    async def app_secrets(self) -> list[AppSecret]:
        """Every Meta app secret in use, with the accounts it may speak for."""
        await self._refresh(FRESH_S)
        return self._secrets

    async def app_secrets_again(self) -> list[AppSecret] | None:
        """The same read anew, because nothing fitted; None if it was read a moment ago."""
        return self._secrets if await self._refresh(SOONEST_S) else None

    async def account(self, channel: str, presented: str, name: str) -> Door | None:
        """The channel's account whose secret of that name was presented."""
        await self._refresh(FRESH_S)
        door = self._find(channel, presented, name)
        if door is None and await self._refresh(SOONEST_S):
            door = self._find(channel, presented, name)
        return door

    def _find(self, channel: str, presented: str, name: str) -> Door | None:
        # The hash is keyed, so looking it up in a table tells a stranger nothing by its time.
        for lookup in self.keyring.lookups(presented, name):
            door = self._doors.get(lookup)
            if door is not None and (door.channel, door.name) == (channel, name):
                return door
        return None

    async def _refresh(self, older_than_s: float) -> bool:
        if monotonic() - self._read_at < older_than_s:
            return False
        async with self._reading:  # who comes meanwhile waits, lest a true delivery be refused
            now = monotonic()
            if now - self._read_at < older_than_s:
                return True
            await self._read()
            self._read_at = now
        return True

    async def _read(self) -> None:
        self._secrets = await self.db.read(credentials.app_secrets, self.keyring, self.app_secret)
        doors = await self.db.read(credentials.doors)
        self._doors = {door.lookup: door for door in doors}
