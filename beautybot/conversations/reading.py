"""
What a delivery says, put where it belongs: transaction B of the journey.

Each item goes to its own salon.  A message that is new makes its conversation
due; a repeat changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
    Kind,
    TemplateDecided,
)
from beautybot.conversations import arrivals, clients, handoff, inbox, messages as talk
from beautybot.conversations.arrivals import Received
from beautybot.conversations.tidings import Room, Tiding, heed
from beautybot.kit.db import Database, across_salons
from beautybot.kit.failpoints import Stage, reached

PILE = 64
"""So many messages of one client are stored at one go: a few milliseconds of everybody's commit."""

# What one item that no database takes may raise; its neighbours are read all the same.
ODD = (DataError, IntegrityError, StatementError, KeyError, TypeError, ValueError, OverflowError)

Parsed = tuple[inbox.Event, Sequence[Inbound]]
Said = InboundMessage | Edited | Echo


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


def piles(those: Sequence[Parsed]) -> list[Sequence[Parsed]]:
    """One person's deliveries in their order: plain messages beside each other are one pile."""
    found: list[list[Parsed]] = []
    for one_of_them in those:
        last = found[-1] if found else None
        if last and len(last) < PILE and _alike(last[-1], one_of_them):
            last.append(one_of_them)
        else:
            found.append([one_of_them])
    return list(found)


def _alike(one: Parsed, other: Parsed) -> bool:
    """True of two deliveries that hold a written message each and differ in nothing else."""
    (event, items), (next_event, next_items) = one, other
    if event.attempts > 1 or next_event.attempts > 1 or len(items) != 1 or len(next_items) != 1:
        return False
    item, after = items[0], next_items[0]
    return (
        isinstance(item, InboundMessage)
        and isinstance(after, InboundMessage)
        and item.kind is after.kind is Kind.TEXT
        and item.wants_turn
        and after.wants_turn
        and (item.account, item.identities, item.address, item.reply_with)
        == (after.account, after.identities, after.address, after.reply_with)
        and (event.account_id, event.signed_by) == (next_event.account_id, next_event.signed_by)
    )


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
    _done(conn, [event], outcome, "; ".join(notes)[:500] or None)
    return received


def record_pile(
    conn: Connection,
    pile: Sequence[Parsed],
    *,
    now: datetime,
    burst: timedelta,
    shared_app: str | None = None,
) -> list[Received]:
    """
    The same for a whole pile, at the price of one message.

    Who floods a chat writes hundreds; each must be kept, and none may keep the
    others from being read.
    """
    event, items = pile[0]
    accounts = _accounts(conn, event, items[0], shared_app)
    messages = [item for _, (item, *_) in pile if isinstance(item, InboundMessage)]
    received: list[Received] = []
    for account in accounts:
        new = arrivals.keep(messages, Room(conn, account, now, burst))
        if new is not None:
            received.append(new)
            access.note(conn, account.business_id, account.id, last_inbound_at=now)
    if accounts:
        _done(conn, [event for event, _ in pile], "read")
        return received
    for event, items in pile:  # the note says why
        record(conn, event, items, now=now, burst=burst, shared_app=shared_app)
    return received


def _done(
    conn: Connection, events: Sequence[inbox.Event], outcome: str, note: str | None = None
) -> None:
    if len(events) == 1:
        inbox.done(conn, events[0], outcome, note)
    else:
        inbox.all_done(conn, events)
    reached(Stage.RECORDING)


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
            return arrivals.keep([item], room)
        case Edited():
            talk.edit(room.conn, room.account, item.external_id, item.text, room.now)
        case Echo():
            _echo(item, room)
        case _:
            heed(item, room)
    return None


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
    conversation = arrivals.conversation_of(room, client_id, item.address)
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
