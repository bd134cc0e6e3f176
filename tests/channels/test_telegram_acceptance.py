"""What Telegram's contract asks of a bot, each line over real HTTP."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from bot_at_work import CHECK, OLGA, PATH, with_olga
from postman import said
from town import Town

from beautybot.businesses import access, notices, salons
from beautybot.businesses.notices import NoticeKind
from beautybot.chores import check_channels
from beautybot.conversations import clients, history, outbox
from beautybot.conversations.envelope import Weight
from beautybot.conversations.outbox import Draft
from beautybot.demo.fakes.telegram import telegram_fault, too_many_requests


@pytest.fixture
async def here(here: Town) -> Town:
    """«Ромашка», connected to both messengers, and Ольга in the bot."""
    return await with_olga(here)


async def test_4_a_group_is_not_answered(here: Town) -> None:
    """The bot was added to a chat of friends."""
    group = here.telegram.add_group(here.bot, [OLGA])

    here.telegram.client_says(here.bot, OLGA, "сколько стоит маникюр?", chat=group)
    await here.settle()

    assert here.telegram.transcripts.ours(here.bot.key, str(group.id)) == []


async def test_5_a_long_answer_comes_in_pieces_and_marks_stay_plain(here: Town) -> None:
    """Five thousand characters with emoji, and the signs that break Markdown."""
    (talk,) = await here.db.read(history.listing, here.salon.id, here.hands())
    account = await here.db.read(history.account_of, here.salon.id, talk.id)

    await here.db.write(
        outbox.put,
        business_id=here.salon.id,
        conversation_id=talk.id,
        account_id=account,
        draft=Draft("💅 Прайс_*[`\n" * 400, author="user", weight=Weight.PERSON),
        now=here.hands(),
    )
    await here.settle()

    pieces = here.telegram.transcripts.ours(here.bot.key, str(OLGA.id))[1:]
    assert len(pieces) > 1
    assert all(len(p.text.encode("utf-16-le")) // 2 <= 4096 for p in pieces)
    assert "".join(p.text for p in pieces).count("Прайс_*[`") == 400


async def test_6_retry_after_holds_the_chat_and_keeps_the_order(here: Town) -> None:
    """Nothing goes to that chat before its time; then both answers, the first one first."""
    here.telegram.faults.put(here.bot.key, too_many_requests(3, method="sendmessage"))

    early = await here.telegram_says(OLGA, "сколько стоит маникюр?")
    too_early = await here.telegram_says(OLGA, "а педикюр?")
    here.hands.ahead += timedelta(seconds=5)
    await here.settle()

    came = [b.text for b in here.telegram.transcripts.ours(here.bot.key, str(OLGA.id))][-2:]
    assert early == too_early == ""
    assert "1 800" in came[0]
    assert "2 400" in came[1]


async def test_6_a_client_who_blocked_the_bot_is_left_alone_until_she_is_back(here: Town) -> None:
    """403 is not tried again; after she unblocks it the bot answers."""
    here.telegram.client_says(here.bot, OLGA, "сколько стоит маникюр?")
    here.telegram.faults.put(
        here.bot.key,
        telegram_fault(403, "Forbidden: bot was blocked by the user", method="sendmessage"),
    )
    await here.settle()
    (talk,) = await here.db.read(history.listing, here.salon.id, here.hands())
    thread = await here.db.read(history.thread, here.salon.id, talk.id)

    answer = await here.telegram_says(OLGA, "а педикюр?")

    assert thread[-1].status == "dropped"
    assert "2 400" in answer


async def test_6_a_revoked_token_stops_the_bot_and_the_owner_hears(here: Town) -> None:
    """401 on a send: nothing more goes out through it, and the notice says what to do."""
    here.telegram.faults.put(
        here.bot.key, telegram_fault(401, "Unauthorized", method="sendmessage")
    )

    silence = await here.telegram_says(OLGA, "сколько стоит маникюр?")

    assert silence == ""
    bots = await here.db.read(access.of_channel, "telegram")
    told = await here.db.read(notices.listing, here.salon.id)
    assert bots[0].stopped_at is not None
    assert any(n.kind is NoticeKind.CHANNEL_BROKEN and "@BotFather" in n.text for n in told)


async def test_7_a_press_is_answered_at_once_and_books_once(here: Town) -> None:
    """Pressed twice, pressed late, forged: answered each time, at most one booking."""
    await here.telegram_says(OLGA, "запишите на педикюр")
    offer = here.telegram.transcripts.ours(here.bot.key, str(OLGA.id))[-1]

    for _ in range(2):
        here.telegram.press(here.bot, OLGA, int(offer.id), offer.choices[0].id)
    here.telegram.press(here.bot, OLGA, int(offer.id), "y:forged:1")
    here.telegram.press(here.bot, OLGA, 999_999, "o:gone:1")
    await here.settle()

    assert len(here.bot.answered) == 4
    assert len(await here.appointments()) <= 1
    shown = here.telegram.transcripts.find(here.bot.key, str(OLGA.id), offer.id)
    assert shown is not None and shown.choices == ()


async def test_8_somebody_s_card_is_not_the_client_s_phone(here: Town) -> None:
    """Only a card that Telegram says is the sender's own."""
    here.telegram.share_contact(here.bot, OLGA, "+79160000001", own=False)
    await here.settle()
    (theirs,) = await here.db.read(clients.search, here.salon.id, "Ольга")
    here.telegram.share_contact(here.bot, OLGA, "+79161234567")
    await here.settle()
    (own,) = await here.db.read(clients.search, here.salon.id, "Ольга")

    assert theirs.phone is None
    assert own.phone == "+79161234567"


async def test_9_another_product_s_webhook_is_shown_and_not_fought(here: Town) -> None:
    """The owner hears of it; connecting the bot again takes it back."""
    here.bot.webhook.url = "https://other-product.example/hook"

    await check_channels(here.worker, CHECK)
    told = await here.db.read(notices.listing, here.salon.id)
    left = here.bot.webhook.url
    await here.connect(here.salon, "telegram", {"token": here.bot.token})

    assert any("забрал другой сервис" in notice.text for notice in told)
    assert left == "https://other-product.example/hook"
    assert here.bot.webhook.url == here.url + PATH


async def test_13_with_the_agent_off_messages_are_kept_and_nothing_is_sent(here: Town) -> None:
    """Not even "typing…"."""
    await here.db.write(salons.update_agent, here.salon.id, enabled=False)

    silence = await here.telegram_says(OLGA, "сколько стоит маникюр?")

    assert silence == ""
    assert (here.salon.id, "сколько стоит маникюр?") in await here.db.read(said)


def test_the_client_s_library_is_quiet() -> None:
    """An HTTP client that logs URLs would log tokens."""
    assert logging.getLogger("aiohttp").getEffectiveLevel() >= logging.WARNING
