"""
What a delivery says, put where it belongs: transaction B of the journey.

Each item goes to its own salon.  A message that is new makes its conversation
due; a repeat changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import DataError, IntegrityError, StatementError

from beautybot.businesses import access
from beautybot.businesses.access import ChannelAccount
from beautybot.businesses.models import channel_accounts
from beautybot.channels.base import (
    AccountNews,
    Channel,
    Echo,
    Edited,
    Ignored,
    Inbound,
    InboundMessage,
    TemplateDecided,
)
from beautybot.conversations import attachments, clients, handoff, inbox, messages as talk
from beautybot.conversations.courtesy import Place
from beautybot.conversations.models import conversations
from beautybot.conversations.tidings import Room, Tiding, heed
from beautybot.kit.db import Database, across_salons, change, one
from beautybot.kit.failpoints import Stage, reached
from beautybot.kit.text import clean

# However fast a client types, the first message waits at most so many bursts.
MOST_BURSTS = 2

# What one item that no database takes may raise; its neighbours are read all the same.
ODD = (DataError, IntegrityError, StatementError, KeyError, TypeError, ValueError, OverflowError)

Parsed = tuple[inbox.Event, Sequence[Inbound]]
Said = InboundMessage | Edited | Echo


@dataclass(frozen=True, slots=True)
class Received:
    """A message that was new, and where its client waits."""

    place: Place
    item: InboundMessage


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
    the accounts that have no app of their own.  A delivery that broke before is
    read item by item, so that an odd one does not cost its neighbours.
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
            room = Room(conn, account, now, burst)
            new = _read(item, room) if event.attempts < 2 else _carefully(item, room, notes)
            if new is not None:
                received.append(new)
                access.note(conn, account.business_id, account.id, last_inbound_at=now)
    outcome = "ignored" if notes and len(notes) >= len(items) else "read"
    inbox.done(conn, event, outcome, "; ".join(notes)[:500] or None)
    reached(Stage.RECORDING)
    return received


def _carefully(item: Said | Tiding, room: Room, notes: list[str]) -> Received | None:
    try:
        with room.conn.begin_nested():
            return _read(item, room)
    except ODD as error:
        notes.append(f"{type(item).__name__} could not be kept: {type(error).__name__}")
        return None


def _accounts(
    conn: Connection, event: inbox.Event, item: Any, shared_app: str | None
) -> list[ChannelAccount]:
    """Whom an item is for, as far as this delivery may speak for them."""
    account = access.by_external_id(conn, event.channel, item.account)
    named = [account] if account else []
    if not named and isinstance(item, AccountNews | TemplateDecided):
        # Meta may name the WABA and not the number.
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


def _read(item: Said | Tiding, room: Room) -> Received | None:
    match item:
        case InboundMessage():
            return _message(item, room)
        case Edited():
            talk.edit(room.conn, room.account, item.external_id, item.text, room.now)
        case Echo():
            _echo(item, room)
        case _:
            heed(item, room)
    return None


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
    if dict(item.reply_with) != conversation.reply_with:
        values["reply_with"] = dict(item.reply_with)
    if item.wants_turn and not _only_listens(account, item):
        values |= _due(conversation, message_id, item, room)
    _update(room, conversation.id, values)
    if item.kind in attachments.KINDS:
        attachments.expect(conn, account.business_id, conversation.id, message_id, item, room.now)
    place = Place(
        account.business_id,
        account.id,
        conversation.id,
        account.channel,
        item.address,
        item.reply_with,
    )
    return Received(place, item)


def _only_listens(account: ChannelAccount, item: InboundMessage) -> bool:
    """True in an owner's own account where she lets the bot read and not write."""
    links = account.details.get("owners_accounts")
    link = links.get(str(item.reply_with.get("link"))) if isinstance(links, dict) else None
    return isinstance(link, dict) and not link.get("answers")


def _due(conversation: Any, message_id: int, item: InboundMessage, room: Room) -> dict[str, Any]:
    """When the turn runs: after the burst, at once for a press; a running turn sees the number."""
    values: dict[str, Any] = {"inbound_seq": message_id}
    if conversation.leased_by is not None:
        return values
    since = conversation.waiting_since or room.now
    wait = timedelta(0) if item.answers_at_once else room.burst
    latest = since + MOST_BURSTS * room.burst
    return values | {"waiting_since": since, "due_at": min(room.now + wait, latest)}


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
