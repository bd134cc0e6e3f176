"""What Telegram's contract asks of a bot, each line over real HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from postman import outcomes, post, said, stored
from town import Town, town

from beautybot.businesses import access, notices, salons
from beautybot.businesses.notices import NoticeKind
from beautybot.chores import check_channels
from beautybot.conversations import clients, history, outbox
from beautybot.conversations.envelope import Weight
from beautybot.conversations.outbox import Draft
from beautybot.demo.fakes.telegram import telegram_fault, too_many_requests
from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.kit.db import Database
from beautybot.kit.jobs import Job
from beautybot.polling import Polling
from beautybot.web.doors import SOONEST_S

OLGA = TgUser(5_001, "Ольга")
PATH = "/api/webhooks/telegram"
CHECK = Job(1, "check_channels", "always", {}, 1, 1)


@pytest.fixture
async def here(db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    """«Ромашка», connected to both messengers, and Ольга in the bot."""
    async with town(db, tmp_path) as built:
        built.telegram.start(built.bot, OLGA)
        await built.settle()
        yield built


def update(
    number: int, text: str = "сколько стоит маникюр?", user: TgUser = OLGA
) -> dict[str, object]:
    """One update as Telegram sends it."""
    message = {
        "message_id": number,
        "date": 1_900_000_000,
        "from": OLGA.shown(),
        "chat": {"id": OLGA.id, "type": "private", "first_name": OLGA.first_name},
        "text": text,
    }
    return {"update_id": number, "message": message}


def secret_of(here: Town) -> str:
    """What we registered with Telegram."""
    return here.bot.webhook.secret or ""


@pytest.mark.parametrize("how", ["path", "X-Bot-Token", "secret"])
async def test_1_each_proof_opens_the_door_and_a_wrong_one_does_not(
    here: Town, how: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Right 200, wrong 401, two that name different bots 401; no log line has the secret half."""
    before = await here.db.read(stored)
    wrong = here.bot.token[:-3] + "xyz"
    other = here.telegram.add_bot()

    async def present(token: str, extra: dict[str, str] | None = None) -> int:
        path, headers = PATH, dict(extra or {})
        if how == "path":
            path += f"/{token.replace(':', '%3A')}"
        elif how == "X-Bot-Token":
            headers["X-Bot-Token"] = token
        else:
            token = secret_of(here) if token == here.bot.token else "wrong_secret"
            headers["X-Telegram-Bot-Api-Secret-Token"] = token
        return (await post(here.url + path, update(900), headers))[0]

    right = await present(here.bot.token)
    answers = [await present(wrong), await present(here.bot.token, contradiction(how, other.token))]

    assert right == 200
    assert answers == [401, 401]
    assert await here.db.read(stored) == before + 1
    printed = "".join(capfd.readouterr())
    assert here.bot.token.partition(":")[2] not in printed
    assert secret_of(here) not in printed


def contradiction(how: str, token: str) -> dict[str, str]:
    """A second proof that is another bot's."""
    return (
        {"X-Telegram-Bot-Api-Secret-Token": "z" * 40} if how != "secret" else {"X-Bot-Token": token}
    )


async def test_1_without_any_proof_nothing_is_stored(here: Town) -> None:
    """401, and an empty body."""
    before = await here.db.read(stored)

    status, body = await post(here.url + PATH, update(900))

    assert (status, body) == (401, b"")
    assert await here.db.read(stored) == before


async def test_2_the_manual_s_own_curl_is_repaired_by_the_next_check(here: Town) -> None:
    """Variant 1 drops our secret: messages go on being answered, and the secret comes back."""
    hook = here.bot.webhook
    hook.url, hook.secret = f"{here.url}{PATH}/{here.bot.token}", ""
    answer = await here.telegram_says(OLGA, "сколько стоит маникюр?")

    await check_channels(here.worker, CHECK)

    assert "1 800" in answer
    assert hook.url == here.url + PATH
    assert hook.secret


async def test_2_variant_two_taken_literally_is_repaired_and_answered_once(here: Town) -> None:
    """The updates carry no proof, wait at Telegram, and are answered after the repair."""
    hook = here.bot.webhook
    hook.url, hook.secret = f"{here.url}{PATH}", ""
    here.telegram.client_says(here.bot, OLGA, "сколько стоит маникюр?")
    await asyncio.sleep(0.3)

    before = len(here.telegram.transcripts.ours(here.bot.key, str(OLGA.id)))
    await check_channels(here.worker, CHECK)
    await here.settle()

    answers = here.telegram.transcripts.ours(here.bot.key, str(OLGA.id))[before:]
    assert hook.secret
    assert len(answers) == 1
    assert "1 800" in answers[0].text


async def test_2_a_strict_bot_takes_only_the_secret(here: Town) -> None:
    """The switch is the bot's own: the token in the path is refused, our secret opens."""
    await here.connect(here.salon, "telegram", {"token": here.bot.token}, {"strict": "yes"})
    secret = {"X-Telegram-Bot-Api-Secret-Token": secret_of(here)}

    await asyncio.sleep(SOONEST_S)  # the doors are not read anew more often than that
    by_secret, _ = await post(here.url + PATH, update(902), secret)
    by_path, _ = await post(f"{here.url}{PATH}/{here.bot.token}", update(900))
    by_header, _ = await post(here.url + PATH, update(901), {"X-Bot-Token": here.bot.token})
    by_both, _ = await post(f"{here.url}{PATH}/{here.bot.token}", update(903), secret)

    assert [by_path, by_header, by_secret, by_both] == [401, 401, 200, 200]


async def test_3_an_update_is_read_once_for_each_bot(here: Town) -> None:
    """Ten times at once is one turn; a lower number than the last one counts too."""
    proof = {"X-Telegram-Bot-Api-Secret-Token": secret_of(here)}

    await asyncio.gather(*(post(here.url + PATH, update(900), proof) for _ in range(10)))
    await post(here.url + PATH, update(5, "а педикюр?"), proof)
    await here.worker.drain()

    asked = [text for _, text in await here.db.read(said) if text]
    assert asked == ["сколько стоит маникюр?", "а педикюр?"]


async def test_3_after_a_silent_week_a_number_may_come_again(here: Town) -> None:
    """Telegram starts to count anew at random: a fresh update is not taken for an old one."""
    proof = {"X-Telegram-Bot-Api-Secret-Token": secret_of(here)}
    await post(here.url + PATH, update(900), proof)
    await here.worker.drain()
    here.hands.ahead = timedelta(days=8)
    again = update(900, "а педикюр?")
    again["message"]["message_id"] = 901  # type: ignore[index]

    await post(here.url + PATH, again, proof)
    await here.worker.drain()

    assert [text for _, text in await here.db.read(said) if text][-1] == "а педикюр?"


@pytest.mark.parametrize(
    "odd",
    [
        {"update_id": 1},
        {"update_id": 2, "brand_new_kind": {"x": 1}},
        {"update_id": 3, "channel_post": {"chat": {"id": -1, "type": "channel"}, "text": "!"}},
        {"update_id": 4, "message": {"text": "без чата"}},
        {"update_id": 5, "message": {"date": 2**40, "message_id": "x", "chat": 5}},
        {"no": "number"},
        {
            "update_id": 6,
            "message": {
                "message_id": 1,
                "date": 1,
                "from": {"id": 9, "is_bot": True, "first_name": "Бот"},
                "chat": {"id": 9, "type": "private"},
                "text": "я бот",
            },
        },
    ],
)
async def test_4_odd_updates_are_taken_in_silence(here: Town, odd: dict[str, object]) -> None:
    """Stored, answered 200 with nothing, and no word to anybody."""
    before = len(await here.db.read(said, "outbound"))
    proof = {"X-Telegram-Bot-Api-Secret-Token": secret_of(here)}

    status, body = await post(here.url + PATH, odd, proof)
    await here.worker.drain()

    assert (status, body) == (200, b"")
    assert len(await here.db.read(said, "outbound")) == before
    assert "poison" not in await here.db.read(outcomes)


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


async def test_12_the_body_of_a_200_is_empty_whatever_the_update_says(here: Town) -> None:
    """Telegram would carry out a body with a method in it."""
    proof = {"X-Telegram-Bot-Api-Secret-Token": secret_of(here)}
    spoken = update(900) | {"method": "deleteMessage", "chat_id": 1}

    status, body = await post(here.url + PATH, spoken, proof)

    assert (status, body) == (200, b"")


async def test_13_with_the_agent_off_messages_are_kept_and_nothing_is_sent(here: Town) -> None:
    """Not even "typing…"."""
    await here.db.write(salons.update_agent, here.salon.id, enabled=False)

    silence = await here.telegram_says(OLGA, "сколько стоит маникюр?")

    assert silence == ""
    assert (here.salon.id, "сколько стоит маникюр?") in await here.db.read(said)


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


def test_the_client_s_library_is_quiet() -> None:
    """An HTTP client that logs URLs would log tokens."""
    assert logging.getLogger("aiohttp").getEffectiveLevel() >= logging.WARNING
