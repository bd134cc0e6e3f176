"""The demo's stage: local WhatsApp, Telegram and GigaChat, and the settings to use them."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from beautybot.demo.fakes.gigachat.fake import FakeGigaChat
from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.server import serving
from beautybot.demo.fakes.telegram import FakeTelegram
from beautybot.demo.fakes.telegram_world import TgBot
from beautybot.settings import Settings

PHONE_ID, WABA_ID = "100200300400500", "500400300200100"
ACCESS_TOKEN = "EAAdemo0token0for0the0local0double"
VERIFY_TOKEN = "demo-verify-token"
SALON_BOT = "700100200:AAdemoTokenOfTheSalonsOwnBot0000000000"
OWNER_BOT = "700100300:AAdemoTokenOfTheGlobalOwnersBot000000000"


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything outside the product, running; `settings` make the product use it."""

    graph: FakeGraph
    telegram: FakeTelegram
    salon_bot: TgBot
    owner_bot: TgBot
    app_secret: str
    settings: Settings


@asynccontextmanager
async def stage(data: Path, port: int) -> AsyncIterator[Stage]:
    """Raise the doubles on free loopback ports for the length of the block."""
    graph, telegram, gigachat = FakeGraph(), FakeTelegram(), FakeGigaChat()
    app_secret = secrets.token_hex(16)
    credential = gigachat.add_credential("demo-client", "demo-secret")
    async with (
        serving(graph) as graph_url,
        serving(telegram) as telegram_url,
        serving(gigachat) as gigachat_url,
    ):
        graph.add_number(PHONE_ID, token=ACCESS_TOKEN, app_secret=app_secret, waba_id=WABA_ID)
        settings = Settings(
            database_url=f"sqlite:///{data / 'demo.db'}",
            public_url=f"http://localhost:{port}",
            whatsapp_verify_token=VERIFY_TOKEN,
            whatsapp_app_secret=app_secret,
            graph_api_base=f"{graph_url}/v26.0",
            telegram_api_base=telegram_url,
            telegram_bot_token=OWNER_BOT,
            gigachat_client_id=credential.client_id,
            gigachat_client_secret="demo-secret",
            gigachat_base_url=f"{gigachat_url}/v1",
            gigachat_auth_url=f"{gigachat_url}/api/v2/oauth",
            burst_wait_s=1.0,
        )
        yield Stage(
            graph=graph,
            telegram=telegram,
            salon_bot=telegram.add_bot(SALON_BOT, username="romashka_demo_bot"),
            owner_bot=telegram.add_bot(OWNER_BOT, username="beautybot_demo_bot", name="BeautyBot"),
            app_secret=app_secret,
            settings=settings,
        )
