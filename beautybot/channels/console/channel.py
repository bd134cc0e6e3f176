"""The console as a Channel: an event is one line of JSON, a reply goes into a queue."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from beautybot.channels.base import (
    Account,
    Connected,
    Health,
    Hook,
    Identity,
    IdentityKind,
    Ignored,
    Inbound,
    InboundMessage,
    Kind,
    Media,
    MediaError,
    Outbound,
    Spot,
)
from beautybot.settings import Settings


class Line(msgspec.Struct):
    """What the client typed, or the button it pressed (`press`)."""

    id: str
    client: str
    account: str
    text: str = ""
    press: str = ""


class Console:
    """Replies of this process wait in `replies` until the terminal shows them."""

    name = "console"
    title = "Console"
    hook: Hook | None = None

    @classmethod
    def of(cls, _settings: Settings) -> Console:
        """The channel of an installation."""
        return cls()

    def __init__(self) -> None:
        self.replies: asyncio.Queue[Outbound] = asyncio.Queue()
        self._sent = 0

    def parse(self, body: bytes, received_at: datetime) -> Sequence[Inbound]:
        """One line of the terminal."""
        try:
            line = msgspec.json.decode(body, type=Line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return [Ignored("not a line of the console")]
        kind = Kind.PRESS if line.press else Kind.TEXT
        if line.text == "/start":
            kind = Kind.START
        return [
            InboundMessage(
                account=line.account,
                external_id=line.id,
                address=line.client,
                identities=(Identity(IdentityKind.CONSOLE, line.client),),
                kind=kind,
                text="" if kind is Kind.START else line.text,
                sent_at=received_at,
                payload={"id": line.press} if line.press else {},
                answers_at_once=True,
            )
        ]

    def split(self, text: str) -> list[str]:
        """A terminal has no limit."""
        return [text]

    async def send(self, account: Account, message: Outbound) -> str:
        """Put the reply before the terminal."""
        self._sent += 1
        await self.replies.put(message)
        return f"console:{message.reference}"

    async def thinking(self, account: Account, spot: Spot, last_external_id: str | None) -> None:
        """A terminal shows nothing while we think."""

    async def answer_press(self, account: Account, payload: Mapping[str, Any], spot: Spot) -> None:
        """A terminal has no buttons that spin."""

    async def fetch_media(self, account: Account, payload: Mapping[str, Any]) -> Media:
        """Nobody can send a file through a terminal."""
        raise MediaError("В терминале нет файлов.")

    async def check(self, secrets: Mapping[str, str], details: Mapping[str, Any]) -> Connected:
        """There is nothing to prove."""
        return Connected(str(details.get("name", "console")), "console", {})

    async def register(self, account: Account, callback_url: str) -> None:
        """There is nothing to register."""

    async def health(self, account: Account, callback_url: str) -> Health:
        """A terminal is always there."""
        return Health(True)

    async def close(self) -> None:
        """There is nothing to close."""
