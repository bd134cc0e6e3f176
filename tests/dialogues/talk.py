"""
A client talks to «Ромашка» in a terminal: the whole product but the messengers.

Every line goes through inbox, turn and outbox on a real database; only the
clock is ours, so that "tomorrow" is the same day every time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
from world import MONDAY, World

from beautybot import chores
from beautybot.agent.understanding import Understanding
from beautybot.booking.visits import Appointment, listing
from beautybot.businesses import access
from beautybot.channels.base import Button
from beautybot.channels.console import Console
from beautybot.conversations import history, inbox
from beautybot.conversations.history import Summary
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import Database
from beautybot.kit.jobs import Job
from beautybot.kit.wakeup import Wakeup
from beautybot.llm.base import LLM
from beautybot.worker import Worker

UNASKED = ("expire_holds", "remind", "tend_visits", "invite")


@dataclass(slots=True)
class Talk:
    """One salon, and the clients who write to it."""

    db: Database
    world: World
    worker: Worker
    console: Console
    now: datetime = MONDAY
    buttons: dict[str, tuple[Button, ...]] = field(default_factory=dict)
    unasked: dict[str, list[str]] = field(default_factory=dict)  # what came while others spoke
    _lines: int = 0

    @classmethod
    async def open(cls, db: Database, world: World, llm: LLM | None = None) -> Talk:
        """Connect a terminal to «Ромашка»."""
        await db.write(
            access.connect,
            business_id=world.romashka.id,
            channel="console",
            external_id="terminal",
            display="terminal",
            details={},
            now=MONDAY,
        )
        console = Console()
        worker = Worker(
            db=db,
            channels={"console": console},
            keyring=Keyring(parse_keys(new_key())),
            llm=llm,
            understanding=Understanding(),
            wakeup=Wakeup(),
            burst=timedelta(0),
            jobs=chores.TABLE,
        )
        talk = cls(db, world, worker, console)
        worker.clock = talk.clock
        return talk

    def clock(self) -> datetime:
        """The present of this talk."""
        return self.now

    async def says(self, text: str, client: str = "olga") -> str:
        """The client writes; what the salon answers, or "" for silence."""
        return await self._line(client, text=text)

    async def presses(self, title: str, client: str = "olga") -> str:
        """The client presses a button of the last answer."""
        shown = self.buttons.get(client, ())
        button = next((b for b in shown if b.title == title), None)
        assert button is not None, f"no button «{title}» among {[b.title for b in shown]}"
        return await self._line(client, text=title, press=button.id)

    async def burst(self, texts: list[str], client: str = "olga") -> str:
        """Several lines before anybody could answer."""
        for text in texts:
            await self._put(client, text=text)
        return await self._answer(client)

    async def comes(self, client: str = "olga") -> str:
        """What the salon has written to a client who said nothing."""
        for name in UNASKED:
            await chores.TABLE[name](self.worker, Job(0, name, "", {}, 1, 0))
        said = await self._answer(client)
        return "\n---\n".join(filter(None, (*self.unasked.pop(client, ()), said)))

    def passes(self, pause: timedelta) -> None:
        """Time goes by."""
        self.now += pause

    async def book(self) -> list[Appointment]:
        """What is in the salon's book, holds too."""
        return await self.db.read(listing, self.world.romashka.id)

    async def summary(self, client: str = "olga") -> Summary:
        """The conversation as the owner sees it."""
        found = await self.db.read(history.listing, self.world.romashka.id, self.now)
        return next(s for s in found if s.client_address == client)

    async def _line(self, client: str, **line: str) -> str:
        await self._put(client, **line)
        return await self._answer(client)

    async def _put(self, client: str, **line: str) -> None:
        self._lines += 1
        self.now += timedelta(seconds=5)
        body = msgspec.json.encode(
            {"id": f"line-{self._lines}", "client": client, "account": "terminal", **line}
        )
        event = inbox.RawEvent("console", f"line-{self._lines}", self.now, body)
        await self.db.write(inbox.accept, [event])

    async def _answer(self, client: str) -> str:
        self.now += timedelta(seconds=3)
        await self.worker.drain()
        said = []
        while not self.console.replies.empty():
            message = self.console.replies.get_nowait()
            heard = (
                said if message.address == client else self.unasked.setdefault(message.address, [])
            )
            heard.append(message.text)
            self.buttons[message.address] = tuple(message.buttons)
        return "\n---\n".join(said)


def local(at: datetime) -> datetime:
    """A moment by the salon's clock."""
    return at.astimezone(UTC) + timedelta(hours=3)
