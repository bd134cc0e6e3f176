"""
What a delivery says, put where it belongs: transaction B of the journey.

Each item goes to its own salon.  A message that is new makes its conversation
due; a repeat changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import singledispatch
from typing import Any

from sqlalchemy import Connection, select, update

from beautybot.businesses import access
from beautybot.businesses.access import ChannelAccount
from beautybot.businesses.models import channel_accounts
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.channels.base import (
    AccountNews,
    Channel,
    Echo,
    Edited,
    IdentityChanged,
    Ignored,
    Inbound,
    InboundMessage,
    Reachability,
    Receipt,
)
from beautybot.conversations import clients, handoff, inbox, messages as talk, settling
from beautybot.conversations.courtesy import Place
from beautybot.conversations.models import conversations
from beautybot.kit.db import Database, across_salons, change, one
from beautybot.kit.failpoints import Stage, reached
from beautybot.kit.text import clean

# However fast a client types, the first message waits at most so many bursts.
MOST_BURSTS = 2

Parsed = tuple[inbox.Event, Sequence[Inbound]]


@dataclass(frozen=True, slots=True)
class Received:
    """A message that was new, and where its client waits."""

    place: Place
    item: InboundMessage


@dataclass(frozen=True, slots=True)
class Room:
    """What reading one item needs: the account it came to, the time, and how long bursts last."""

    conn: Connection
    account: ChannelAccount
    now: datetime
    burst: timedelta


async def items_of(event: inbox.Event, channel: Channel, db: Database) -> Sequence[Inbound]:
    """The items of a delivery; where the door proved the account, they are all its own."""
    items = channel.parse(event.body, event.received_at)
    if event.account_id is None:
        return items
    external_id = await db.read(external_id_of, event.account_id)
    return of_account(items, external_id)


def side_by_side(parsed: Sequence[Parsed]) -> list[list[Parsed]]:
    """
    Deliveries that may be stored at one time: each list is one person's, in order.

    A delivery that speaks of several people keeps everything in one list.
    """
    lists: dict[str, list[Parsed]] = {}
    for event, items in parsed:
        people = {item.address for item in items if isinstance(item, InboundMessage | Echo)}
        if len(people) > 1:
            return [list(parsed)]
        lists.setdefault(people.pop() if people else f"event {event.id}", []).append((event, items))
    return list(lists.values())


def record(
    conn: Connection,
    event: inbox.Event,
    items: Sequence[Inbound],
    *,
    now: datetime,
    burst: timedelta,
    shared_app: str | None = None,
) -> list[Received]:
    """
    Put every item of a delivery where it belongs and mark the delivery read.

    `shared_app` is the mark of the installation's own Meta app: it speaks for
    the accounts that have no app of their own.
    """
    received: list[Received] = []
    notes: list[str] = []
    for item in items:
        if isinstance(item, Ignored):
            notes.append(item.reason)
            continue
        accounts = _accounts(conn, event, item, shared_app)
        if not accounts:
            notes.append(f"account {item.account[:40]} is not ours, or not of this signature")
        for account in accounts:
            new = _read(item, Room(conn, account, now, burst))
            if new is not None:
                received.append(new)
                access.note(conn, account.business_id, account.id, last_inbound_at=now)
    outcome = "ignored" if notes and len(notes) == len(items) else "read"
    inbox.done(conn, event, outcome, "; ".join(notes)[:500] or None)
    reached(Stage.RECORDING)
    return received


def _accounts(
    conn: Connection, event: inbox.Event, item: Any, shared_app: str | None
) -> list[ChannelAccount]:
    """Whom an item is for, as far as this delivery may speak for them."""
    account = access.by_external_id(conn, event.channel, item.account)
    named = [account] if account else []
    if not named and isinstance(item, AccountNews):  # Meta may name the WABA and not the number
        everyone = access.of_channel(conn, event.channel)
        named = [a for a in everyone if a.details.get("waba_id") == item.account]
    return [a for a in named if _may_speak_for(event, a, shared_app)]


def _may_speak_for(event: inbox.Event, account: ChannelAccount, shared_app: str | None) -> bool:
    if event.account_id is not None:
        return account.id == event.account_id
    # An account whose app is its own may be spoken for by that app alone.
    own = account.details.get("app_mark") or shared_app
    return event.signed_by is None or event.signed_by == own


def external_id_of(conn: Connection, account_id: int) -> str:
    """The channel's own name of an account that a door has proven."""
    name: str = conn.execute(
        across_salons(
            select(channel_accounts.c.external_id).where(channel_accounts.c.id == account_id)
        )
    ).scalar_one()
    return name


def of_account(items: Sequence[Inbound], external_id: str) -> list[Inbound]:
    """The same items, said to have come to the account that the door has proven."""
    return [replace(item, account=external_id) for item in items]


@singledispatch
def _read(item: Any, room: Room) -> Received | None:
    raise TypeError(f"no rule for {type(item).__name__}")


@_read.register
def _message(item: InboundMessage, room: Room) -> Received | None:
    conn, account = room.conn, room.account
    client_id = clients.recognise(
        conn,
        account.business_id,
        account.channel,
        item.identities,
        name=clean(item.name, 80).strip() or None if item.name else None,
        phone=item.phone,
        now=room.now,
    )
    conversation = _conversation(room, client_id, item.address)
    message_id = talk.keep_inbound(conn, account, conversation.id, item, room.now)
    if message_id is None:
        return None
    values: dict[str, Any] = {
        "address": item.address,
        "last_inbound_at": max(item.sent_at, conversation.last_inbound_at or item.sent_at),
        "last_message_at": room.now,
        "unreachable_at": None,
    }
    if item.wants_turn:
        values |= _due(conversation, message_id, item, room)
    _update(room, conversation.id, values)
    place = Place(account.business_id, account.id, conversation.id, account.channel, item.address)
    return Received(place, item)


def _due(conversation: Any, message_id: int, item: InboundMessage, room: Room) -> dict[str, Any]:
    """When the turn runs: after the burst, at once for a press; a running turn sees the number."""
    values: dict[str, Any] = {"inbound_seq": message_id}
    if conversation.leased_by is not None:
        return values
    since = conversation.waiting_since or room.now
    wait = timedelta(0) if item.answers_at_once else room.burst
    latest = since + MOST_BURSTS * room.burst
    return values | {"waiting_since": since, "due_at": min(room.now + wait, latest)}


@_read.register
def _edited(item: Edited, room: Room) -> None:
    talk.edit(room.conn, room.account, item.external_id, item.text, room.now)


@_read.register
def _echo(item: Echo, room: Room) -> None:
    client_id = clients.recognise(
        room.conn,
        room.account.business_id,
        room.account.channel,
        item.identities,
        name=None,
        phone=None,
        now=room.now,
    )
    conversation = _conversation(room, client_id, item.address)
    kept = talk.keep_echo(room.conn, room.account, conversation.id, item, room.now)
    if kept:
        handoff.start(
            room.conn,
            room.account.business_id,
            conversation.id,
            reason="owner_writes",
            by="owner",
            now=room.now,
        )


@_read.register
def _receipt(item: Receipt, room: Room) -> None:
    settling.settle(room.conn, room.account, item, room.now)


@_read.register
def _identity(item: IdentityChanged, room: Room) -> None:
    business_id = room.account.business_id
    clients.rekey(room.conn, business_id, room.account.channel, item.old, item.new, room.now)


@_read.register
def _reachability(item: Reachability, room: Room) -> None:
    room.conn.execute(
        update(conversations)
        .where(
            conversations.c.business_id == room.account.business_id,
            conversations.c.account_id == room.account.id,
            conversations.c.address == item.address,
        )
        .values(unreachable_at=None if item.reachable else room.now)
    )


@_read.register
def _news(item: AccountNews, room: Room) -> None:
    put_notice(
        room.conn,
        business_id=room.account.business_id,
        kind=NoticeKind.CHANNEL_BROKEN,
        key=f"{item.kind}:{room.account.id}:{room.now:%Y-%m-%d}",
        text=item.text,
        now=room.now,
        details={"account_id": room.account.id},
    )


def _conversation(room: Room, client_id: int, address: str) -> Any:
    """The locked row of this client's conversation on this account, made if it is the first."""
    mine = {"business_id": room.account.business_id, "account_id": room.account.id}
    row = one(room.conn, conversations, mine | {"client_id": client_id}, lock=True)
    if row is not None:
        return row
    # Somebody else had this address before (a recycled number): nothing more goes there for them.
    gone = {"unreachable_at": room.now}
    change(room.conn, conversations, mine | {"address": address}, gone)
    talk.open_conversation(room.conn, room.account, client_id, address, room.now)
    return one(room.conn, conversations, mine | {"client_id": client_id}, lock=True)


def _update(room: Room, conversation_id: int, values: dict[str, Any]) -> None:
    mine = {"business_id": room.account.business_id, "id": conversation_id}
    change(room.conn, conversations, mine, values)
