"""What Telegram's side knows: bots, people, chats, messages, files."""

from __future__ import annotations

import itertools
import random
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from beautybot.demo.fakes.transcript import Transcripts

TOKEN = re.compile(r"[1-9]\d{4,15}:[A-Za-z0-9_-]{30,64}")
DEFAULT_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")


def _fresh_count(below: int) -> itertools.count[int]:
    """Numbers from a random one on: a product that outlives this process sees none twice."""
    return itertools.count(random.randrange(1000, below))


@dataclass(frozen=True, slots=True)
class TgUser:
    """A person on Telegram."""

    id: int
    first_name: str = "Ольга"
    last_name: str = ""
    username: str = ""
    language_code: str = "ru"
    phone: str = "+79161234567"  # what the "share my phone" button gives

    def shown(self) -> dict[str, Any]:
        """The `from` of an update."""
        named = {"last_name": self.last_name, "username": self.username}
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            **{k: v for k, v in named.items() if v},
            "language_code": self.language_code,
        }


@dataclass(slots=True)
class TgChat:
    """A chat of one bot; a private one has the user's id and a group a negative one."""

    id: int
    kind: str = "private"
    title: str = ""
    user: TgUser | None = None
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    link: str = ""  # the owner's account it is in
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=lambda: _fresh_count(10**6))

    @property
    def screen(self) -> str:
        """Whose screen it is in the transcripts; a chat of an owner's own has its link before."""
        return f"{self.link}:{self.id}" if self.link else str(self.id)

    @property
    def private(self) -> bool:
        """Is it a chat with one person?"""
        return self.kind == "private"

    def shown(self) -> dict[str, Any]:
        """The `chat` of an update."""
        if self.user is None:
            return {"id": self.id, "type": self.kind, "title": self.title}
        person = self.user.shown()
        keys = ("first_name", "last_name", "username")
        names: dict[str, Any] = {k: v for k, v in person.items() if k in keys}
        return {"id": self.id, **names, "type": self.kind}


@dataclass(slots=True)
class Webhook:
    """Where updates go; `errors_at` and `error` are the last failure."""

    url: str = ""
    secret: str | None = None
    allowed_updates: tuple[str, ...] = ()
    max_connections: int = 40
    error_at: datetime | None = None
    error: str = ""

    def wants(self, kind: str) -> bool:
        """Is this kind of update asked for?  By default all but member changes and reactions."""
        if self.allowed_updates:
            return kind in self.allowed_updates
        return kind not in ("chat_member", "message_reaction", "message_reaction_count")


@dataclass(frozen=True, slots=True)
class TgFile:
    """Bytes that a client sent; `size` may be told larger than they are."""

    id: str
    data: bytes
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Tap:
    """A callback query not yet forgotten."""

    id: str
    user_id: int
    at: datetime


@dataclass(slots=True)
class TgLink:
    """An owner let a bot into the chats of her own account."""

    id: str
    owner: TgUser
    can_reply: bool = True
    enabled: bool = True
    chats: dict[int, TgChat] = field(default_factory=dict)
    written_at: dict[int, datetime] = field(default_factory=dict)  # by the client, last


@dataclass(slots=True)
class TgBot:
    """One bot; `revoked` True answers every call with 401."""

    token: str
    username: str
    name: str
    revoked: bool = False
    left: set[int] = field(default_factory=set)
    webhook: Webhook = field(default_factory=Webhook)
    chats: dict[int, TgChat] = field(default_factory=dict)
    taps: dict[str, Tap] = field(default_factory=dict)
    answered: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, TgFile] = field(default_factory=dict)
    commands: list[dict[str, str]] = field(default_factory=list)
    links: dict[str, TgLink] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The digits before the colon."""
        return int(self.token.partition(":")[0])

    @property
    def key(self) -> str:
        """The account in transcripts and fault scripts."""
        return str(self.id)

    def shown(self) -> dict[str, Any]:
        """The `from` of its messages."""
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.name,
            "username": self.username,
        }


@dataclass(slots=True)
class TelegramWorld:
    """The state behind the Bot API double."""

    everybody_started: bool = False
    bots: dict[str, TgBot] = field(default_factory=dict)
    users: dict[int, TgUser] = field(default_factory=dict)
    transcripts: Transcripts = field(default_factory=Transcripts)
    serial: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    taps: itertools.count[int] = field(default_factory=lambda: _fresh_count(10**12))

    def chat_with(self, bot: TgBot, user: TgUser) -> TgChat:
        """The private chat of a bot and a person, made when first needed."""
        self.users[user.id] = user
        return bot.chats.setdefault(user.id, TgChat(user.id, user=user))

    def message(
        self, bot: TgBot, chat: TgChat, sender: dict[str, Any], at: datetime, **content: Any
    ) -> dict[str, Any]:
        """A new message of a chat, kept there."""
        number = next(chat.numbers)
        message = {
            "message_id": number,
            "from": sender,
            "chat": chat.shown(),
            "date": int(at.timestamp()),
            **({"business_connection_id": chat.link} if chat.link else {}),
            **content,
        }
        chat.messages[number] = message
        return message
