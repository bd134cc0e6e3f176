"""Every channel we speak: one line each."""

from __future__ import annotations

from beautybot.channels.base import Channel
from beautybot.channels.console import Console
from beautybot.channels.guest import Guest
from beautybot.channels.telegram import Telegram
from beautybot.channels.whatsapp import WhatsApp
from beautybot.settings import Settings


def build(settings: Settings) -> dict[str, Channel]:
    """The channels of an installation by name; close each at the end."""
    return {
        "whatsapp": WhatsApp(settings.graph_api_base, proxy=settings.whatsapp_proxy),
        "telegram": Telegram(
            settings.telegram_api_base,
            proxy=settings.telegram_proxy,
            polling=settings.telegram_mode == "polling",
        ),
        "console": Console(),
        "guest": Guest(),
    }
