"""What people do in Telegram: they write, press, edit, block, share their phone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from beautybot.demo.fakes.telegram_world import Tap, TelegramWorld, TgBot, TgChat, TgFile, TgUser
from beautybot.demo.fakes.transcript import Bubble, Style
from beautybot.kit import clock as kit_clock


class People(ABC):
    """
    The acts of people towards a bot.

    A person is a `TgUser` or just an id.  Each act queues its update and gives
    back the message's number; delivery goes on in the background.
    """

    world: TelegramWorld
    clock: kit_clock.Clock

    @abstractmethod
    def put_update(self, bot: TgBot, kind: str, content: dict[str, Any], queue: str) -> int | None:
        """Queue an update."""

    def start(self, bot: TgBot, user: TgUser | int, param: str = "") -> int:
        """Press Start, perhaps through a link with a parameter; writing to this person is open."""
        chat = self.world.chat_with(bot, self._user(user))
        self._set_blocked(bot, chat, blocked=False, news=chat.blocked)
        return self.client_says(bot, user, f"/start {param}".strip())

    def client_says(
        self, bot: TgBot, user: TgUser | int, text: str, *, chat: TgChat | None = None
    ) -> int:
        """Write words, in the private chat or in a group."""
        content: dict[str, Any] = {"text": text}
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            content["entities"] = [{"offset": 0, "length": length, "type": "bot_command"}]
        return self.client_sends(bot, user, content, chat=chat)

    def client_sends(
        self,
        bot: TgBot,
        user: TgUser | int,
        content: dict[str, Any],
        *,
        chat: TgChat | None = None,
    ) -> int:
        """Send any content: `{"sticker": {…}}`, `{"location": {…}}`, a photo with its caption…"""
        person = self._user(user)
        chat = chat or self.world.chat_with(bot, person)
        chat.started = True
        message = self.world.message(bot, chat, person.shown(), self.clock(), **content)
        words = str(content.get("text") or content.get("caption") or "")
        if contact := content.get("contact"):
            words = f"Контакт: {contact['phone_number']}"
        kind = next(iter(content))
        number: int = message["message_id"]
        bubble = Bubble(str(number), False, words, self.clock(), kind=kind, raw=message)
        bubble.delivery = "sent"
        self.world.transcripts.add(bot.key, str(chat.id), bubble)
        self.put_update(bot, "message", message, f"chat:{chat.id}")
        return number

    def client_sends_file(
        self,
        bot: TgBot,
        user: TgUser | int,
        kind: str,
        data: bytes,
        *,
        caption: str = "",
        size: int | None = None,
        album: str = "",
    ) -> int:
        """Send a `photo`, `voice` or `document`; messages of one `album` share its id."""
        file_id = f"AgACAgIAAx{next(self.world.serial)}"
        told = len(data) if size is None else size
        bot.files[file_id] = TgFile(file_id, data, f"{kind}s/file_{len(bot.files)}", told)
        file: dict[str, Any] = {
            "file_id": file_id,
            "file_unique_id": "u" + file_id,
            "file_size": told,
        }
        match kind:
            case "photo":
                content: dict[str, Any] = {"photo": [{**file, "width": 600, "height": 800}]}
            case "voice":
                content = {"voice": {**file, "duration": 2, "mime_type": "audio/ogg"}}
            case _:
                content = {kind: {**file, "file_name": "file.pdf", "mime_type": "application/pdf"}}
        if caption:
            content["caption"] = caption
        if album:
            content["media_group_id"] = album
        return self.client_sends(bot, user, content)

    def share_contact(self, bot: TgBot, user: TgUser | int, phone: str, *, own: bool = True) -> int:
        """Share a phone: one's own through the button, or somebody's card."""
        person = self._user(user)
        contact: dict[str, Any] = {"phone_number": phone, "first_name": person.first_name}
        if own:
            contact["user_id"] = person.id
        return self.client_sends(bot, person, {"contact": contact})

    def press(self, bot: TgBot, user: TgUser | int, message_id: int, data: str) -> str:
        """Tap an inline button; any data goes, as old and forged buttons do.  The query's id."""
        person = self._user(user)
        chat = self.world.chat_with(bot, person)
        tap = Tap(str(next(self.world.taps)), person.id, self.clock())
        bot.taps[tap.id] = tap
        query: dict[str, Any] = {
            "id": tap.id,
            "from": person.shown(),
            "chat_instance": str(hash((bot.id, person.id)) & 0xFFFFFFFF),
            "data": data,
        }
        if message := chat.messages.get(message_id):
            query["message"] = dict(message)
        self.put_update(bot, "callback_query", query, f"tap:{person.id}")
        return tap.id

    def press_latest(self, bot: TgBot, user: TgUser | int, choice: str) -> str | int:
        """Press the newest shown button with this data or title; LookupError if there is none."""
        person = self._user(user)
        for bubble in reversed(self.world.transcripts.ours(bot.key, str(person.id))):
            for shown in bubble.choices:
                if choice not in (shown.id, shown.title):
                    continue
                if bubble.style is Style.INLINE:
                    return self.press(bot, person, int(bubble.id), shown.id)
                if shown.id == "request_contact":
                    return self.share_contact(bot, person, person.phone)
                return self.client_says(bot, person, shown.title)
        raise LookupError(f"no message of ours offers {choice!r}")

    def edit(self, bot: TgBot, user: TgUser | int, message_id: int, text: str) -> None:
        """Change an earlier message of one's own."""
        chat = self.world.chat_with(bot, self._user(user))
        message = chat.messages[message_id]
        message |= {"text": text, "edit_date": int(self.clock().timestamp())}
        bubble = self.world.transcripts.find(bot.key, str(chat.id), str(message_id))
        if bubble is not None:
            bubble.text = text
        self.put_update(bot, "edited_message", dict(message), f"chat:{chat.id}")

    def block(self, bot: TgBot, user: TgUser | int) -> None:
        """Block the bot: sends get 403 and the bot hears `my_chat_member`."""
        chat = self.world.chat_with(bot, self._user(user))
        self._set_blocked(bot, chat, blocked=True, news=True)

    def unblock(self, bot: TgBot, user: TgUser | int) -> None:
        """Unblock it again."""
        chat = self.world.chat_with(bot, self._user(user))
        self._set_blocked(bot, chat, blocked=False, news=True)

    def add_group(self, bot: TgBot, members: Sequence[TgUser], title: str = "Девочки") -> TgChat:
        """A group with the bot and these people in it."""
        for member in members:
            self.world.users[member.id] = member
        chat = TgChat(-1000 - next(self.world.serial), "group", title, started=True)
        bot.chats[chat.id] = chat
        return chat

    def _set_blocked(self, bot: TgBot, chat: TgChat, *, blocked: bool, news: bool) -> None:
        chat.blocked = blocked
        if not news or chat.user is None:
            return
        member = {"user": bot.shown(), "status": "member"}
        kicked = {"user": bot.shown(), "status": "kicked", "until_date": 0}
        before, after = (member, kicked) if blocked else (kicked, member)
        change = {
            "chat": chat.shown(),
            "from": chat.user.shown(),
            "date": int(self.clock().timestamp()),
            "old_chat_member": before,
            "new_chat_member": after,
        }
        self.put_update(bot, "my_chat_member", change, f"member:{chat.id}")

    def _user(self, user: TgUser | int) -> TgUser:
        if isinstance(user, int):
            user = self.world.users.get(user) or TgUser(user)
        self.world.users[user.id] = user
        return user
