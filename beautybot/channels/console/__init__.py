"""The terminal as a messenger: `beautybot chat` goes the same way as everybody."""

from beautybot.channels.console.channel import Console

__all__ = ["Console"]
