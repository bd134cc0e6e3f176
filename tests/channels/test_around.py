"""A message whose channel is dead or silent: gone around, repeated once, and never said twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from reaching import BOOKED, OLGA, OLGA_TOO, account, both, ours, put, told
from town import PHONE_ID, Town

from beautybot.businesses.notices import NoticeKind
from beautybot.chores import go_around
from beautybot.conversations.envelope import Weight
from beautybot.demo.fakes.faults import cut_answer
from beautybot.demo.fakes.telegram import telegram_fault
from beautybot.kit.jobs import Job

AROUND = Job(1, "go_around", "always", {}, 1, 1)


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
