"""What Telegram's contract asks of a bot's door: proofs, repeats, odd updates."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from bot_at_work import CHECK, OLGA, PATH, secret_of, update, with_olga
from postman import outcomes, post, said, stored
from town import Town

from beautybot.chores import check_channels
from beautybot.web.doors import SOONEST_S


@pytest.fixture
async def here(here: Town) -> Town:
    """«Ромашка», connected to both messengers, and Ольга in the bot."""
    return await with_olga(here)


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


async def test_12_the_body_of_a_200_is_empty_whatever_the_update_says(here: Town) -> None:
    """Telegram would carry out a body with a method in it."""
    proof = {"X-Telegram-Bot-Api-Secret-Token": secret_of(here)}
    spoken = update(900) | {"method": "deleteMessage", "chat_id": 1}

    status, body = await post(here.url + PATH, spoken, proof)

    assert (status, body) == (200, b"")
