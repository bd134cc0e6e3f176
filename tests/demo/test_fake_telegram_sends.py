"""What the Bot API double takes and refuses of what we send."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from callers import get, post
from telegram_at_work import OLGA, inline, said, telegram_at_work

from beautybot.demo.fakes.faults import lost_answer, refused
from beautybot.demo.fakes.telegram import telegram_fault, too_many_requests
from beautybot.demo.fakes.telegram_world import TgUser
from beautybot.demo.fakes.transcript import Style


async def test_a_message_comes_back_as_an_object_and_stands_on_the_screen() -> None:
    """By GET, by form and by JSON alike."""
    async with telegram_at_work() as (telegram, bot, url), aiohttp.ClientSession() as http:
        _, answer = await post(f"{url}/sendMessage", said("раз"))
        form = {"chat_id": str(OLGA.id), "text": "два", "reply_markup": json.dumps(inline())}
        async with http.post(f"{url}/sendMessage", data=form) as response:
            by_form = await response.json()
        by_query = (await get(f"{url}/sendmessage?chat_id={OLGA.id}&text=три"))[1]

        assert answer["result"]["from"]["is_bot"] is True
        assert answer["result"]["chat"]["type"] == "private"
        assert by_form["ok"]
        assert by_query["ok"]
        shown = [b.text for b in telegram.transcripts.ours(bot.key, str(OLGA.id))]
        assert shown == ["раз", "два", "три"]


@pytest.mark.parametrize(
    ("params", "code", "words"),
    [
        (said(""), 400, "message text is empty"),
        (said("  \n"), 400, "text must be non-empty"),
        (said("😀" * 2049), 400, "message is too long"),
        ({"text": "х"}, 400, "chat_id is empty"),
        ({"chat_id": 5, "text": "х"}, 400, "chat not found"),
        (said("<b>жирно", parse_mode="HTML"), 400, "can't parse entities"),
        (said("<div>х</div>", parse_mode="HTML"), 400, "can't parse entities"),
        (said("1 < 2", parse_mode="HTML"), 400, "can't parse entities"),
        (said("*жирно", parse_mode="Markdown"), 400, "can't parse entities"),
        (said("Ждём вас. Завтра", parse_mode="MarkdownV2"), 400, "is reserved"),
        (said("*жирно", parse_mode="MarkdownV2"), 400, "can't parse entities"),
        (said("х", parse_mode="BBCode"), 400, "unsupported parse_mode"),
        (said("да", entities=[{"type": "bold", "offset": 1, "length": 5}]), 400, "ends after"),
        (said("😀", entities=[{"type": "bold", "offset": 1, "length": 1}]), 400, "UTF-16 symbol"),
        (said(reply_markup=inline([("Да", "я" * 33)])), 400, "BUTTON_DATA_INVALID"),
        (said(reply_markup=inline([("Да", "")])), 400, "BUTTON_DATA_INVALID"),
        (said(reply_markup=inline([("", "x")])), 400, "must be non-empty"),
        (said(reply_markup=inline(*[[("x", "x")]] * 101)), 400, "reply markup is too long"),
        (said(reply_markup=inline([("x", "x")] * 9)), 400, "too many buttons"),
        (said(reply_markup="{не json"), 400, "can't parse"),
    ],
)
async def test_a_message_beyond_a_rule_is_refused(
    params: dict[str, Any], code: int, words: str
) -> None:
    """The words are those of the real server, and nothing is shown."""
    async with telegram_at_work() as (telegram, bot, url):
        status, answer = await post(f"{url}/sendMessage", params)

        assert (status, answer["ok"]) == (code, False)
        assert words in answer["description"]
        assert telegram.transcripts.ours(bot.key, str(OLGA.id)) == []


@pytest.mark.parametrize(
    ("params", "shown"),
    [
        (said("😀" * 2048), "😀" * 2048),
        (said("_*[не разметка"), "_*[не разметка"),
        (said("<b>a</b> &lt; <i>b</i>", parse_mode="HTML"), "a < b"),
        (said("*a* [b](http://c)", parse_mode="Markdown"), "a b"),
        (said("*a* \\. __b__", parse_mode="MarkdownV2"), "a . b"),
        (said(reply_markup=inline([("Да", "я" * 32)])), "Здравствуйте!"),
    ],
)
async def test_a_message_at_the_limit_is_taken(params: dict[str, Any], shown: str) -> None:
    """4096 UTF-16 units after parsing, 64 bytes of data."""
    async with telegram_at_work() as (_, _, url):
        status, answer = await post(f"{url}/sendMessage", params)

        assert (status, answer["result"]["text"]) == (200, shown)


async def test_the_token_decides_who_speaks() -> None:
    """Unknown and revoked are 401, malformed 404, an unknown method 404."""
    async with telegram_at_work() as (_, bot, url):
        base = url.rpartition("/")[0]
        unknown, _ = await get(f"{base}/bot123456:{'A' * 35}/getMe")
        malformed, _ = await get(f"{base}/botabc/getMe")
        method, _ = await get(f"{url}/getMoon")
        fine, me = await get(f"{url}/getMe")
        bot.revoked = True
        revoked, _ = await get(f"{url}/getMe")

        assert (unknown, malformed, method, fine, revoked) == (401, 404, 404, 200, 401)
        assert me["result"]["id"] == bot.id


async def test_a_bot_may_not_write_first_nor_to_who_blocked_it() -> None:
    """403 before Start and after a block; Start again opens the way and is told to the bot."""
    async with telegram_at_work() as (telegram, bot, url):
        telegram.world.users[77] = TgUser(77, "Мария")
        before, _ = await post(f"{url}/sendMessage", {"chat_id": 77, "text": "х"})
        telegram.block(bot, OLGA)
        blocked, answer = await post(f"{url}/sendMessage", said())
        telegram.start(bot, OLGA)
        again, _ = await post(f"{url}/sendMessage", said())

        assert (before, blocked, again) == (403, 403, 200)
        assert "blocked by the user" in answer["description"]
        waiting = telegram.deliveries[bot.token].waiting
        kinds = [p.kind for p in waiting]
        assert kinds == ["my_chat_member", "my_chat_member", "message"]


async def test_a_load_test_may_write_to_anybody() -> None:
    """Only where the double was told so; a group must still exist."""
    async with telegram_at_work(everybody_started=True) as (_, _, url):
        stranger, _ = await post(f"{url}/sendMessage", {"chat_id": 123456, "text": "х"})
        group, _ = await post(f"{url}/sendMessage", {"chat_id": -5, "text": "х"})

        assert (stranger, group) == (200, 400)


async def test_an_edit_must_change_something() -> None:
    """The same text and buttons are refused; taking the buttons off is seen on the screen."""
    async with telegram_at_work() as (telegram, bot, url):
        _, sent = await post(f"{url}/sendMessage", said(reply_markup=inline([("Да", "yes")])))
        target = {"chat_id": OLGA.id, "message_id": sent["result"]["message_id"]}
        same = said(reply_markup=inline([("Да", "yes")])) | target

        unchanged, answer = await post(f"{url}/editMessageText", same)
        taken_off, _ = await post(f"{url}/editMessageReplyMarkup", target)
        hers = telegram.client_says(bot, OLGA, "моё")
        _, foreign = await post(f"{url}/editMessageText", said("х", message_id=hers))

        assert (unchanged, taken_off) == (400, 200)
        assert "can't be edited" in foreign["description"]
        assert "message is not modified" in answer["description"]
        bubble = telegram.transcripts.ours(bot.key, str(OLGA.id))[0]
        assert (bubble.style, bubble.choices) == (Style.NONE, ())


async def test_a_phone_may_be_asked_in_private_only() -> None:
    """The keyboard shares the person's own phone; in a group it is refused."""
    async with telegram_at_work() as (telegram, bot, url):
        ask = {"keyboard": [[{"text": "Отправить номер", "request_contact": True}]]}
        group = telegram.add_group(bot, [OLGA])
        private, _ = await post(f"{url}/sendMessage", said(reply_markup=ask))
        in_group, _ = await post(
            f"{url}/sendMessage", {"chat_id": group.id, "text": "х", "reply_markup": ask}
        )
        telegram.press_latest(bot, OLGA, "Отправить номер")
        removed = said("Спасибо", reply_markup={"remove_keyboard": True})
        await post(f"{url}/sendMessage", removed)

        assert (private, in_group) == (200, 400)
        update = telegram.deliveries[bot.token].waiting[-1].body
        assert update["message"]["contact"]["user_id"] == OLGA.id
        with pytest.raises(LookupError):
            telegram.press_latest(bot, OLGA, "Отправить номер")


async def test_scripted_faults_meet_the_named_method() -> None:
    """429 tells how long to wait; a lost answer has been carried out; other methods pass."""
    async with telegram_at_work() as (telegram, bot, url):
        telegram.faults.put(bot.key, too_many_requests(3, method="sendmessage"))
        telegram.faults.put(bot.key, refused(502, {}, method="sendmessage"))
        telegram.faults.put(
            bot.key, telegram_fault(401, "Unauthorized", method="sendmessage"), times=1
        )

        me, _ = await get(f"{url}/getMe")
        first, answer = await post(f"{url}/sendMessage", said())
        others = [(await post(f"{url}/sendMessage", said()))[0] for _ in range(3)]
        telegram.faults.put(bot.key, lost_answer())
        with pytest.raises(asyncio.TimeoutError):
            await post(f"{url}/sendMessage", said("дошло"), timeout_s=0.2)

        assert (me, first, others) == (200, 429, [502, 401, 200])
        assert answer["parameters"] == {"retry_after": 3}
        shown = [b.text for b in telegram.transcripts.ours(bot.key, str(OLGA.id))]
        assert shown == ["Здравствуйте!", "дошло"]
