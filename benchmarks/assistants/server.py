"""
The product's web in a process of its own; prints its port.

    python -m benchmarks.assistants.server URL plain|capped|free

`plain` is the product as it is, with its worker; `capped` has no quotas of
addresses; `free` has no caps of holds either.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import uvloop

from beautybot import serving
from beautybot.booking import caps
from beautybot.settings import load
from beautybot.web import assistant_door
from beautybot.web.quotas import Quota

PLAIN, CAPPED, FREE = "plain", "capped", "free"
ENDLESS = 10**9


class Endless(Quota):
    """A quota that nobody uses up."""

    def take(self, caller: str) -> float:
        """Whoever asks may go on."""
        return 0.0


async def serve(url: str) -> None:
    """Answer until killed."""
    listener = serving.listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    settings = replace(load(), database_url=url, public_url=f"http://127.0.0.1:{port}")
    async with serving.opened(settings, owner=settings.on_sqlite) as product:
        print(port, flush=True)
        await serving.run(product, listener)


if __name__ == "__main__":
    if sys.argv[2] in (CAPPED, FREE):
        assistant_door.Quota = Endless  # type: ignore[misc]
    if sys.argv[2] == FREE:
        caps.OPEN_PER_PERSON_AND_DAY = ENDLESS
        caps.OPEN_PER_SUBJECT = caps.OPEN_PER_SALON = caps.DAILY_PER_SALON = ENDLESS
    uvloop.run(serve(sys.argv[1]))
