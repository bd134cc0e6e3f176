"""
The contract of a channel, and the values that cross it.

A channel turns the bytes of its messenger into `Inbound` items and an
`Outbound` into the messenger's request.  It is pure on the way in and holds no
state on the way out; who owns an account, what was seen before and what to do
about a failure is decided upstairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from beautybot.kit.errors import BeautyBotError


class IdentityKind(StrEnum):
    """How a client is known on a channel."""

    WA_PHONE = "wa_phone"
    WA_BSUID = "wa_bsuid"
    TG_USER = "tg_user"
    CONSOLE = "console"


class Kind(StrEnum):
    """What a message is.  TEXT and PRESS carry words; the rest may carry a caption."""

    TEXT = "text"
    PRESS = "press"  # a button or list row of ours: `payload["id"]` says which
    START = "start"  # the conversation was opened; `payload["param"]` may say from where
    PHOTO = "photo"
    VIDEO = "video"
    VOICE = "voice"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"  # `payload["phone"]`; `payload["own"]` True if it is the client's own
    ORDER = "order"
    REACTION = "reaction"
    UNSUPPORTED = "unsupported"
    OTHER = "other"  # stored, no turn


@dataclass(frozen=True, slots=True)
class Identity:
    """One way to know a client."""

    kind: IdentityKind
    value: str


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """
    Something a client sent to one account.

    `account` is the channel's own name of the account (phone number id, bot
    id).  `external_id` is unique within the account.  `address` is where a
    reply goes.  `sent_at` is the channel's time, or the time of arrival where
    the channel gave none.  `wants_turn` False: keep it, do not answer.
    `answers_at_once` True: a press, it does not wait for a burst to end.
    """

    account: str
    external_id: str
    address: str
    identities: tuple[Identity, ...]
    kind: Kind
    text: str
    sent_at: datetime
    name: str | None = None
    phone: str | None = None  # proven by the channel, E.164
    payload: Mapping[str, Any] = field(default_factory=dict)
    wants_turn: bool = True
    answers_at_once: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """A client changed (`text`) or took back (`text` None) an earlier message."""

    account: str
    external_id: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Echo:
    """The salon itself answered the client from its own phone app: the agent must be silent."""

    account: str
    external_id: str
    address: str
    identities: tuple[Identity, ...]
    text: str
    sent_at: datetime


class Delivery(StrEnum):
    """How far an outbound message got, in rank order; FAILED overrides SENT only."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The channel's word on one of our messages; `reference` is our own mark, echoed back."""

    account: str
    external_id: str
    delivery: Delivery
    at: datetime
    reference: str | None = None
    problem: SendProblem | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class IdentityChanged:
    """The channel itself says that a client is now known otherwise."""

    account: str
    old: Identity
    new: Identity


@dataclass(frozen=True, slots=True)
class Reachability:
    """The client blocked (`reachable` False) or unblocked the account."""

    account: str
    address: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class AccountNews:
    """Something about the account itself that its owner should hear: plain words in `text`."""

    account: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """Part of a delivery that needs nothing, with the reason."""

    reason: str
    account: str | None = None


Inbound = (
    InboundMessage
    | Edited
    | Echo
    | Receipt
    | IdentityChanged
    | Reachability
    | AccountNews
    | Ignored
)


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
    button.  `remove_buttons_of` names our earlier message whose buttons are
    spent.  `template` is for outside WhatsApp's window.
    """

    address: str
    text: str
    reference: str
    buttons: tuple[Button, ...] = ()
    ask_contact: bool = False
    thread: int | None = None
    template: Template | None = None


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


class SendProblem(StrEnum):
    """Failed sends, named by who can mend them."""

    UNREACHABLE = "unreachable"  # the channel does not answer; nothing happened there: later
    AMBIGUOUS = "ambiguous"  # it may have been delivered: timeout or 5xx after the request left
    THROTTLED = "throttled"  # wait, in `scope`
    CREDENTIALS = "credentials"  # the owner: token, permission, account
    RECIPIENT_GONE = "recipient_gone"  # the client: blocked us, no such number
    WINDOW_CLOSED = "window_closed"  # nobody: a template, or a person
    REJECTED = "rejected"  # us: the request itself was wrong


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


class Channel(Protocol):
    """One kind of messenger."""

    name: str

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

    async def thinking(self, account: Account, address: str, last_external_id: str | None) -> None:
        """Show the client that an answer is on its way (and mark as read); never raises."""
        ...

    async def answer_press(self, account: Account, payload: Mapping[str, Any], chat: str) -> None:
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

    async def close(self) -> None:
        """Give the connections back."""
        ...
