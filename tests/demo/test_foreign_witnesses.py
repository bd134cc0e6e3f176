"""
Independent libraries as witnesses that our doubles speak as the real messengers do.

aiogram and python-telegram-bot are clients of the Bot API's double; pywa reads
what the Graph double sends, checks its signature, and sends to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiogram
import httpx
import pytest
import telegram
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from fastapi import FastAPI
from pywa_async import WhatsApp, types
from telegram.request import HTTPXRequest

from beautybot.demo.fakes import graph_events as shapes
from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.server import serving
from beautybot.demo.fakes.telegram import FakeTelegram, too_many_requests
from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.demo.fakes.telegram_world import TgBot

PHONE_ID, TOKEN, SECRET = "106540352242922", "EAAgoodtoken", "0123456789abcdef0123456789abcdef"
OLGA = TgUser(5_001, "Ольга")
OLGA_WA = WaClient("79161234567", name="Ольга", user_id="RU.13491208655302741918")
ANNA = TgUser(700, "Анна")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


@dataclass(slots=True)
class Scene:
    """The Bot API's double with a bot, and where it is served."""

    fake: FakeTelegram
    bot: TgBot
    url: str


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """Ольга has started the bot and done what people do."""
    fake = FakeTelegram()
    async with serving(fake) as url:
        bot = fake.add_bot()
        fake.start(bot, OLGA, "from_site")
        fake.client_says(bot, OLGA, "привет 💅")
        fake.client_sends_file(bot, OLGA, "photo", PNG, caption="вот", album="a1")
        fake.client_sends_file(bot, OLGA, "voice", b"OggS")
        fake.share_contact(bot, OLGA, "+79161234567")
        fake.press(bot, OLGA, 1, "o:1:1")
        fake.block(bot, OLGA)
        fake.unblock(bot, OLGA)
        link = fake.let_in(bot, ANNA)
        fake.client_says_to_owner(bot, link, OLGA, "а вы работаете?")
        yield Scene(fake, bot, url)


SENT = [
    "message",
    "message",
    "message",
    "message",
    "message",
    "callback_query",
    "my_chat_member",
    "my_chat_member",
    "business_connection",
    "business_message",
]


async def test_aiogram_reads_every_update_and_sends(scene: Scene) -> None:
    """Strict pydantic models take all of it; our answers are Message objects to them."""
    session = AiohttpSession(api=TelegramAPIServer.from_base(scene.url))
    async with aiogram.Bot(scene.bot.token, session=session) as bot:
        me = await bot.get_me()
        updates = await bot.get_updates(timeout=0)
        sent = await bot.send_message(OLGA.id, "здравствуйте", request_timeout=5)
        photo = updates[2].message
        assert photo is not None and photo.photo
        file = await bot.get_file(photo.photo[-1].file_id)
        await bot.set_webhook("http://127.0.0.1:9/x", secret_token="s_1", max_connections=7)
        info = await bot.get_webhook_info()

    assert me.id == scene.bot.id
    assert [u.event_type for u in updates] == SENT
    assert updates[0].message is not None and updates[0].message.text == "/start from_site"
    assert photo.media_group_id == "a1"
    assert sent.chat.id == OLGA.id
    assert file.file_size == len(PNG)
    assert (info.url, info.max_connections) == ("http://127.0.0.1:9/x", 7)


async def test_aiogram_knows_our_refusals_by_its_own_errors(scene: Scene) -> None:
    """429 with its wait, 403 for a stranger, 400 for bad entities, 401 for a wrong token."""
    from aiogram import exceptions

    session = AiohttpSession(api=TelegramAPIServer.from_base(scene.url))
    wrong = aiogram.Bot(scene.bot.token[:-2] + "zz", session=session)
    async with aiogram.Bot(scene.bot.token, session=session) as bot:
        scene.fake.faults.put(scene.bot.key, too_many_requests(3))
        with pytest.raises(exceptions.TelegramRetryAfter) as wait:
            await bot.get_me()
        scene.fake.world.users[9] = TgUser(9)
        with pytest.raises(exceptions.TelegramForbiddenError):
            await bot.send_message(9, "привет")
        with pytest.raises(exceptions.TelegramBadRequest, match="can't parse entities"):
            await bot.send_message(OLGA.id, "цена_1", parse_mode="Markdown")
        with pytest.raises(exceptions.TelegramUnauthorizedError):
            await wrong.get_me()

    assert wait.value.retry_after == 3


async def test_python_telegram_bot_reads_every_update_and_sends(scene: Scene) -> None:
    """Another library, another reading of the same contract."""
    request = HTTPXRequest(connect_timeout=5, read_timeout=5)
    bot = telegram.Bot(
        scene.bot.token,
        base_url=f"{scene.url}/bot",
        base_file_url=f"{scene.url}/file/bot",
        request=request,
        get_updates_request=HTTPXRequest(),
    )
    async with bot:
        updates = await bot.get_updates(timeout=0)
        sent = await bot.send_message(OLGA.id, "здравствуйте")
        photo = updates[2].message
        assert photo is not None
        file = await bot.get_file(photo.photo[-1].file_id)
        data = await file.download_as_bytearray()
        with pytest.raises(telegram.error.BadRequest, match="too old"):
            await bot.answer_callback_query("1")

    kinds = [next(k for k in u.to_dict() if k != "update_id") for u in updates]
    assert kinds == SENT
    assert updates[4].message is not None and updates[4].message.contact is not None
    assert updates[4].message.contact.user_id == OLGA.id
    assert updates[9].business_message is not None
    assert sent.text == "здравствуйте"
    assert bytes(data) == PNG


@dataclass(slots=True)
class Heard:
    """What pywa's handlers were given."""

    messages: list[Any] = field(default_factory=list)
    presses: list[Any] = field(default_factory=list)
    choices: list[Any] = field(default_factory=list)
    statuses: list[Any] = field(default_factory=list)


@asynccontextmanager
async def pywa(graph: FakeGraph, graph_url: str) -> AsyncIterator[tuple[WhatsApp, Heard]]:
    """pywa's own webhook server, entered as our double's callback, and its client."""
    heard, app = Heard(), FastAPI()
    session = httpx.AsyncClient()
    client = WhatsApp(
        phone_id=PHONE_ID,
        token=TOKEN,
        session=session,
        server=app,
        webhook_endpoint="/hook",
        verify_token="tok",
        app_secret=SECRET,
    )
    session.base_url = f"{graph_url}/v26.0"

    @client.on_message
    async def _message(_: WhatsApp, message: types.Message) -> None:
        heard.messages.append(message)

    @client.on_callback_button
    async def _press(_: WhatsApp, press: types.CallbackButton) -> None:
        heard.presses.append(press)

    @client.on_callback_selection
    async def _choice(_: WhatsApp, choice: types.CallbackSelection) -> None:
        heard.choices.append(choice)

    @client.on_message_status
    async def _status(_: WhatsApp, status: types.MessageStatus) -> None:
        heard.statuses.append(status)

    async with serving(app) as url:
        assert await graph.register_callback(f"{url}/hook", "tok")
        yield client, heard
    await session.aclose()


async def until(condition: Any) -> None:
    """Wait for a handler of pywa's, which runs after its 200; at most five seconds."""
    for _ in range(100):
        if condition():
            return
        await asyncio.sleep(0.05)


async def test_pywa_takes_what_the_graph_double_sends_and_sends_to_it() -> None:
    """Signature, messages of all kinds, presses and statuses; text, buttons and lists back."""
    graph = FakeGraph()
    graph.add_number(PHONE_ID, token=TOKEN, app_secret=SECRET)
    async with serving(graph) as graph_url, pywa(graph, graph_url) as (client, heard):
        await graph.client_says(PHONE_ID, OLGA_WA, "привет")
        await graph.client_sends_media(PHONE_ID, OLGA_WA, "image", PNG, "image/png", caption="вот")
        await graph.client_sends_media(PHONE_ID, OLGA_WA, "voice", b"OggS", "audio/ogg")
        await graph.client_says(PHONE_ID, OLGA_WA, shapes.sent_location(55.7, 37.6))
        await graph.client_says(PHONE_ID, OLGA_WA, shapes.sent_contact("+7916", "Ольга", own=True))
        await graph.client_says(
            PHONE_ID, OLGA_WA, shapes.pressed_button("o:1:1", "10:00", message_id="w.1")
        )
        await graph.client_says(
            PHONE_ID, OLGA_WA, shapes.chose_row("o:1:2", "11:00", message_id="w.1")
        )
        await until(lambda: len(heard.messages) >= 5 and heard.presses and heard.choices)
        sent = await client.send_message(to=OLGA_WA.wa_id, text="здравствуйте")
        await client.send_message(
            to=OLGA_WA.wa_id,
            text="Когда?",
            buttons=[types.Button("10:00", callback_data="a"), types.Button("11:00", "b")],
        )
        await graph.idle()
        await until(lambda: heard.statuses)

    assert [m.type.value for m in heard.messages] == [
        "text",
        "image",
        "audio",
        "location",
        "contacts",
    ]
    assert heard.messages[0].from_user.wa_id == OLGA_WA.wa_id
    assert heard.messages[0].from_user.name == "Ольга"
    assert heard.messages[1].caption == "вот"
    assert heard.presses[0].data == "o:1:1"
    assert heard.choices[0].data == "o:1:2"
    assert {str(s.status.value) for s in heard.statuses} >= {"sent"}
    ours = graph.transcripts.ours(PHONE_ID, OLGA_WA.key)
    assert [b.text for b in ours] == ["здравствуйте", "Когда?"]
    assert ours[0].id == sent.id
    assert [c.id for c in ours[1].choices] == ["a", "b"]


async def test_pywa_refuses_what_the_double_signs_wrongly() -> None:
    """Control: with another app's secret pywa hears nothing."""
    graph = FakeGraph()
    graph.add_number(PHONE_ID, token=TOKEN, app_secret="f" * 32)
    async with serving(graph) as graph_url, pywa(graph, graph_url) as (_, heard):
        event = graph.event(PHONE_ID, OLGA_WA, "привет")
        statuses = await graph.deliver([event])
        await graph.close()

    assert statuses != [200]
    assert heard.messages == []
