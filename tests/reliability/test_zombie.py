"""A worker that is stopped in the middle, and wakes up when another has done its work."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from survivors import BOOKING, WHOLE, survivors
from town import PHONE_ID

from beautybot.demo.fakes.graph_events import WaClient
from beautybot.kit.failpoints import Stage

OLGA = WaClient("79161234567", name="Ольга")


async def test_a_stopped_worker_holds_nobody_up_and_writes_nothing_late(
    postgres_url: str, tmp_path: Path
) -> None:
    """
    SIGSTOP with the booking's transaction open: its rows are locked, its lease is good.

    The server ends the transaction, the other worker takes the turn over, and
    what the stopped one does when it goes on leaves no trace.
    """
    async with survivors(postgres_url, tmp_path) as here:
        for line in BOOKING[:-1]:
            await here.says(OLGA, line)
        await here.quiet()
        here.product.reinforce()

        here.product.doom(Stage.ACTING, signal.SIGSTOP)
        seen = len(here.screen(OLGA))
        await here.graph.client_says(PHONE_ID, OLGA, BOOKING[-1])
        await here.product.doomed()
        still = len(here.screen(OLGA))
        await here.graph.transcripts.answer(PHONE_ID, OLGA.key, seen=seen, timeout_s=40)
        here.product.wake()
        await asyncio.sleep(2)
        await here.quiet()

        assert await here.left(OLGA) == WHOLE
        assert still == seen
        assert here.product.deaths == 0
