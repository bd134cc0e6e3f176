"""Screens as plain data for the page's script, which puts them up as text and never as markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.telegram import FakeTelegram
from beautybot.demo.fakes.telegram_world import TgBot, TgUser
from beautybot.demo.fakes.transcript import Bubble, Transcripts
from beautybot.demo.phone.owner import OwnerView
from beautybot.demo.phone.visitors import Visitor
from beautybot.kit import clock

SHOWN = 80
_KINDS = {
    "photo": "🖼 Фото",
    "image": "🖼 Фото",
    "voice": "🎤 Голосовое сообщение",
    "audio": "🎤 Голосовое сообщение",
    "sticker": "Стикер",
    "document": "📄 Документ",
}


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that the page shows and moves."""

    graph: FakeGraph
    telegram: FakeTelegram
    view: OwnerView
    phone_id: str
    bot: TgBot
    owner_bot: TgBot
    owner: TgUser
    zone: ZoneInfo

    def client_screen(self, visitor: Visitor, channel: str) -> dict[str, Any]:
        """The client's screen of one messenger."""
        if channel == "whatsapp":
            return self._screen(self.graph.transcripts, self.phone_id, visitor.whatsapp.key)
        screen = self._screen(self.telegram.transcripts, self.bot.key, str(visitor.telegram.id))
        chat = self.bot.chats.get(visitor.telegram.id)
        return {**screen, "started": bool(chat and chat.started)}

    def owner_screen(self) -> dict[str, Any]:
        """The owner's chat with the bot that brings notices."""
        return self._screen(
            self.telegram.transcripts, self.owner_bot.key, str(self.owner.id), owner=True
        )

    async def board(self) -> dict[str, Any]:
        """Appointments and conversations."""
        return {
            "appointments": [asdict(row) for row in await self.view.appointments()],
            "conversations": [asdict(row) for row in await self.view.conversations()],
        }

    def _screen(
        self, transcripts: Transcripts, account: str, client: str, *, owner: bool = False
    ) -> dict[str, Any]:
        bubbles: Sequence[Bubble] = transcripts.of(account, client)[-SHOWN:]
        return {
            "bubbles": [self._bubble(b) for b in bubbles if not (owner and b.text == "/start")],
            "typing": transcripts.is_typing(account, client, clock.now()),
        }

    def _bubble(self, bubble: Bubble) -> dict[str, Any]:
        return {
            "id": bubble.id,
            "ours": bubble.ours,
            "text": bubble.text or _KINDS.get(bubble.kind, "Сообщение"),
            "time": bubble.at.astimezone(self.zone).strftime("%H:%M"),
            "style": bubble.style.value,
            "choices": [asdict(choice) for choice in bubble.choices],
            "button": bubble.list_button,
            "delivery": bubble.delivery,
        }
