"""
The global bot: it writes to salons' people, and they press and answer.

It is no channel of a salon: its updates say who pressed what and which message
was answered, and its messages carry rows of buttons.
https://core.telegram.org/bots/api
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from beautybot.channels.base import Account, ConnectError, SendError
from beautybot.channels.telegram.channel import Telegram, bot_id

COMMANDS = (
    ("today", "Записи на сегодня"),
    ("week", "Итоги за неделю"),
    ("notices", "О чём сообщать и когда молчать"),
    ("stop", "Больше не писать сюда"),
    ("help", "Что умеет бот"),
)


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody pressed Start, perhaps through a link with a parameter."""

    chat: str
    name: str
    param: str


@dataclass(frozen=True, slots=True)
class Said:
    """Words in the private chat; `reply_to` is the message they answer, as "chat:message"."""

    chat: str
    name: str
    text: str
    reply_to: str | None


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button; `data` is anybody's to forge, `on` is the message it stands under."""

    chat: str
    name: str
    data: str
    callback: str
    on: str | None


@dataclass(frozen=True, slots=True)
class Moved:
    """The person blocked the bot, or let it write again."""

    chat: str
    reachable: bool


Update = Came | Said | Pressed | Moved


@dataclass(frozen=True, slots=True)
class Key:
    """A button: `data` comes back when it is pressed, or `url` opens."""

    title: str
    data: str = ""
    url: str = ""


@dataclass(slots=True)
class OwnersBot:
    """The bot of one token at the installation's Bot API."""

    telegram: Telegram
    token: str
    _username: str = ""
    _given: str = ""  # the secret that this process gave Telegram

    @property
    def account(self) -> Account:
        """As the other verbs of Telegram know it."""
        return Account(bot_id(self.token), {"token": self.token})

    async def send(
        self, chat: str, text: str, rows: Sequence[Sequence[Key]] = (), *, asks: bool = False
    ) -> str:
        """
        One message; its id as "chat:message".  SendError.

        `asks`: whoever reads it is asked to reply to it.
        """
        body: dict[str, Any] = _body(chat, text)
        if rows:
            body["reply_markup"] = _keyboard(rows)
        elif asks:
            body["reply_markup"] = {"force_reply": True}
        sent = await self.telegram.call(self.token, "sendMessage", body)
        return f"{sent['chat']['id']}:{sent['message_id']}"

    async def rewrite(self, on: str, text: str, rows: Sequence[Sequence[Key]] = ()) -> None:
        """Put other words and buttons in place of a message's; it may fail in silence."""
        chat, _, number = on.partition(":")
        body = _body(chat, text) | {"message_id": int(number), "reply_markup": _keyboard(rows)}
        await self._quietly("editMessageText", body)

    async def toast(self, callback: str, text: str) -> None:
        """Stop a button's spinner with a few words; late and twice is harmless."""
        await self._quietly(
            "answerCallbackQuery", {"callback_query_id": callback, "text": text[:190]}
        )

    async def username(self) -> str:
        """The bot's name for links, asked once; ConnectError where Telegram does not answer."""
        if not self._username:
            made = await self.telegram.check({"token": self.token}, {})
            self._username = str(made.details["username"])
        return self._username

    async def register(self, url: str, secret: str) -> None:
        """Make Telegram deliver to `url` (by asking: nowhere), and say what can be typed."""
        await self.telegram.register(
            Account(bot_id(self.token), {"token": self.token, "secret_token": secret}), url
        )
        commands = [{"command": name, "description": words} for name, words in COMMANDS]
        await self._quietly("setMyCommands", {"commands": commands, "language_code": "ru"})
        self._given = secret

    async def see_to_it(self, url: str, secret: str) -> None:
        """
        Register where the webhook is not as it should be; ConnectError in words.

        And once a process: nobody can ask Telegram which secret it holds, and
        after a change of keys it is an old one.
        """
        health = await self.telegram.health(self.account, url)
        if health.must_register or (health.ok and self._given != secret):
            await self.register(url, secret)
        elif not health.ok:
            raise ConnectError(health.problem)

    async def _quietly(self, method: str, body: Mapping[str, Any]) -> None:
        try:
            await self.telegram.call(self.token, method, body)
        except SendError:
            return


def bot_of(channel: object, token: str | None) -> OwnersBot | None:
    """The global bot where the installation has one."""
    return OwnersBot(channel, token) if token and isinstance(channel, Telegram) else None


def parse(body: bytes) -> Update | None:
    """What an update says; None for what is not from a person in a private chat."""
    try:
        update = msgspec.json.decode(body)
        return _read(update) if isinstance(update, dict) else None
    except (
        msgspec.DecodeError,
        UnicodeDecodeError,
        RecursionError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ):
        return None


def _read(update: Mapping[str, Any]) -> Update | None:
    if isinstance(message := update.get("message"), dict):
        return _message(message)
    if isinstance(press := update.get("callback_query"), dict):
        return _press(press)
    if isinstance(change := update.get("my_chat_member"), dict):
        if change["chat"].get("type") != "private":
            return None
        status = change["new_chat_member"].get("status")
        return Moved(str(int(change["chat"]["id"])), status not in ("kicked", "left"))
    return None


def _message(message: Mapping[str, Any]) -> Update | None:
    chat, sender = message["chat"], message["from"]
    if chat.get("type") != "private" or sender.get("is_bot") or sender["id"] != chat["id"]:
        return None
    address, name = str(int(chat["id"])), _name(sender)
    text = str(message.get("text") or message.get("caption") or "")
    command, _, rest = text.partition(" ")
    if command == "/start":
        return Came(address, name, rest.strip()[:64])
    answered = message.get("reply_to_message")
    reply_to = f"{address}:{int(answered['message_id'])}" if isinstance(answered, dict) else None
    return Said(address, name, text, reply_to)


def _press(press: Mapping[str, Any]) -> Update | None:
    sender, message = press["from"], press.get("message")
    chat = message.get("chat", {}) if isinstance(message, dict) else {}
    if sender.get("is_bot") or chat.get("id", sender["id"]) != sender["id"]:
        return None
    address = str(int(sender["id"]))
    on = f"{address}:{int(message['message_id'])}" if isinstance(message, dict) else None
    return Pressed(address, _name(sender), str(press.get("data") or "")[:64], str(press["id"]), on)


def _name(sender: Mapping[str, Any]) -> str:
    name = " ".join(str(sender[k]) for k in ("first_name", "last_name") if sender.get(k))
    handle = f" (@{sender['username']})" if sender.get("username") else ""
    return f"{name or sender['id']}{handle}"


def _body(chat: str, text: str) -> dict[str, Any]:
    return {"chat_id": int(chat), "text": text, "link_preview_options": {"is_disabled": True}}


def _keyboard(rows: Sequence[Sequence[Key]]) -> dict[str, Any]:
    return {"inline_keyboard": [[_key(key) for key in row] for row in rows]}


def _key(key: Key) -> dict[str, str]:
    return {"text": key.title, **({"url": key.url} if key.url else {"callback_data": key.data})}


__all__ = ["Came", "ConnectError", "Key", "Moved", "OwnersBot", "Pressed", "Said", "parse"]
