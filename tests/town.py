"""
A town for journeys: the product, and the messengers it speaks with, over real HTTP.

Everything between a client's thumb and the salon's database is the real thing;
only Meta and Telegram are our doubles.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from world import ROMASHKA

from beautybot.agent.understanding import Understanding
from beautybot.app import Parts, build
from beautybot.booking import importing
from beautybot.booking.salon_file import of_json
from beautybot.booking.visits import Appointment, listing
from beautybot.businesses import connecting, salons
from beautybot.businesses.credentials import mark_of
from beautybot.businesses.salons import Business
from beautybot.channels import registry
from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.server import serving
from beautybot.demo.fakes.telegram import FakeTelegram
from beautybot.demo.fakes.telegram_people import TgBot, TgUser
from beautybot.kit import clock
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import Database
from beautybot.kit.wakeup import Wakeup
from beautybot.llm.base import LLM
from beautybot.russian.people import name_forms
from beautybot.settings import Settings
from beautybot.worker import Worker

APP_SECRET = "0123456789abcdef0123456789abcdef"
VERIFY = "a verify token of our own"
PHONE_ID, WABA = "106540352242922", "102290129340398"


@dataclass(slots=True)
class Town:
    """The messengers, the product's worker and database, and the salon that is connected."""

    graph: FakeGraph
    telegram: FakeTelegram
    bot: TgBot
    worker: Worker
    db: Database
    salon: Business

    async def settle(self) -> None:
        """Deliver what the messengers hold, answer it, and let the answers arrive."""
        for _ in range(3):
            await self.graph.idle()
            await self.telegram.idle()
            await self.worker.drain()
        await self.graph.idle()

    async def whatsapp(self, client: WaClient, text: str) -> str:
        """The client writes; the salon's answer, or "" for silence."""
        before = len(self.graph.transcripts.ours(PHONE_ID, client.key))
        await self.graph.client_says(PHONE_ID, client, text)
        await self.settle()
        return _text(self.graph.transcripts.ours(PHONE_ID, client.key)[before:])

    async def telegram_says(self, user: TgUser, text: str) -> str:
        """The same in Telegram."""
        before = len(self.telegram.transcripts.ours(self.bot.key, str(user.id)))
        self.telegram.client_says(self.bot, user, text)
        await self.settle()
        return _text(self.telegram.transcripts.ours(self.bot.key, str(user.id))[before:])

    async def appointments(self) -> list[Appointment]:
        """Everything in the salon's book."""
        return await self.db.read(listing, self.salon.id)


def _text(lines: list[object]) -> str:
    return "\n---\n".join(str(getattr(line, "text", line)) for line in lines)


@asynccontextmanager
async def town(db: Database, tmp_path: Path, *, llm: LLM | None = None) -> AsyncIterator[Town]:
    """Build it around an empty database."""
    graph, telegram = FakeGraph(), FakeTelegram()
    keyring = Keyring(parse_keys(new_key()))
    async with serving(graph) as graph_url, serving(telegram) as telegram_url:
        settings = Settings(
            whatsapp_app_secret=APP_SECRET,
            whatsapp_verify_token=VERIFY,
            graph_api_base=f"{graph_url}/v26.0",
            telegram_api_base=telegram_url,
        )
        wakeup = Wakeup()
        channels = registry.build(settings)
        app = build(Parts(settings, db, keyring, wakeup))
        async with serving(app) as url:
            salon = await _salon(db)
            bot = telegram.add_bot()
            graph.add_number(PHONE_ID, token="EAAgoodtoken", app_secret=APP_SECRET, waba_id=WABA)
            await graph.register_callback(f"{url}/api/webhooks/whatsapp", VERIFY)
            worker = Worker(
                db=db,
                channels=channels,
                keyring=keyring,
                llm=llm,
                understanding=Understanding(),
                wakeup=wakeup,
                burst=timedelta(0),
                public_url=url,
                shared_app=mark_of(APP_SECRET),
            )
            for name, secrets, details in (
                (
                    "whatsapp",
                    {"access_token": "EAAgoodtoken"},
                    {"phone_id": PHONE_ID, "waba_id": WABA},
                ),
                ("telegram", {"token": bot.token}, {}),
            ):
                await connecting.connect(
                    db,
                    keyring,
                    channels[name],
                    business=salon,
                    secrets=secrets,
                    details=details,
                    public_url=url,
                    now=clock.now(),
                )
            try:
                yield Town(graph, telegram, bot, worker, db, salon)
            finally:
                for channel in channels.values():
                    await channel.close()


async def _salon(db: Database) -> Business:
    file = of_json(ROMASHKA)
    await db.write(importing.apply, file, now=clock.now(), name_forms=name_forms)
    found = await db.read(salons.by_slug, "romashka")
    return await db.write(salons.update_agent, found.id, enabled=True)
