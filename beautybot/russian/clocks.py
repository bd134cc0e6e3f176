"""When the client wants to come: the door to `beautybot.russian.time`."""

from __future__ import annotations

from beautybot.russian.time.finding import find_when
from beautybot.russian.time.wish import Hours, TimeWish

__all__ = ["Hours", "TimeWish", "find_when"]
