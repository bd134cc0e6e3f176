"""Every channel we speak: one line each."""

from __future__ import annotations

from collections.abc import Mapping

from beautybot.channels.base import Channel, Hook
from beautybot.channels.console import Console
from beautybot.channels.guest import Guest
from beautybot.channels.telegram import Telegram
from beautybot.channels.whatsapp import WhatsApp
from beautybot.settings import Settings

CHANNELS = (
    WhatsApp,
    Telegram,
    Console,
    Guest,
)


def build(settings: Settings) -> dict[str, Channel]:
    """The channels of an installation by name; close each at the end."""
    return {kind.name: kind.of(settings) for kind in CHANNELS}


def hooks() -> Mapping[str, Hook]:
    """How each channel that delivers over HTTP does so."""
    return {kind.name: kind.hook for kind in CHANNELS if kind.hook is not None}
