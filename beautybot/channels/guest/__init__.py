"""Guests: people who asked through an assistant or a page, and have no messenger of ours."""

from beautybot.channels.guest.channel import Guest

__all__ = ["Guest"]
