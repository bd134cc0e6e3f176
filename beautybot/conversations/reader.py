"""
Reads what has been delivered: parses it, stores it, puts aside what nobody can read.

The lists of several people are stored at one time.  Of one who floods us a
whole pile is stored at the price of one message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from beautybot.channels.base import Channel, Inbound
from beautybot.conversations import inbox, reading
from beautybot.conversations.arrivals import Received
from beautybot.kit import log
from beautybot.kit.clock import Clock
from beautybot.kit.db import Database, DatabaseUnavailable, insist
from beautybot.kit.failpoints import Stage, reached
from beautybot.kit.leases import LeaseLost
from beautybot.kit.text import masked

logger = log.get(__name__)
MANY = 128
PAUSE_S = 0.5


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading needs; `shared_app` is the mark of the installation's own Meta app."""

    db: Database
    channels: Mapping[str, Channel]
    clock: Clock
    burst: timedelta
    shared_app: str | None = None

    async def read(self, worker: str) -> tuple[int, list[Received]]:
        """Read what is due: how many deliveries, and whose messages were new, the last of each."""
        events = await self.db.write(inbox.take, self.clock(), worker, MANY)
        if events:
            reached(Stage.TAKEN)
        parsed = [each for event in events if (each := await self._parse(event))]
        lists = await asyncio.gather(*(self._one(those) for those in reading.side_by_side(parsed)))
        return len(events), [new for received in lists for new in received]

    async def _parse(self, event: inbox.Event) -> reading.Parsed | None:
        try:
            return event, await reading.items_of(event, self.channels[event.channel], self.db)
        except DatabaseUnavailable:  # it is held for a while: nobody else would read it
            await asyncio.sleep(PAUSE_S)
            return await self._parse(event)
        except Exception as error:
            await self._unreadable(event, error)
            return None

    async def _one(self, those: Sequence[reading.Parsed]) -> list[Received]:
        received: list[Received] = []
        for pile in reading.piles(those):
            new = await self._pile(pile) if len(pile) > 1 else None
            if new is None:
                new = [each for event, items in pile for each in await self._event(event, items)]
            received += new
        return received

    async def _pile(self, pile: Sequence[reading.Parsed]) -> list[Received] | None:
        """None if one of them does not let itself be stored: then each goes alone."""
        try:
            received = await insist(self.db, reading.record_pile, pile, **self._given())
        except Exception as error:
            logger.warning("a pile is read one by one", messages=len(pile), error=repr(error))
            return None
        self._note(received, len(pile))
        return received

    async def _event(self, event: inbox.Event, items: Sequence[Inbound]) -> list[Received]:
        try:
            received = await insist(self.db, reading.record, event, items, **self._given())
        except LeaseLost:
            return []  # we slept through our time: another worker reads it
        except Exception as error:
            await self._unreadable(event, error)
            return []
        self._note(received)
        return received

    def _given(self) -> dict[str, Any]:
        return {"now": self.clock(), "burst": self.burst, "shared_app": self.shared_app}

    def _note(self, received: Sequence[Received], messages: int = 1) -> None:
        reached(Stage.RECORDED)
        more = {"messages": messages} if messages > 1 else {}
        for new in received:
            title = self.channels[new.place.channel].title
            words = f"📱 Получено {title} сообщение от {masked(new.place.address)}"
            logger.info(words, conversation=new.place.conversation_id, **more)

    async def _unreadable(self, event: inbox.Event, error: Exception) -> None:
        poison = await self.db.write(inbox.failed, event, self.clock(), why := repr(error))
        logger.error("❌ Ошибка чтения события", delivery=event.id, error=why, put_aside=poison)
