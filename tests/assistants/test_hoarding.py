"""What many callers at once may hold of a salon's time."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from assistant_doors import booking, call, doors, free
from town import Town

from beautybot.agent import holding
from beautybot.agent.holding import Caller, Wanted
from beautybot.booking import caps
from beautybot.booking.caps import TooManyHolds
from beautybot.booking.visits import Status
from beautybot.demo.fakes.graph_people import WaClient

OLGA = WaClient("79161234567", name="Ольга")


async def test_callers_together_cannot_fill_the_diary(here: Town) -> None:
    """
    Fifty callers, a thousand calls: the caps hold, and an honest client books the day they want.

    Ten thousand over HTTP: `python -m benchmarks.assistants.abuse`.
    """
    answered = await storm(here, 1_000)
    held = [v for v in await here.appointments() if v.status is Status.HELD]
    days = Counter((v.start.astimezone(here.salon.zone).date(), v.specialist_names) for v in held)
    offered = await here.whatsapp(OLGA, "хочу на маникюр завтра")
    for line in ("1", "да", "Ольга", "да", "да"):
        await here.whatsapp(OLGA, line)
    booked = [v for v in await here.appointments() if v.status is Status.BOOKED]

    assert sum(answered.values()) == 1_000
    assert answered["held"] == len(held) <= caps.OPEN_PER_SALON
    assert max(days.values()) <= caps.OPEN_PER_PERSON_AND_DAY
    assert "завтра" in offered and "свободного времени не нашлось" not in offered.lower()
    assert len(booked) == 1


async def test_without_the_caps_callers_would_fill_the_diary(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: the same callers, and nothing of the day is left."""
    for cap in (
        "OPEN_PER_SUBJECT",
        "OPEN_PER_SALON",
        "DAILY_PER_SALON",
        "OPEN_PER_PERSON_AND_DAY",
    ):
        monkeypatch.setattr(caps, cap, 10**9)

    answered = await storm(here, 200)
    offered = await here.whatsapp(OLGA, "хочу на маникюр завтра")

    assert answered["held"] > 2 * 12
    assert "Свободного времени не нашлось: «завтра»" in offered


async def storm(here: Town, calls: int) -> Counter[str]:
    """Fifty callers hold one time after another; how they were answered."""
    async with doors(here) as base:
        starts = [slot["start"] for slot in await free(base, days=14)]
    now = here.hands()

    def some(conn: Any, numbers: range) -> Counter[str]:
        answered: Counter[str] = Counter()
        for number in numbers:
            wanted = Wanted("romashka", "manicure", starts[number % len(starts)])
            caller = Caller(f"subject-{number % 50}", "chatgpt", _code, key=f"call-{number}")
            try:
                with conn.begin_nested():
                    holding.hold(conn, wanted, caller, now)
                answered["held"] += 1
            except (TooManyHolds, holding.NotThen) as error:
                answered[type(error).__name__] += 1
        return answered

    total: Counter[str] = Counter()
    for begin in range(0, calls, 200):
        total += await here.db.write(some, range(begin, begin + 200))
    return total


def _code(reference: str) -> str:
    return f"code-of-{reference}"


async def test_parallel_callers_of_one_time(here: Town) -> None:
    """One holds it; the others are told free times and leave nothing."""
    async with doors(here) as base:
        slot = (await free(base, service="haircut-women"))[0]
        wish = booking(slot["start"]) | {"serviceId": "haircut-women"}
        answers = await asyncio.gather(
            *(
                call(base, "POST", "/book", json=wish, headers={"X-ChatGPT-User-ID": f"user-{n}"})
                for n in range(6)
            )
        )

    assert sorted(status for status, _ in answers) == [200, *[409] * 5]
    assert all(words["alternatives"] for status, words in answers if status == 409)
    assert len(await here.appointments()) == 1
