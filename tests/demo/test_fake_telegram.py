"""The Bot API double refuses what Telegram refuses, and delivers as Telegram delivers."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from callers import Receiver, get, post
from starlette.responses import JSONResponse, Response
from telegram_at_work import OLGA, said, telegram_at_work

from beautybot.demo.fakes.server import serving
from beautybot.kit import clock


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


async def test_a_queued_update_keeps_the_words_it_was_sent_with() -> None:
    """An edit is an update of its own and does not reach back."""
    async with telegram_at_work() as (telegram, bot, _):
        number = telegram.client_says(bot, OLGA, "на среду")
        telegram.edit(bot, OLGA, number, "на четверг")

        first, second = (p.body for p in telegram.deliveries[bot.token].waiting)
        assert first["message"]["text"] == "на среду"
        assert second["edited_message"]["text"] == "на четверг"
        assert second["edited_message"]["message_id"] == number


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
