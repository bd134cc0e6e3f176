"""`kill -9` at every stage of the journey: nothing lost, nothing twice, nothing by halves."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from survivors import BOOKING, WHOLE, Left, Survivors, survivors
from town import PHONE_ID

from beautybot.demo.fakes.graph_events import WaClient
from beautybot.demo.fakes.graph_world import StatusTiming
from beautybot.kit.failpoints import Stage

LEASE = timedelta(seconds=35)
"""Then nobody holds what a dead process held: the tests turn the clock on, they do not wait."""

SAID_BY_STATUS = (Stage.SENT, Stage.SETTLING, Stage.SETTLED)
"""The channel has the message: its own status says so, and no lease has to end."""


async def killed_at(stage: Stage, here: Survivors, number: int) -> Left:
    """A client's booking whose last step dies at a stage; what is left when all is quiet."""
    client = WaClient(f"7916{number:07d}", name="Ольга")
    for line in BOOKING[:-1]:
        await here.says(client, line)
    await here.quiet()

    here.product.doom(stage)
    here.graph.statuses = StatusTiming.NEVER  # for now: they would race with the death
    await here.graph.client_says(PHONE_ID, client, BOOKING[-1])
    await here.product.doomed()
    here.graph.statuses = StatusTiming.AFTER
    if stage in SAID_BY_STATUS:
        await here.graph.status(here.screen(client)[-1].id, "delivered")
    else:
        here.product.hands.turn_on(LEASE)
    await here.quiet()
    return await here.left(client)


async def test_a_booking_survives_death_at_every_stage(database_url: str, tmp_path: Path) -> None:
    """Each message is answered once; the visit, the state and the answer go together."""
    async with survivors(database_url, tmp_path) as here:
        left = {stage: await killed_at(stage, here, n) for n, stage in enumerate(Stage)}

        assert here.product.deaths == len(Stage)
    assert left == dict.fromkeys(Stage, WHOLE)


async def test_a_promise_given_too_early_is_seen_to_be_broken(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Control: with "200" before the delivery is durable the same death loses the message."""
    async with survivors(sqlite_url, tmp_path, careless=True) as here:
        here.product.doom(Stage.ANSWERED)
        with pytest.raises(TimeoutError):
            await here.says(WaClient("79161234567", name="Ольга"), "здравствуйте", timeout_s=3)

        assert here.product.deaths == 1


async def test_an_answer_survives_death_around_the_call(sqlite_url: str, tmp_path: Path) -> None:
    """Plain talk too: WhatsApp's own status, or its absence, tells whether it left."""
    async with survivors(sqlite_url, tmp_path) as here:
        here.graph.statuses = StatusTiming.NEVER
        for n, stage in enumerate((Stage.SENDING, Stage.SENT)):
            asking = WaClient(f"7916000000{n}", name="Ольга")
            here.product.doom(stage)
            await here.graph.client_says(PHONE_ID, asking, "сколько стоит педикюр?")
            await here.product.doomed()
            if stage is Stage.SENT:
                await here.graph.status(here.screen(asking)[-1].id, "sent")
            else:
                here.product.hands.turn_on(LEASE)
            await here.quiet()

            left = await here.left(asking)
            assert (left.turns, left.answers) == (1, 1), stage
