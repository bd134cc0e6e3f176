"""The root of every error that BeautyBot raises on purpose."""

from __future__ import annotations


class BeautyBotError(Exception):
    """Something a person can understand went wrong; str(error) is one sentence for that person."""


class NotFound(BeautyBotError):
    """The thing does not exist, or it belongs to another salon: the two look alike on purpose."""
