"""A worker that sleeps through its lease wakes up late, and its writes are void."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import timedelta
from pathlib import Path

from survivors import BOOKING, Heard, Survivors, survivors

from beautybot.demo.fakes.graph_events import WaClient

LEASE = timedelta(seconds=35)
FROZEN = 2


async def test_who_was_frozen_doubles_nothing(postgres_url: str, tmp_path: Path) -> None:
    """SIGSTOP for longer than the lease while clients book; another worker goes on meanwhile."""
    async with survivors(postgres_url, tmp_path, spare=True) as here:
        people = [WaClient(f"7916000000{n}", name="Ольга") for n in range(3)]
        talks = [asyncio.create_task(_book(here, person)) for person in people]
        for role in ("worker", "spare"):
            await asyncio.sleep(0.3)
            pid = here.product.alive[role].pid
            assert pid is not None
            os.kill(pid, signal.SIGSTOP)
            here.product.hands.turn_on(LEASE)
            await asyncio.sleep(0.7)
            os.kill(pid, signal.SIGCONT)
        await asyncio.gather(*talks)
        await here.quiet()

        doubled = 0
        for person in people:
            left, heard = await here.left(person), await here.heard(person)
            assert heard == Heard(stored=len(BOOKING), unheard=0, twice=0, given_up=0)
            # A yes that overtakes the note that its question was sent is asked for again.
            assert left.bookings <= 1 and left.confirmations >= left.bookings
            doubled += left.answers - left.turns
        assert 0 <= doubled <= FROZEN  # nobody knows whether a frozen sender's message left


async def _book(here: Survivors, person: WaClient) -> None:
    for line in BOOKING:
        await here.says(person, line, timeout_s=60)
