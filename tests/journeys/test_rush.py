"""Many clients want one time at one moment, each over HTTP with a signature of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from town import PHONE_ID, Town, town

from beautybot.booking.visits import Status
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.kit.db import Database
from beautybot.proof.counting import judge

CROWD = 12


async def rush(here: Town, wishes: Sequence[str]) -> list[list[str]]:
    """Everybody writes at once, and then says yes, and yes again; what each of them heard."""
    crowd = [WaClient(f"7916123{n:04d}", name=f"Ольга {n}") for n in range(len(wishes))]
    for texts in (wishes, ["да"] * len(crowd), ["да"] * len(crowd)):
        says = [
            here.graph.client_says(PHONE_ID, client, text)
            for client, text in zip(crowd, texts, strict=True)
        ]
        await asyncio.gather(*says)
        await here.settle()
    heard = [here.graph.transcripts.ours(PHONE_ID, client.key) for client in crowd]
    return [[str(getattr(line, "text", line)) for line in lines] for lines in heard]


async def booked(here: Town) -> list[str]:
    """At which local hours somebody is booked; and nothing overlaps."""
    assert (await here.db.read(judge, here.salon.id)).overlaps == 0
    found = [v for v in await here.appointments() if v.status is Status.BOOKED]
    return sorted(f"{v.start.astimezone(here.salon.zone):%H:%M}" for v in found)


async def test_of_a_dozen_one_is_booked_and_the_others_are_offered_something_else(
    here: Town,
) -> None:
    """Вера's two o'clock, in the same second."""
    heard = await rush(here, ["маникюр к вере послезавтра в 14"] * CROWD)

    assert await booked(here) == ["14:00"]
    assert sum(any("вы записаны" in text for text in texts) for texts in heard) == 1
    others = [texts for texts in heard if not any("вы записаны" in text for text in texts)]
    assert len(others) == CROWD - 1
    for texts in others:
        assert any("заня" in text and "1. " in text for text in texts), texts


async def test_who_want_times_of_their_own_all_get_them(
    sqlite_db: Database, tmp_path: Path
) -> None:
    """Control: the crowd is not turned away because it is a crowd."""
    hours = (11, 12, 14, 16)

    async with town(sqlite_db, tmp_path) as here:
        await rush(here, [f"маникюр к вере послезавтра в {hour}" for hour in hours])

        assert await booked(here) == [f"{hour}:00" for hour in hours]
