"""The demo page: a phone on one side, the owner on the other."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from callers import Receiver, post
from playwright.async_api import async_playwright
from starlette.applications import Starlette
from starlette.routing import Mount

from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.server import serving
from beautybot.demo.fakes.telegram import FakeTelegram
from beautybot.demo.fakes.telegram_world import TgUser
from beautybot.demo.phone.owner import AppointmentRow, ConversationRow, Invitation
from beautybot.demo.phone.page import phone_page

CHANNELS = ("whatsapp", "telegram")
HOSTILE = '<img src=x onerror="document.title=1"><b>привет</b>'


@dataclass
class Salon:
    """What the owner has, by hand."""

    booked: list[AppointmentRow] = field(default_factory=list)
    talks: list[ConversationRow] = field(default_factory=list)

    async def appointments(self) -> list[AppointmentRow]:
        """The appointments."""
        return self.booked

    async def conversations(self) -> list[ConversationRow]:
        """The conversations."""
        return self.talks


@dataclass
class World:
    """The doubles, the page and one browser's session."""

    graph: FakeGraph
    telegram: FakeTelegram
    salon: Salon
    graph_url: str
    telegram_url: str
    url: str
    page: Starlette
    http: aiohttp.ClientSession

    async def act(self, name: str, **wish: Any) -> int:
        """One act of the visitor; the status."""
        async with self.http.post(f"{self.url}/acts/{name}", json=wish) as response:
            return response.status

    async def news(self, name: str, fits: Any = lambda _: True) -> Any:
        """The next event of a kind that fits."""
        async with asyncio.timeout(5), self.http.get(f"{self.url}/events") as response:
            kind = ""
            async for raw in response.content:
                line = raw.decode().strip()
                if line.startswith("event: "):
                    kind = line[7:]
                elif line.startswith("data: ") and kind == name and fits(json.loads(line[6:])):
                    return json.loads(line[6:])
        raise AssertionError(f"no {name}")

    async def salon_writes(self, to: str, **body: Any) -> None:
        """The product's send, through the Graph double."""
        whole = {"messaging_product": "whatsapp", "to": to, **body}
        status, answer = await post(f"{self.graph_url}/v26.0/1/messages", whole, token="t")
        assert status == 200, answer


@asynccontextmanager
async def demo(receiver: Receiver, name: str = "Ромашка") -> AsyncIterator[World]:
    """The page at work with a webhook that takes everything."""
    graph, telegram, salon = FakeGraph(), FakeTelegram(), Salon()
    graph.add_number("1", token="t", app_secret="s")
    bot, owner_bot, owner = telegram.add_bot(), telegram.add_bot(), TgUser(500, "Анна")
    telegram.start(owner_bot, owner)
    page = phone_page(
        graph,
        telegram,
        salon,
        phone_id="1",
        bot=bot,
        owner_bot=owner_bot,
        owner=owner,
        salon=name,
        invitation=Invitation("http://localhost:8000/login", "anna@example.org", "romashka"),
    )
    async with (
        serving(receiver) as hook,
        serving(graph) as graph_url,
        serving(telegram) as telegram_url,
        serving(page) as url,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http,
    ):
        graph.callback_url = hook
        bot.webhook.url = hook
        await http.get(f"{url}/")
        yield World(graph, telegram, salon, graph_url, telegram_url, url, page, http)


async def test_the_page_allows_no_inline_script_and_escapes_the_salons_name(
    receiver: Receiver,
) -> None:
    """A strict policy, nothing inline to break it, and the suggestions are there."""
    async with demo(receiver, HOSTILE) as world, world.http.get(f"{world.url}/") as response:
        html = await response.text()

        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?! src=)|\sstyle=|\son\w+=\"|<style", html)
        assert "&lt;img" in html
        assert "хочу на маникюр завтра после шести" in html
        for name in ("phone.css", "phone.js"):
            async with world.http.get(f"{world.url}/static/{name}") as asset:
                assert asset.status == 200


async def test_words_reach_the_salon_and_its_answer_comes_by_itself(receiver: Receiver) -> None:
    """WhatsApp: the event is delivered, the reply is shown with its list, the tick moves."""
    async with demo(receiver) as world:
        assert await world.act("say", channel="whatsapp", text="хочу на маникюр") == 204
        said = json.loads(receiver.bodies[0])["entry"][0]["changes"][0]["value"]["messages"][0]
        action = {"button": "Время", "sections": [{"rows": [{"id": "r1", "title": "18:30"}]}]}
        inner = {"type": "list", "body": {"text": "Когда?"}, "action": action}
        await world.salon_writes(said["from"], type="interactive", interactive=inner)

        screen = await world.news("whatsapp", lambda s: len(s["bubbles"]) == 2)

        mine, ours = screen["bubbles"]
        assert (mine["text"], mine["delivery"]) == ("хочу на маникюр", "delivered")
        assert (ours["style"], ours["choices"][0]["title"]) == ("list", "18:30")
        assert await world.act("press", channel="whatsapp", bubble=ours["id"], choice="r1") == 204
        assert await world.act("press", channel="whatsapp", bubble=ours["id"], choice="r2") == 400
        await world.graph.idle()
        assert any(b"list_reply" in body for body in receiver.bodies)


async def test_telegram_begins_with_start_and_shares_the_visitors_own_phone(
    receiver: Receiver,
) -> None:
    """The keyboard's button sends the contact of this very person."""
    async with demo(receiver) as world:
        await world.act("start")
        await world.telegram.idle()
        update = json.loads(receiver.bodies[0])
        chat = update["message"]["chat"]["id"]
        ask = {"keyboard": [[{"text": "Мой номер", "request_contact": True}]]}
        bot = next(iter(world.telegram.world.bots.values()))
        await post(
            f"{world.telegram_url}/bot{bot.token}/sendMessage",
            {"chat_id": chat, "text": "Ваш телефон?", "reply_markup": ask},
        )
        screen = await world.news("telegram", lambda s: len(s["bubbles"]) == 2)

        wish = {"bubble": screen["bubbles"][1]["id"], "choice": "Мой номер"}
        assert await world.act("press", channel="telegram", **wish) == 204
        await world.telegram.idle()

        contact = json.loads(receiver.bodies[-1])["message"]["contact"]
        assert screen["started"] is True
        assert screen["bubbles"][0]["delivery"] == "read"
        digits = str(chat)[-7:]
        assert (contact["user_id"], contact["phone_number"]) == (chat, f"+7900{digits}")


async def test_a_voice_message_reaches_the_salon_on_both_messengers(receiver: Receiver) -> None:
    """It stands on the screen in words, and goes out as the messenger's own kind."""
    async with demo(receiver) as world:
        await world.act("start")
        statuses = [await world.act("attach", channel=c, kind="voice") for c in CHANNELS]
        await world.telegram.idle()

        screen = await world.news("whatsapp")
        assert statuses == [204, 204]
        assert screen["bubbles"][0]["text"] == "🎤 Голосовое сообщение"
        assert any(b'"voice":true' in body for body in receiver.bodies)
        assert any("voice" in json.loads(b).get("message", {}) for b in receiver.bodies)


async def test_the_owner_sees_notices_bookings_and_conversations(receiver: Receiver) -> None:
    """What changes in the product comes to the page without asking."""
    async with demo(receiver) as world:
        owner_bot = list(world.telegram.world.bots.values())[1]
        await post(
            f"{world.telegram_url}/bot{owner_bot.token}/sendMessage",
            {"chat_id": 500, "text": "Новая запись"},
        )
        notices = await world.news("owner", lambda s: s["bubbles"])
        row = AppointmentRow("завтра", "18:30", "Маникюр", "Вера", "Ольга", "1 800 ₽")
        world.salon.booked.append(row)
        board = await world.news("board", lambda b: b["appointments"])
        await world.act("owner-say", text="Отвечу сама")

        assert [b["text"] for b in notices["bubbles"]] == ["Новая запись"]
        assert board["appointments"][0]["service"] == "Маникюр"
        assert world.telegram.transcripts.of(owner_bot.key, "500")[-1].text == "Отвечу сама"


async def test_a_new_client_is_another_person(receiver: Receiver) -> None:
    """Another phone, another name, an empty screen."""
    async with demo(receiver) as world:
        await world.act("say", channel="whatsapp", text="раз")
        assert await world.act("leave") == 204
        await world.act("say", channel="whatsapp", text="два")

        senders = [
            json.loads(b)["entry"][0]["changes"][0]["value"]["messages"][0]["from"]
            for b in receiver.bodies
        ]
        screen = await world.news("whatsapp")
        assert int(senders[1]) - int(senders[0]) == 1
        assert [b["text"] for b in screen["bubbles"]] == ["два"]


async def test_the_page_works_under_a_path_of_another_app(receiver: Receiver) -> None:
    """Its addresses follow the place where it is mounted."""
    async with demo(receiver) as world:
        host = Starlette(routes=[Mount("/demo", world.page)])
        async with serving(host) as url, world.http.get(f"{url}/demo/") as response:
            html = await response.text()

            assert 'data-base="/demo"' in html
            async with world.http.get(f"{url}/demo/static/phone.js") as script:
                assert script.status == 200


async def test_odd_requests_are_refused(receiver: Receiver) -> None:
    """No words, an unknown act or messenger, a foreign form, no visitor."""
    async with demo(receiver) as world, aiohttp.ClientSession() as stranger:
        statuses = [
            await world.act("say", channel="whatsapp", text="  "),
            await world.act("say", channel="icq", text="х"),
            await world.act("dance"),
            await world.act("attach", channel="telegram", kind="bomb"),
            await world.act("press", channel="telegram", bubble="77", choice="x"),
        ]
        async with world.http.post(f"{world.url}/acts/say", data={"text": "х"}) as form:
            statuses.append(form.status)
        async with stranger.post(f"{world.url}/acts/say", json={"text": "х"}) as nobody:
            statuses.append(nobody.status)

        assert statuses == [400, 400, 400, 400, 400, 415, 409]
        assert receiver.bodies == []


async def test_hostile_words_stay_words_in_a_browser(receiver: Receiver) -> None:
    """A real browser shows the tags as text, runs nothing and complains of nothing."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    async with demo(receiver) as world, async_playwright() as playwright:
        world.salon.talks.append(ConversationRow(HOSTILE, "whatsapp", "запись", HOSTILE))
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = await browser.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))

        await page.goto(f"{world.url}/")
        await page.fill("#words", HOSTILE)
        await page.press("#words", "Enter")
        await page.wait_for_selector(".mine .bubble")

        assert HOSTILE in await page.inner_text(".mine .bubble")
        assert HOSTILE in await page.inner_text("#conversations")
        assert await page.locator(".chat img, #conversations img").count() == 0
        assert complaints == []
        await browser.close()
