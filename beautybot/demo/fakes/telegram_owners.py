"""What happens in an owner's own Telegram account, where she let a bot in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from beautybot.demo.fakes.telegram_world import TelegramWorld, TgBot, TgChat, TgLink, TgUser
from beautybot.demo.fakes.transcript import Bubble
from beautybot.kit import clock as kit_clock


class Owners(ABC):
    """The acts of an owner with a business account, and of the clients who write to her."""

    world: TelegramWorld
    clock: kit_clock.Clock

    @abstractmethod
    def put_update(self, bot: TgBot, kind: str, content: dict[str, Any], queue: str) -> int | None:
        """Queue an update."""

    def let_in(self, bot: TgBot, owner: TgUser, *, can_reply: bool = True) -> TgLink:
        """The owner connects the bot to her account."""
        link = TgLink(f"link{next(self.world.serial):020d}", owner, can_reply)
        bot.links[link.id] = link
        self._news(bot, link)
        return link

    def client_says_to_owner(self, bot: TgBot, link: TgLink, client: TgUser, text: str) -> int:
        """A client writes to the owner; the message's number in her account."""
        link.written_at[client.id] = self.clock()
        return self._said(bot, link, client, client, text)

    def owner_says(self, bot: TgBot, link: TgLink, client: TgUser, text: str) -> int:
        """The owner answers herself."""
        return self._said(bot, link, client, link.owner, text)

    def owner_deletes(self, bot: TgBot, link: TgLink, client: TgUser, number: int) -> None:
        """A message of her chat with a client is gone."""
        gone = {
            "business_connection_id": link.id,
            "chat": link.chats[client.id].shown(),
            "message_ids": [number],
        }
        self.put_update(bot, "deleted_business_messages", gone, f"business:{client.id}")

    def _said(self, bot: TgBot, link: TgLink, client: TgUser, sender: TgUser, text: str) -> int:
        chat = link.chats.setdefault(
            client.id, TgChat(client.id, user=client, started=True, link=link.id)
        )
        message = self.world.message(bot, chat, sender.shown(), self.clock(), text=text)
        number: int = message["message_id"]
        bubble = Bubble(str(number), sender is not client, text, self.clock(), raw=message)
        self.world.transcripts.add(bot.key, chat.screen, bubble)
        self.put_update(bot, "business_message", message, f"business:{client.id}")
        return number

    def _news(self, bot: TgBot, link: TgLink) -> None:
        connection = {
            "id": link.id,
            "user": link.owner.shown(),
            "user_chat_id": link.owner.id,
            "date": int(self.clock().timestamp()),
            "rights": {"can_reply": True} if link.can_reply else {},
            "is_enabled": link.enabled,
        }
        self.put_update(bot, "business_connection", connection, "business_connection")
