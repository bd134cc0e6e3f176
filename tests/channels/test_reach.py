"""A channel that does not work: noticed, waited for, gone around; and nothing said twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from town import PHONE_ID, WABA, Town, town

from beautybot.businesses import access, notices
from beautybot.businesses.notices import NoticeKind
from beautybot.channels.whatsapp.pace import Pace
from beautybot.chores import check_channels, go_around
from beautybot.conversations import clients, consents, health, history, openings, outbox, routes
from beautybot.conversations.consents import Proof, Purpose
from beautybot.conversations.envelope import Weight
from beautybot.conversations.health import Level
from beautybot.conversations.outbox import Draft
from beautybot.demo.fakes.faults import cut_answer
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.telegram import telegram_fault
from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.kit import clock
from beautybot.kit.db import Database
from beautybot.kit.jobs import Job

OLGA = WaClient("79161234567", name="Ольга")
OLGA_TOO = TgUser(5_001, "Ольга")
AROUND = Job(1, "go_around", "always", {}, 1, 1)
CHECK = Job(1, "check_channels", "always", {}, 1, 1)
BOOKED = "Вы записаны: маникюр, завтра в 15:00."


@pytest.fixture
async def here(db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """«Ромашка», connected to both messengers."""
    async with town(db, tmp_path) as built:
        yield built


async def ours(here: Town, channel: str) -> list[str]:
    """What Ольга has from us in one messenger."""
    seen = (
        here.graph.transcripts.ours(PHONE_ID, OLGA.key)
        if channel == "whatsapp"
        else here.telegram.transcripts.ours(here.bot.key, str(OLGA_TOO.id))
    )
    return [bubble.text for bubble in seen]


async def put(
    here: Town, channel: str, text: str = BOOKED, weight: Weight = Weight.CONFIRMATION
) -> int:
    """Put a message for Ольга into the outbox of one messenger."""
    (talk,) = [
        t
        for t in await here.db.read(history.listing, here.salon.id, here.hands())
        if t.channel == channel
    ]
    return await here.db.write(
        outbox.put,
        business_id=here.salon.id,
        conversation_id=talk.id,
        account_id=await here.db.read(history.account_of, here.salon.id, talk.id),
        draft=Draft(text, weight=weight, author="system"),
        now=here.hands(),
    )


async def both(here: Town, *, agreed: bool = True) -> None:
    """Ольга is one person in both messengers, by the phone that Telegram says is hers."""
    await here.whatsapp(OLGA, "сколько стоит маникюр?")
    here.telegram.start(here.bot, OLGA_TOO)
    here.telegram.share_contact(here.bot, OLGA_TOO, "+79161234567")
    await here.settle()
    (olga,) = await here.db.read(clients.search, here.salon.id, "Ольга")
    if agreed:
        proof = Proof("1", "0" * 64, None)
        await here.db.write(
            lambda conn: consents.give(
                conn,
                here.salon.id,
                olga.id,
                Purpose.PERSONAL_DATA,
                proof,
                channel="whatsapp",
                now=here.hands(),
            )
        )


async def told(here: Town, kind: NoticeKind) -> list[str]:
    """What the salon's people heard."""
    return [n.text for n in await here.db.read(notices.listing, here.salon.id) if n.kind is kind]


async def account(here: Town, channel: str) -> Any:
    """The salon's account in a messenger."""
    (found,) = await here.db.read(access.of_channel, channel)
    return found


async def test_a_stopped_account_goes_on_after_it_is_connected_again(here: Town) -> None:
    """What is still fresh leaves once, in its order; what is stale does not."""
    here.telegram.start(here.bot, OLGA_TOO)
    await here.settle()
    dead = telegram_fault(401, "Unauthorized", method="sendmessage")
    here.telegram.faults.put(here.bot.key, dead)
    await put(here, "telegram", "раз")
    await put(here, "telegram", "болтовня", Weight.TALK)
    await put(here, "telegram", "два")
    await here.settle()
    stopped = await account(here, "telegram")
    before = await ours(here, "telegram")
    here.hands.ahead = timedelta(hours=3)

    await here.connect(here.salon, "telegram", {"token": here.bot.token})
    await here.settle()

    after = (await ours(here, "telegram"))[len(before) :]
    assert stopped.stopped_at is not None
    assert after == ["раз", "два"]
    assert (await account(here, "telegram")).stopped_at is None


async def test_a_confirmation_goes_around_a_dead_channel_once(here: Town) -> None:
    """Telegram's token is revoked: the same words come in WhatsApp, and never in both."""
    await both(here)
    here.telegram.faults.put(
        here.bot.key, telegram_fault(401, "Unauthorized", method="sendmessage")
    )
    await put(here, "telegram")
    await here.settle()

    for _ in range(2):
        await go_around(here.worker, AROUND)
        await here.settle()
    await here.connect(here.salon, "telegram", {"token": here.bot.token})
    await here.settle()

    assert (await ours(here, "whatsapp")).count(BOOKED) == 1
    assert BOOKED not in await ours(here, "telegram")


async def test_where_she_has_not_agreed_nothing_comes(here: Town) -> None:
    """Control: without her yes on WhatsApp the salon hears instead, when the time is over."""
    await both(here, agreed=False)
    here.telegram.faults.put(
        here.bot.key, telegram_fault(401, "Unauthorized", method="sendmessage")
    )
    await put(here, "telegram")
    await here.settle()
    await go_around(here.worker, AROUND)
    here.hands.ahead = timedelta(hours=21)
    await go_around(here.worker, AROUND)
    await here.settle()

    assert BOOKED not in await ours(here, "whatsapp")
    assert any("не отправлен" in text for text in await told(here, NoticeKind.NOT_DELIVERED))


async def test_small_talk_does_not_change_channels(here: Town) -> None:
    """An answer about prices that nobody can send is forgotten in silence."""
    await both(here)
    here.telegram.faults.put(
        here.bot.key, telegram_fault(401, "Unauthorized", method="sendmessage")
    )
    await put(here, "telegram", "маникюр 1 800 ₽", Weight.TALK)
    await here.settle()
    here.hands.ahead = timedelta(hours=3)

    await go_around(here.worker, AROUND)
    await here.settle()

    assert "маникюр 1 800 ₽" not in await ours(here, "whatsapp")
    assert await told(here, NoticeKind.NOT_DELIVERED) == []


@pytest.mark.parametrize("weight", [Weight.CONFIRMATION, Weight.TALK])
async def test_a_send_without_an_answer_is_repeated_once_or_never(
    here: Town, weight: Weight
) -> None:
    """Accepted each time, answered never: a booking comes twice at most, small talk once."""
    here.telegram.start(here.bot, OLGA_TOO)
    await here.settle()
    here.telegram.faults.put(here.bot.key, cut_answer(method="sendmessage"), times=9)
    await put(here, "telegram", "слово", weight)

    for _ in range(6):
        await here.settle()
        here.hands.ahead += timedelta(minutes=1)

    arrived = (await ours(here, "telegram")).count("слово")
    assert arrived == (2 if weight is Weight.CONFIRMATION else 1)
    heard = await told(here, NoticeKind.NOT_DELIVERED)
    assert len(heard) == (1 if weight is Weight.CONFIRMATION else 0)


async def test_a_receipt_settles_a_send_without_an_answer(here: Town) -> None:
    """WhatsApp echoes our own mark: what has arrived is not sent again."""
    await here.whatsapp(OLGA, "сколько стоит маникюр?")
    here.graph.faults.put(PHONE_ID, cut_answer(method="messages"))
    await put(here, "whatsapp")

    for _ in range(4):
        await here.settle()
        here.hands.ahead += timedelta(minutes=1)

    assert (await ours(here, "whatsapp")).count(BOOKED) == 1
    assert await told(here, NoticeKind.NOT_DELIVERED) == []


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
