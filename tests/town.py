"""
A town for journeys: the product, and the messengers it speaks with, over real HTTP.

Everything between a client's thumb and the salon's database is the real thing;
only Meta and Telegram are our doubles.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from world import LILIA, ROMASHKA

from beautybot import chores
from beautybot.agent.understanding import Understanding
from beautybot.app import Parts, build
from beautybot.booking import importing
from beautybot.booking.salon_file import of_json
from beautybot.booking.visits import Appointment, listing
from beautybot.businesses import connecting, salons
from beautybot.businesses.access import ChannelAccount
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
AWAKE = {"quiet_hours": ["00:00", "00:00"]}  # no quiet hours
PHONE_ID, WABA = "106540352242922", "102290129340398"
NEIGHBOUR_PHONE_ID, NEIGHBOUR_WABA = "206540352242922", "202290129340398"


@dataclass(slots=True)
class Hands:
    """The clock of everybody in town; it may be turned on."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        """Now, as the whole town sees it."""
        return clock.now() + self.ahead


@dataclass(slots=True)
class Town:
    """
    The messengers, the product's worker and database, and the salon that is connected.

    `url` is the product's own address; `hands` its clock, which the messengers share.
    """

    graph: FakeGraph
    telegram: FakeTelegram
    bot: TgBot
    worker: Worker
    db: Database
    salon: Business
    url: str
    keyring: Keyring
    hands: Hands

    async def settle(self) -> None:
        """Deliver what the messengers hold, answer it, and let the answers arrive."""
        working = True
        while working:
            await self.graph.idle()
            await self.telegram.idle()
            working = await self.worker.drain()

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

    async def connect(
        self,
        salon: Business,
        channel: str,
        secrets: dict[str, str],
        details: dict[str, str] | None = None,
    ) -> ChannelAccount:
        """Connect a salon's number or bot, as the operator's command and the dashboard do."""
        made = await connecting.connect(
            self.db,
            self.keyring,
            self.worker.channels[channel],
            business=salon,
            secrets=secrets,
            details=details or {},
            public_url=self.url,
            now=self.hands(),
        )
        return made.account

    async def neighbour(self, *, app_secret: str = "") -> Business:
        """«Лилия» with a WhatsApp number of her own; `app_secret` if her Meta app is hers too."""
        await self.db.write(
            importing.apply, of_json(LILIA), now=self.hands(), name_forms=name_forms
        )
        lilia = await self.db.read(salons.by_slug, "lilia")
        self.graph.add_number(
            NEIGHBOUR_PHONE_ID,
            token="EAAlilia",
            app_secret=app_secret or APP_SECRET,
            waba_id=NEIGHBOUR_WABA,
            name="Лилия",
        )
        secrets = {"access_token": "EAAlilia", "app_secret": app_secret}
        number = {"phone_id": NEIGHBOUR_PHONE_ID, "waba_id": NEIGHBOUR_WABA}
        await self.connect(lilia, "whatsapp", secrets, number)
        return lilia

    async def appointments(self) -> list[Appointment]:
        """Everything in the salon's book."""
        return await self.db.read(listing, self.salon.id)


def _text(lines: list[object]) -> str:
    return "\n---\n".join(str(getattr(line, "text", line)) for line in lines)


@asynccontextmanager
async def town(
    db: Database, tmp_path: Path, *, llm: LLM | None = None, mode: str = "webhook"
) -> AsyncIterator[Town]:
    """Build it around an empty database; `mode` is how Telegram's updates come."""
    hands = Hands()
    graph, telegram = FakeGraph(clock=hands), FakeTelegram(clock=hands)
    keyring = Keyring(parse_keys(new_key()))
    async with serving(graph) as graph_url, serving(telegram) as telegram_url:
        settings = Settings(
            whatsapp_app_secret=APP_SECRET,
            whatsapp_verify_token=VERIFY,
            graph_api_base=f"{graph_url}/v26.0",
            telegram_api_base=telegram_url,
            telegram_mode=mode,
        )
        wakeup = Wakeup()
        channels = registry.build(settings)
        app = build(Parts(settings, db, keyring, wakeup, clock=hands))
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
                jobs=chores.TABLE,
                clock=hands,
            )
            here = Town(graph, telegram, bot, worker, db, salon, url, keyring, hands)
            number = {"phone_id": PHONE_ID, "waba_id": WABA}
            await here.connect(salon, "whatsapp", {"access_token": "EAAgoodtoken"}, number)
            await here.connect(salon, "telegram", {"token": bot.token})
            try:
                yield here
            finally:
                for channel in channels.values():
                    await channel.close()


async def _salon(db: Database) -> Business:
    # The town lives by the true clock, and a test may run at night.
    file = of_json(ROMASHKA | {"settings": ROMASHKA["settings"] | AWAKE})
    await db.write(importing.apply, file, now=clock.now(), name_forms=name_forms)
    found = await db.read(salons.by_slug, "romashka")
    return await db.write(salons.update_agent, found.id, enabled=True)
