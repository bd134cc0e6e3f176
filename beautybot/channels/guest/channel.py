"""The guests of a salon as a Channel: they can be heard and called, and never written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from beautybot.channels.base import (
    Account,
    Connected,
    Health,
    Hook,
    Ignored,
    Inbound,
    Media,
    MediaError,
    Outbound,
    SendError,
    SendProblem,
    Spot,
)
from beautybot.settings import Settings


class Guest:
    """Nothing is delivered from there by a webhook, and nothing can be sent there."""

    name = "guest"
    title = "Гость"
    hook: Hook | None = None

    @classmethod
    def of(cls, _settings: Settings) -> Guest:
        """The channel of an installation."""
        return cls()

    def parse(self, body: bytes, received_at: datetime) -> Sequence[Inbound]:
        """Guests come through their own verbs, not through the inbox."""
        return [Ignored("guests send no deliveries")]

    def split(self, text: str) -> list[str]:
        """There is no limit on what cannot be sent."""
        return [text]

    async def send(self, account: Account, message: Outbound) -> str:
        """Always SendError: whoever answers has to call."""
        raise SendError(SendProblem.RECIPIENT_GONE, "a guest has no messenger")

    async def thinking(self, account: Account, spot: Spot, last_external_id: str | None) -> None:
        """Nobody looks."""

    async def answer_press(self, account: Account, payload: Mapping[str, Any], spot: Spot) -> None:
        """There are no buttons."""

    async def fetch_media(self, account: Account, payload: Mapping[str, Any]) -> Media:
        """There are no files."""
        raise MediaError("Гость не присылал файлов.")

    async def check(self, secrets: Mapping[str, str], details: Mapping[str, Any]) -> Connected:
        """There is nothing to prove."""
        return Connected("guests", "ChatGPT", {})

    async def register(self, account: Account, callback_url: str) -> None:
        """There is nothing to register."""

    async def health(self, account: Account, callback_url: str) -> Health:
        """It cannot break."""
        return Health(True)

    async def close(self) -> None:
        """There is nothing to close."""
