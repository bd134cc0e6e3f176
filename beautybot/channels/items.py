"""
What a messenger tells us, as plain values: messages, receipts, changes of who is who.

Strings in them hold no NUL and no lone surrogate, and what goes into a key is
short enough for one: a database can keep every item as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class SendProblem(StrEnum):
    """Failed sends, named by who can mend them."""

    UNREACHABLE = "unreachable"  # the channel does not answer; nothing happened there: later
    AMBIGUOUS = "ambiguous"  # it may have been delivered: timeout or 5xx after the request left
    THROTTLED = "throttled"  # wait, in `scope`
    CREDENTIALS = "credentials"  # the owner: token, permission, account
    RECIPIENT_GONE = "recipient_gone"  # the client: blocked us, no such number
    WINDOW_CLOSED = "window_closed"  # nobody: a template, or a person
    REJECTED = "rejected"  # us: the request itself was wrong


class IdentityKind(StrEnum):
    """How a client is known on a channel."""

    WA_PHONE = "wa_phone"  # digits of E.164, proven by the messenger it came through
    WA_BSUID = "wa_bsuid"
    TG_USER = "tg_user"
    CONSOLE = "console"
    GUEST = "guest"  # somebody without a messenger: a hash of who called


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
    `reply_with` is what an answer must carry beside the address: the thread,
    the owner's own account through which the bot may speak.
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
    reply_with: Mapping[str, Any] = field(default_factory=dict)


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
class TemplateDecided:
    """Meta's decision about a template of ours: APPROVED, REJECTED, PAUSED, DISABLED, …"""

    account: str
    name: str
    status: str


@dataclass(frozen=True, slots=True)
class MarketingWish:
    """A client told the messenger itself whether the salon may send advertising."""

    account: str
    identities: tuple[Identity, ...]
    wanted: bool


@dataclass(frozen=True, slots=True)
class OwnersAccount:
    """
    An owner let the bot into her own account, or took it out again.

    `link` is named by every message that comes through it; `answers` False:
    the bot may read there and must not write.
    """

    account: str
    link: str
    owner: str
    answers: bool


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
    | TemplateDecided
    | MarketingWish
    | OwnersAccount
    | Ignored
)
