"""
The contract of a channel, and the values that cross it.

A channel turns the bytes of its messenger into `Inbound` items and an
`Outbound` into the messenger's request.  It is pure on the way in and holds no
state on the way out; who owns an account, what was seen before and what to do
about a failure is decided upstairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from beautybot.channels.items import (
    AccountNews,
    Delivery,
    Echo,
    Edited,
    Identity,
    IdentityChanged,
    IdentityKind,
    Ignored,
    Inbound,
    InboundMessage,
    Kind,
    MarketingWish,
    OwnersAccount,
    Reachability,
    Receipt,
    SendProblem,
    TemplateDecided,
)
from beautybot.kit.errors import BeautyBotError

__all__ = [
    "MOST_MEDIA",
    "Account",
    "AccountNews",
    "Button",
    "Channel",
    "ConnectError",
    "Connected",
    "Delivery",
    "Echo",
    "Edited",
    "Health",
    "Hook",
    "Identity",
    "IdentityChanged",
    "IdentityKind",
    "Ignored",
    "Inbound",
    "InboundMessage",
    "Kind",
    "MarketingWish",
    "Media",
    "MediaError",
    "Outbound",
    "OwnersAccount",
    "Proof",
    "Reachability",
    "Receipt",
    "Scope",
    "SendError",
    "SendProblem",
    "Spot",
    "Template",
    "TemplateDecided",
]


@dataclass(frozen=True, slots=True)
class Button:
    """One thing a client can press; `id` comes back, at most 64 bytes."""

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Outbound:
    """
    One message to one client: plain text and what may be pressed.

    `reference` is our own id of the message; a channel that can carry it back
    in receipts does.  `ask_contact` asks for the phone by the channel's own
    button.  `reply_with` is what the client's last message said an answer must
    carry.  `template` is for outside WhatsApp's window.
    """

    address: str
    text: str
    reference: str
    buttons: tuple[Button, ...] = ()
    ask_contact: bool = False
    reply_with: Mapping[str, Any] = field(default_factory=dict)
    template: Template | None = None


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a client looks: an address, and what an answer there must carry."""

    address: str
    reply_with: Mapping[str, Any] = field(default_factory=dict)


MOST_MEDIA = 20 * 1024 * 1024
"""Bytes of one file of a client: Telegram's own limit for bots, and more than a photo needs."""


@dataclass(frozen=True, slots=True)
class Media:
    """A file that a client sent: its bytes, and what the messenger says it is."""

    data: bytes = field(repr=False)
    mime_type: str


class MediaError(BeautyBotError):
    """A client's file cannot be had; the text (Russian) says why."""


@dataclass(frozen=True, slots=True)
class Template:
    """An approved WhatsApp template with its body's values."""

    name: str
    language: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """What a channel needs of an account to speak for it; secrets in clear, never logged."""

    external_id: str
    secrets: Mapping[str, str] = field(repr=False)
    details: Mapping[str, Any] = field(default_factory=dict)


class Scope(StrEnum):
    """What a throttle holds back."""

    CONVERSATION = "conversation"
    ACCOUNT = "account"


class SendError(BeautyBotError):
    """A message was not sent: `str(error)` for the log, `owner_words` (Russian) for the owner."""

    def __init__(
        self,
        problem: SendProblem,
        detail: str,
        *,
        owner_words: str = "",
        retry_after_s: float | None = None,
        scope: Scope = Scope.CONVERSATION,
    ) -> None:
        super().__init__(f"{problem}: {detail}")
        self.problem = problem
        self.detail = detail
        self.owner_words = owner_words
        self.retry_after_s = retry_after_s
        self.scope = scope


class ConnectError(BeautyBotError):
    """An account could not be connected; the text says why and what to do, in Russian."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A checked account: its own id, how people know it, and what to keep beside the secrets."""

    external_id: str
    display: str
    details: Mapping[str, Any]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """How an account looks from the channel's side; `problem` and `advice` are Russian or empty."""

    ok: bool
    problem: str = ""
    advice: str = ""
    must_register: bool = False  # we can mend it ourselves by registering again
    details: Mapping[str, Any] = field(default_factory=dict)  # to be kept beside the account


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a delivery shows whose it is: a header (None: the path's end), and as which secret."""

    header: bytes | None
    secret: str


@dataclass(frozen=True, slots=True)
class Hook:
    """
    How a messenger delivers to `/api/webhooks/{name}`, and how a delivery is proven.

    Either `verify` finds which of our app secrets signed the body (by the
    header `signature`), and the body names its accounts itself; or `proofs`
    name the one account: all that are shown must agree, and the last of them
    is the messenger's own, on which a strict account insists.

    `cap` is the longest body in bytes.  `number` is a delivery's own number,
    unique in its account; None where it has none.  `sender` is the one person
    who wrote all of a delivery; None where nobody or several did.  `handshake`
    answers a GET with a status and a body, given the query and our verify token.
    """

    cap: int
    signature: bytes = b""
    verify: Callable[[bytes, str | None, Sequence[str]], int | None] | None = None
    proofs: tuple[Proof, ...] = ()
    number: Callable[[bytes], int | None] = lambda _body: None
    sender: Callable[[bytes], str | None] = lambda _body: None
    handshake: Callable[[Mapping[str, str], str], tuple[int, bytes]] | None = None


class Channel(Protocol):
    """One kind of messenger; `hook` is None where nothing is delivered over HTTP."""

    name: str
    title: str  # as people write it
    hook: Hook | None

    def parse(self, body: bytes, received_at: datetime) -> Sequence[Inbound]:
        """
        Every item of a delivery, in its order; pure.

        Never raises: what is not understood comes back as `Ignored`, and an
        odd item does not harm its neighbours.
        """
        ...

    def split(self, text: str) -> list[str]:
        """The text in bubbles the channel takes, in its own units; most texts are one."""
        ...

    async def send(self, account: Account, message: Outbound) -> str:
        """Send one message; the channel's id of it.  SendError otherwise."""
        ...

    async def thinking(self, account: Account, spot: Spot, last_external_id: str | None) -> None:
        """Show the client that an answer is on its way (and mark as read); never raises."""
        ...

    async def answer_press(self, account: Account, payload: Mapping[str, Any], spot: Spot) -> None:
        """Show that a press has arrived and take the spent buttons away; never raises."""
        ...

    async def check(self, secrets: Mapping[str, str], details: Mapping[str, Any]) -> Connected:
        """Prove that the secrets work; ConnectError in the owner's words if not."""
        ...

    async def register(self, account: Account, callback_url: str) -> None:
        """Make the channel deliver to `callback_url`; ConnectError if it refuses."""
        ...

    async def health(self, account: Account, callback_url: str) -> Health:
        """Look at the account from the channel's side; never raises."""
        ...

    async def fetch_media(self, account: Account, payload: Mapping[str, Any]) -> Media:
        """
        The file of a message, by what its `payload` says; from the channel's own hosts only.

        MediaError if there is none, it is too big, or it will never come;
        SendError if it may come later.
        """
        ...

    async def close(self) -> None:
        """Give the connections back."""
        ...
