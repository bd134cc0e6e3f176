"""What Telegram's contract asks of a bot that is asked for its updates."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot_at_work import OLGA
from postman import stored
from town import Town, town

from beautybot.businesses import access
from beautybot.demo.fakes.telegram import telegram_fault
from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.kit.db import Database
from beautybot.polling import Polling


@asynccontextmanager
async def polled(here: Town) -> AsyncIterator[Polling]:
    """The bots are asked for their updates as long as the block lasts."""
    telegram = here.worker.channels["telegram"]
    polling = Polling(
        here.db,
        telegram,  # type: ignore[arg-type]
        here.keyring,
        here.worker.wakeup,
        here.url,
        "tests",
        clock=here.hands,
        wait_s=1,
        pause_s=0.05,
    )
    task = asyncio.create_task(polling.run())
    try:
        yield polling
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def answered(here: Town, user: TgUser, seen: int) -> list[str]:
    """Work until this person has more than `seen` answers, for at most five seconds."""
    for _ in range(100):
        await here.worker.drain()
        ours = here.telegram.transcripts.ours(here.bot.key, str(user.id))
        if len(ours) > seen:
            return [b.text for b in ours[seen:]]
        await asyncio.sleep(0.05)
    return []


async def test_10_asked_for_its_updates_a_bot_talks_the_same(db: Database, tmp_path: Path) -> None:
    """No webhook is set, one question brings many updates, each is answered."""
    async with town(db, tmp_path, mode="polling") as here:
        assert here.bot.webhook.url == ""
        here.telegram.start(here.bot, OLGA)
        async with polled(here):
            greeted = await answered(here, OLGA, 0)
            here.telegram.client_says(here.bot, OLGA, "сколько стоит маникюр?")
            priced = await answered(here, OLGA, 1)

    assert "виртуальный администратор" in greeted[0]
    assert "1 800" in priced[0]


async def test_10_what_was_fetched_and_not_stored_comes_again(db: Database, tmp_path: Path) -> None:
    """The poller ends between Telegram's answer and our commit; the next one gets it all."""
    async with town(db, tmp_path, mode="polling") as here:
        telegram = here.worker.channels["telegram"]
        (bot,) = await db.read(access.of_channel, "telegram")
        here.telegram.start(here.bot, OLGA)
        polling = Polling(
            db,
            telegram,
            here.keyring,
            here.worker.wakeup,
            here.url,
            "dies",
            clock=here.hands,  # type: ignore[arg-type]
        )
        lost = await telegram.fetch(await polling._speaking(bot), 0, 1)  # type: ignore[attr-defined]
        kept = await db.read(stored)

        async with polled(here):
            greeted = await answered(here, OLGA, 0)

    assert len(lost) == 1
    assert kept == 0
    assert len(greeted) == 1


async def problem_with(here: Town, words: str) -> str:
    """What the salon reads of its bot, as soon as it holds these words, at most ten seconds on."""
    problem = ""
    for _ in range(200):
        (bot,) = await here.db.read(access.of_channel, "telegram")
        if words in (problem := bot.problem or ""):
            break
        await asyncio.sleep(0.05)
    return problem


async def test_10_a_second_poller_and_a_webhook_are_told_apart(
    db: Database, tmp_path: Path
) -> None:
    """The salon reads which of the two is in the way."""
    async with town(db, tmp_path, mode="polling") as here:
        here.bot.webhook.url = "https://other-product.example/hook"
        async with polled(here):
            first = await problem_with(here, "другой сервис")
        here.bot.webhook.url = ""
        here.telegram.faults.put(
            here.bot.key,
            telegram_fault(
                409, "Conflict: terminated by other getUpdates request", method="getupdates"
            ),
        )
        async with polled(here):
            second = await problem_with(here, "ещё одна программа")

    assert "другой сервис" in first
    assert "ещё одна программа" in second
