"""What a channel says besides messages: what arrived, who is who now, how an account is doing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import Connection, update

from beautybot.businesses import access
from beautybot.businesses.access import ChannelAccount
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.channels.base import (
    AccountNews,
    IdentityChanged,
    MarketingWish,
    OwnersAccount,
    Reachability,
    Receipt,
    TemplateDecided,
)
from beautybot.conversations import consents, identities, settling
from beautybot.conversations.consents import Purpose
from beautybot.conversations.models import conversations
from beautybot.kit.db import change

Tiding = (
    Receipt
    | IdentityChanged
    | Reachability
    | AccountNews
    | TemplateDecided
    | MarketingWish
    | OwnersAccount
)

# After one of these a template may not be sent any more.
DEAD_TEMPLATE = frozenset({"REJECTED", "PAUSED", "DISABLED", "PENDING_DELETION", "DELETED"})


@dataclass(frozen=True, slots=True)
class Room:
    """What reading one item needs: the account it came to, the time, and how long bursts last."""

    conn: Connection
    account: ChannelAccount
    now: datetime
    burst: timedelta


def heed(item: Tiding, room: Room) -> None:
    """Let one item change what is known."""
    match item:
        case Receipt():
            settling.settle(room.conn, room.account, item, room.now)
        case IdentityChanged():
            _renamed(item, room)
        case Reachability():
            _reachable(item, room)
        case AccountNews():
            _tell(room, f"{item.kind}:{room.account.id}:{room.now:%Y-%m-%d}", item.text)
        case TemplateDecided():
            _template(item, room)
        case MarketingWish():
            if not item.wanted:  # a yes to advertising is never taken from a messenger's switch
                _no_advertising(item, room)
        case OwnersAccount():
            _owners_account(item, room)
        case _:
            assert_never(item)


def _no_advertising(item: MarketingWish, room: Room) -> None:
    business_id = room.account.business_id
    for client_id in set(identities.owners_of(room.conn, business_id, item.identities).values()):
        consents.withdraw(room.conn, business_id, client_id, Purpose.ADVERTISING, room.now)


def _renamed(item: IdentityChanged, room: Room) -> None:
    """The client is written to under the new name from now on."""
    business_id = room.account.business_id
    client_id = identities.rekey(
        room.conn, business_id, room.account.channel, item.old, item.new, room.now
    )
    if client_id is not None:
        theirs = {"business_id": business_id, "client_id": client_id, "address": item.old.value}
        change(room.conn, conversations, theirs, {"address": item.new.value})


def _reachable(item: Reachability, room: Room) -> None:
    room.conn.execute(
        update(conversations)
        .where(
            conversations.c.business_id == room.account.business_id,
            conversations.c.account_id == room.account.id,
            conversations.c.address == item.address,
        )
        .values(unreachable_at=None if item.reachable else room.now)
    )


def _template(item: TemplateDecided, room: Room) -> None:
    """Keep the decision beside the account; the owner hears of one that stops our reminders."""
    known = room.account.details.get("templates")
    templates = dict(known) if isinstance(known, dict) else {}
    templates[item.name] = item.status
    details = {**room.account.details, "templates": templates}
    access.note(room.conn, room.account.business_id, room.account.id, details=details)
    if item.status in DEAD_TEMPLATE:
        words = (
            f"WhatsApp не пропускает шаблон «{item.name}»: "
            "напоминания после суток молчания не уйдут."
        )
        _tell(room, f"template:{item.name}:{room.account.id}:{room.now:%Y-%m-%d}", words)


def _owners_account(item: OwnersAccount, room: Room) -> None:
    known = room.account.details.get("owners_accounts")
    links = dict(known) if isinstance(known, dict) else {}
    links[item.link] = {"owner": item.owner, "answers": item.answers}
    details = {**room.account.details, "owners_accounts": links}
    access.note(room.conn, room.account.business_id, room.account.id, details=details)


def _tell(room: Room, key: str, text: str) -> None:
    put_notice(
        room.conn,
        business_id=room.account.business_id,
        kind=NoticeKind.CHANNEL_BROKEN,
        key=key,
        text=text,
        now=room.now,
        details={"account_id": room.account.id},
    )
