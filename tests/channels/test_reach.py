"""A channel that does not work: noticed, waited for, gone around; and nothing said twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from reaching import OLGA, OLGA_TOO, account, ours, put, told
from town import PHONE_ID, WABA, Town

from beautybot.businesses.notices import NoticeKind
from beautybot.channels.whatsapp.pace import Pace
from beautybot.chores import check_channels
from beautybot.conversations import clients, health, openings, routes
from beautybot.conversations.health import Level
from beautybot.demo.fakes.telegram import telegram_fault
from beautybot.kit import clock
from beautybot.kit.jobs import Job

CHECK = Job(1, "check_channels", "always", {}, 1, 1)


async def test_one_client_is_not_written_to_faster_than_whatsapp_allows(here: Town) -> None:
    """Sixty messages at once: the double never has to refuse one, and all arrive in order."""
    await here.whatsapp(OLGA, "сколько стоит маникюр?")
    for number in range(60):
        await put(here, "whatsapp", f"{number}")

    refused = 0
    for _ in range(40):
        await here.settle()
        refused += (await account(here, "whatsapp")).last_error is not None
        if "59" in await ours(here, "whatsapp"):
            break
        here.hands.ahead += timedelta(seconds=10)

    assert refused == 0
    assert [t for t in await ours(here, "whatsapp") if t.isdigit()] == [str(n) for n in range(60)]


@pytest.mark.parametrize(("level", "most"), [("STANDARD", 80), ("HIGH", 1000)])
async def test_a_number_is_not_driven_faster_than_it_may(level: str, most: int) -> None:
    """A hundred sends ask at once: none leaves before its moment, and another number waits not."""
    pace, began = Pace(), clock.monotonic()

    async def leaves(number: str) -> float:
        await pace.turn(number, {"throughput": level})
        return clock.monotonic() - began

    *mine, other = await asyncio.gather(*(leaves(PHONE_ID) for _ in range(100)), leaves("2"))

    assert all(at >= n / most for n, at in enumerate(sorted(mine)))
    assert other <= max(mine)


async def test_a_reminder_s_template_is_proposed_used_and_dropped_when_meta_says_so(
    here: Town,
) -> None:
    """Proposed by the first look; open when approved, closed when paused, and the salon hears."""
    await here.whatsapp(OLGA, "сколько стоит маникюр?")
    (olga,) = await here.db.read(clients.search, here.salon.id, "Ольга")
    here.hands.ahead = timedelta(hours=25)

    async def route() -> routes.Route | None:
        return await here.db.read(routes.open_for, here.salon.id, olga.id, here.hands())

    await check_channels(here.worker, CHECK)
    proposed = await route()
    await here.graph.approve_template(WABA, openings.OURS)
    await here.settle()
    approved = await route()
    await here.graph.approve_template(WABA, openings.OURS, status="PAUSED")
    await here.settle()

    assert [t.name for t in here.graph.world.templates[WABA]] == [openings.OURS]
    assert proposed is None
    assert approved is not None and approved.template == openings.OURS
    assert await route() is None
    assert any(openings.OURS in text for text in await told(here, NoticeKind.CHANNEL_BROKEN))


async def test_each_trouble_is_said_in_words(here: Town) -> None:
    """What an owner reads of a connection that works, is half there, was stolen, was revoked."""

    async def words(channel: str) -> tuple[Level, str]:
        states = await here.db.read(health.of_business, here.salon.id, here.hands())
        (state,) = [s for s in states if s.account.channel == channel]
        return state.level, state.words

    fresh = await words("telegram")
    here.telegram.start(here.bot, OLGA_TOO)
    await here.settle()
    well = await words("telegram")
    here.bot.webhook.url = "https://other-product.example/hook"
    await check_channels(here.worker, CHECK)
    stolen = await words("telegram")
    await here.connect(here.salon, "telegram", {"token": here.bot.token})
    here.telegram.faults.put(
        here.bot.key, telegram_fault(401, "Unauthorized", method="sendmessage")
    )
    await here.telegram_says(OLGA_TOO, "сколько стоит маникюр?")
    revoked = await words("telegram")
    await here.whatsapp(OLGA, "сколько стоит маникюр?")
    no_template = await words("whatsapp")
    here.graph.world.numbers[PHONE_ID].can_send = "BLOCKED"
    await here.whatsapp(OLGA, "а педикюр?")
    locked = await words("whatsapp")

    assert fresh == (Level.NOTE, "Сообщений ещё не было. Напишите сами, чтобы проверить.")
    assert well == (Level.OK, "")
    assert stolen[0] is Level.WARNING and "забрал другой сервис" in stolen[1]
    assert revoked[0] is Level.BROKEN and "@BotFather" in revoked[1]
    assert no_template[0] is Level.NOTE and "шаблона" in no_template[1]
    assert locked[0] is Level.BROKEN and "кабинет Meta" in locked[1]


async def test_what_waits_long_is_seen(here: Town) -> None:
    """A channel that does not answer at all: how many messages wait is said."""
    here.telegram.start(here.bot, OLGA_TOO)
    await here.settle()
    here.telegram.faults.put(
        here.bot.key, telegram_fault(429, "Too Many", retry_after=3000, method="sendmessage")
    )
    await put(here, "telegram")
    await here.settle()
    here.hands.ahead = timedelta(minutes=11)

    (state,) = [
        s
        for s in await here.db.read(health.of_business, here.salon.id, here.hands())
        if s.account.channel == "telegram"
    ]

    assert state.waiting == 1
    assert "1 сообщение ждёт отправки" in state.words
    assert clock.now() is not None
