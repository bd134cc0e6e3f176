"""Telegram Bot API: a salon's own bot."""

from beautybot.channels.telegram.channel import Telegram

__all__ = ["Telegram"]
