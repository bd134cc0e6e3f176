"""The global bot in a town: its door, its people, and what they read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from town import Town
from world import ANNA

from beautybot.app import build
from beautybot.businesses import bindings, users
from beautybot.channels.telegram.owners import bot_of
from beautybot.demo.fakes.server import serving
from beautybot.demo.fakes.telegram_people import TgBot, TgUser
from beautybot.demo.fakes.transcript import Bubble
from beautybot.kit import clock
from beautybot.notifications.bot import binding
from beautybot.notifications.owner import Voices
from beautybot.settings import Settings
from beautybot.web import owner_bot
from beautybot.web.parts import Parts

ANNAS_TELEGRAM = TgUser(900_100, "Анна", username="anna")
STRANGER = TgUser(900_666, "Анна", username="anna_salon")
HASH = "x"
"""Nobody signs in here; a hash of a password is not what these tests are about."""


@dataclass(slots=True)
class OwnersDesk:
    """`bot` on the double; `base` is the product's address with the bot's door."""

    town: Town
    bot: TgBot
    base: str
    secret: str
    people: dict[str, int] = field(default_factory=dict)

    async def add(self, email: str, role: str = "owner", business_id: int | None = None) -> int:
        """Somebody who may sign in."""
        salon = business_id or self.town.salon.id
        made = await self.town.db.write(users.put, email, HASH, salon, role, clock.now())
        self.people[email] = made.user_id
        return made.user_id

    async def bound(self, email: str = ANNA, who: TgUser = ANNAS_TELEGRAM) -> int:
        """Add somebody and bind their Telegram, the whole way of link and code."""
        user_id = self.people.get(email) or await self.add(email)
        token = await self.town.db.write(bindings.invite, user_id, self.town.hands())
        self.town.telegram.start(self.bot, who, token)
        await self.settle()
        code = self.code(who)
        done = await self.town.db.write(binding.confirm, user_id, code, self.town.hands())
        assert done.outcome == "bound"
        await self.settle()
        return user_id

    async def settle(self) -> None:
        """Let everybody hear and do what there is."""
        await self.town.settle()

    def bubbles(self, who: TgUser = ANNAS_TELEGRAM) -> list[Bubble]:
        """What the bot wrote to somebody."""
        return self.town.telegram.transcripts.ours(self.bot.key, str(who.id))

    def texts(self, who: TgUser = ANNAS_TELEGRAM) -> list[str]:
        """Only the words."""
        return [bubble.text for bubble in self.bubbles(who)]

    def last(self, who: TgUser = ANNAS_TELEGRAM) -> str:
        """The newest words, "" before the first."""
        return (self.texts(who) or [""])[-1]

    def code(self, who: TgUser = ANNAS_TELEGRAM) -> str:
        """The code of the newest message that has one."""
        told = next(text for text in reversed(self.texts(who)) if "код " in text)
        return told.partition("код ")[2].partition(".")[0]

    async def press(self, title: str, who: TgUser = ANNAS_TELEGRAM) -> None:
        """Press the newest button of that title."""
        self.town.telegram.press_latest(self.bot, who, title)
        await self.settle()

    async def replies(self, to: str, text: str, who: TgUser = ANNAS_TELEGRAM) -> None:
        """Reply to the newest message that holds some words."""
        bubble = next(b for b in reversed(self.bubbles(who)) if to in b.text)
        answered = {"message_id": int(bubble.id), "text": bubble.text}
        self.town.telegram.client_sends(self.bot, who, {"text": text, "reply_to_message": answered})
        await self.settle()

    async def says(self, text: str, who: TgUser = ANNAS_TELEGRAM) -> str:
        """Type to the bot; the newest answer."""
        self.town.telegram.client_says(self.bot, who, text)
        await self.settle()
        return self.last(who)

    async def knock(self, body: dict[str, object], secret: str | None) -> int:
        """A delivery as anybody could send it; the status."""
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{self.base}{owner_bot.PATH}", json=body, headers=headers) as answer,
        ):
            return answer.status


@asynccontextmanager
async def owners_desk(town: Town) -> AsyncIterator[OwnersDesk]:
    """Give a town a global bot."""
    bot = town.telegram.add_bot(username="beautybot_test_bot", name="BeautyBot")
    settings = Settings(telegram_bot_token=bot.token)
    parts = Parts(settings, town.db, town.keyring, town.worker.wakeup, clock=town.hands)
    speaking = bot_of(town.worker.channels["telegram"], bot.token)
    assert speaking is not None
    secret = owner_bot.secrets_of(town.keyring, bot.token)[0]
    async with serving(build(parts, pages=owner_bot.routes(parts))) as base:
        town.worker.voices = Voices(speaking, public_url="https://salon.example")
        await speaking.register(f"{base}{owner_bot.PATH}", secret)
        yield OwnersDesk(town, bot, base, secret)
