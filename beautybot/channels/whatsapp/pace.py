"""
How fast one number may send: kept before Meta complains (130429).

A number sends 80 messages a second, one that is also used in the phone app 20.
https://developers.facebook.com/docs/whatsapp/cloud-api/overview#throughput
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from beautybot.kit.clock import monotonic

PER_SECOND = {"STANDARD": 80.0, "HIGH": 1000.0}
IN_THE_APP = 20.0
CAREFUL = 0.9
"""The share we take: what the owner sends by other ways counts too."""


class Pace:
    """Gives each number's sends their moment, evenly, in the order they ask."""

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}

    async def turn(self, number: str, details: Mapping[str, Any]) -> None:
        """Wait until this number may send one message more."""
        now = monotonic()
        mine = max(self._free_at.get(number, now), now)
        self._free_at[number] = mine + 1.0 / (rate_of(details) * CAREFUL)
        if mine > now:
            await asyncio.sleep(mine - now)


def rate_of(details: Mapping[str, Any]) -> float:
    """Messages a second that Meta lets the number send."""
    if details.get("in_the_app"):
        return IN_THE_APP
    return PER_SECOND.get(str(details.get("throughput") or ""), PER_SECOND["STANDARD"])
