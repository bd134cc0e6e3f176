"""The Bot API double refuses what Telegram refuses, and delivers as Telegram delivers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from callers import Receiver, get, post
from starlette.responses import JSONResponse, Response

from beautybot.demo.fakes.faults import lost_answer, refused
from beautybot.demo.fakes.server import serving
from beautybot.demo.fakes.telegram import FakeTelegram, telegram_fault, too_many_requests
from beautybot.demo.fakes.telegram_world import TgBot, TgUser
from beautybot.demo.fakes.transcript import Style
from beautybot.kit import clock

OLGA = TgUser(10081232, "Ольга", username="olga")


@asynccontextmanager
async def telegram_at_work(**options: Any) -> AsyncIterator[tuple[FakeTelegram, TgBot, str]]:
    """A double with one bot to which Ольга has pressed Start; the URL of its methods."""
    telegram = FakeTelegram(**options)
    bot = telegram.add_bot()
    telegram.start(bot, OLGA)
    telegram.deliveries[bot.token].drop()
    async with serving(telegram) as url:
        yield telegram, bot, f"{url}/bot{bot.token}"


def said(text: Any = "Здравствуйте!", **more: Any) -> dict[str, Any]:
    """The parameters of a sendMessage to Ольга."""
    return {"chat_id": OLGA.id, "text": text, **more}


def inline(*rows: list[tuple[str, str]]) -> dict[str, Any]:
    """An inline keyboard of (title, data)."""
    return {"inline_keyboard": [[{"text": t, "callback_data": d} for t, d in row] for row in rows]}


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


async def test_an_omitted_secret_is_cleared_and_omitted_kinds_are_kept(
    receiver: Receiver,
) -> None:
    """Whoever runs setWebhook without them removes the secret and nothing shows it."""
    async with serving(receiver) as hook, telegram_at_work() as (telegram, bot, url):
        first = {"url": hook, "secret_token": "bot_1-x", "allowed_updates": ["message"]}
        await post(f"{url}/setWebhook", first)
        telegram.client_says(bot, OLGA, "раз")
        await telegram.idle()

        await post(f"{url}/setWebhook", {"url": hook})
        telegram.client_says(bot, OLGA, "два")
        telegram.press(bot, OLGA, 1, "x")
        await telegram.idle()

        name = "x-telegram-bot-api-secret-token"
        assert [r.headers.get(name) for r in receiver.requests] == ["bot_1-x", None]
        info = (await get(f"{url}/getWebhookInfo"))[1]["result"]
        assert (info["url"], info["allowed_updates"]) == (hook, ["message"])


@pytest.mark.parametrize(
    "params",
    [
        {"url": "http://example.org/x"},
        {"url": "https://example.org:8000/x"},
        {"url": "https://example.org/x", "secret_token": "с кириллицей"},
    ],
)
async def test_a_bad_webhook_is_refused(params: dict[str, Any]) -> None:
    """Only HTTPS on four ports outside loopback, only a plain secret."""
    async with telegram_at_work() as (_, _, url):
        status, _ = await post(f"{url}/setWebhook", params)

        assert status == 400


async def test_a_refused_update_holds_back_only_its_own_chat(receiver: Receiver) -> None:
    """The front one is retried until a 2xx; another chat and a tap pass by."""
    refusals = iter([500, 500])
    seen: list[str] = []

    def respond(_: Any) -> Response:
        update = json.loads(receiver.bodies[-1])
        words = update.get("message", {}).get("text") or "tap"
        seen.append(words)
        return Response(status_code=next(refusals, 200) if words == "раз" else 200)

    receiver.respond = respond
    async with serving(receiver) as hook, telegram_at_work(speed=40) as (telegram, bot, url):
        await post(f"{url}/setWebhook", {"url": hook})
        telegram.client_says(bot, OLGA, "раз")
        telegram.client_says(bot, OLGA, "два")
        telegram.client_says(bot, 42, "другой")
        telegram.press(bot, OLGA, 1, "x")
        await telegram.idle()

        assert seen.count("раз") == 3
        assert seen.index("два") > max(i for i, w in enumerate(seen) if w == "раз")
        assert seen.index("другой") < seen.index("два")
        assert seen.index("tap") < seen.index("два")
        assert len({json.loads(b)["update_id"] for b in receiver.bodies}) == 4


async def test_retry_after_is_honoured_and_the_error_is_shown(receiver: Receiver) -> None:
    """503 with Retry-After: 5 waits five scaled seconds; getWebhookInfo names the status."""
    moments: list[float] = []

    def respond(_: Any) -> Response:
        moments.append(clock.monotonic())
        if len(moments) == 1:
            return Response(status_code=503, headers={"Retry-After": "5"})
        return Response()

    receiver.respond = respond
    async with serving(receiver) as hook, telegram_at_work(speed=20) as (telegram, bot, url):
        await post(f"{url}/setWebhook", {"url": hook})
        telegram.client_says(bot, OLGA, "раз")
        await telegram.idle()

        info = (await get(f"{url}/getWebhookInfo"))[1]["result"]
        assert moments[1] - moments[0] >= 5 / 20
        assert "503" in info["last_error_message"]
        assert info["pending_update_count"] == 0


async def test_a_method_in_the_answer_is_executed(receiver: Receiver) -> None:
    """That is why the answer of a webhook must be empty."""
    receiver.respond = lambda _: JSONResponse(said("из ответа") | {"method": "sendMessage"})
    async with serving(receiver) as hook, telegram_at_work() as (telegram, bot, url):
        await post(f"{url}/setWebhook", {"url": hook})
        telegram.client_says(bot, OLGA, "раз")
        await telegram.idle()

        assert [b.text for b in telegram.transcripts.ours(bot.key, str(OLGA.id))] == ["из ответа"]


async def test_polling_confirms_by_offset_and_fights_a_webhook(receiver: Receiver) -> None:
    """An update comes again until a higher offset; 409 while a webhook is set or a second polls."""
    async with serving(receiver) as hook, telegram_at_work() as (telegram, bot, url):
        telegram.client_says(bot, OLGA, "раз")
        first = (await get(f"{url}/getUpdates"))[1]["result"]
        again = (await get(f"{url}/getUpdates"))[1]["result"]
        offset = first[0]["update_id"] + 1
        waiting = asyncio.create_task(get(f"{url}/getUpdates?offset={offset}&timeout=5"))
        await asyncio.sleep(0.05)
        telegram.client_says(bot, OLGA, "два")
        fresh = (await waiting)[1]["result"]
        older = asyncio.create_task(get(f"{url}/getUpdates?offset={offset + 1}&timeout=5"))
        await asyncio.sleep(0.05)
        await get(f"{url}/getUpdates?offset={offset + 1}")
        terminated, _ = await older
        await post(f"{url}/setWebhook", {"url": hook})
        conflict, answer = await get(f"{url}/getUpdates")

        assert first == again
        assert [u["message"]["text"] for u in fresh] == ["два"]
        assert (terminated, conflict) == (409, 409)
        assert "webhook is active" in answer["description"]


async def test_a_tap_is_forgotten_after_150_seconds() -> None:
    """In time the answer is taken, late it is the well-known 400."""
    now = clock.now()
    async with telegram_at_work(clock=lambda: now, speed=1) as (telegram, bot, url):
        tap = telegram.press(bot, OLGA, 1, "yes")
        in_time, _ = await post(f"{url}/answerCallbackQuery", {"callback_query_id": tap})
        now += timedelta(seconds=151)
        late, answer = await post(f"{url}/answerCallbackQuery", {"callback_query_id": tap})

        assert (in_time, late) == (200, 400)
        assert "query is too old" in answer["description"]


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


async def test_a_queued_update_keeps_the_words_it_was_sent_with() -> None:
    """An edit is an update of its own and does not reach back."""
    async with telegram_at_work() as (telegram, bot, _):
        number = telegram.client_says(bot, OLGA, "на среду")
        telegram.edit(bot, OLGA, number, "на четверг")

        first, second = (p.body for p in telegram.deliveries[bot.token].waiting)
        assert first["message"]["text"] == "на среду"
        assert second["edited_message"]["text"] == "на четверг"
        assert second["edited_message"]["message_id"] == number


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


async def test_files_come_in_two_steps_up_to_20_mb() -> None:
    """The path is fetched with the token in the URL; a larger file is refused."""
    async with telegram_at_work() as (telegram, bot, url), aiohttp.ClientSession() as http:
        telegram.client_sends_file(bot, OLGA, "photo", b"jpeg", caption="хочу так", album="a1")
        telegram.client_sends_file(bot, OLGA, "document", b"pdf", size=21 * 1024 * 1024)
        photo, document = (p.body["message"] for p in telegram.deliveries[bot.token].waiting)

        found = (await get(f"{url}/getFile?file_id={photo['photo'][0]['file_id']}"))[1]["result"]
        base, token = url.rsplit("/bot", 1)
        async with http.get(f"{base}/file/bot{token}/{found['file_path']}") as response:
            data = await response.read()
        large, _ = await get(f"{url}/getFile?file_id={document['document']['file_id']}")

        assert (data, large) == (b"jpeg", 400)
        assert (photo["caption"], photo["media_group_id"]) == ("хочу так", "a1")


async def test_commands_and_groups() -> None:
    """Commands are kept when well formed; a group can be left and is then closed."""
    async with telegram_at_work() as (telegram, bot, url):
        group = telegram.add_group(bot, [OLGA])
        good = {"commands": [{"command": "start", "description": "Начать"}]}
        bad = {"commands": [{"command": "Начать!", "description": "х"}]}

        statuses = [(await post(f"{url}/setMyCommands", c))[0] for c in (good, bad)]
        left, _ = await post(f"{url}/leaveChat", {"chat_id": group.id})
        after, _ = await post(f"{url}/sendMessage", {"chat_id": group.id, "text": "х"})

        assert (statuses, left, after) == ([200, 400], 200, 403)
        assert bot.commands == good["commands"]
