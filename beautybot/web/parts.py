"""What the web needs of the rest of the house."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from beautybot.channels.base import Channel
from beautybot.kit import clock as clocks
from beautybot.kit.clock import Clock
from beautybot.kit.crypto import Keyring
from beautybot.kit.db import Database
from beautybot.kit.wakeup import Wakeup
from beautybot.llm.base import LLM
from beautybot.settings import Settings
from beautybot.web.newsroom import Newsroom


async def no_model(_business_id: int) -> LLM | None:
    """The rules alone."""
    return None


@dataclass(frozen=True, slots=True)
class Parts:
    """The open house: settings, database, keys, bells, messengers, the clock and live news."""

    settings: Settings
    db: Database
    keyring: Keyring
    wakeup: Wakeup
    clock: Clock = clocks.now
    channels: Mapping[str, Channel] = field(default_factory=dict)
    model_of: Callable[[int], Awaitable[LLM | None]] = no_model
    newsroom: Newsroom = field(default_factory=Newsroom)
