"""What a client wrote, put into the conversation: each message once, and the turn made due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from beautybot.businesses.access import ChannelAccount
from beautybot.channels.base import InboundMessage
from beautybot.conversations import attachments, clients, messages as talk
from beautybot.conversations.courtesy import Place
from beautybot.conversations.models import conversations
from beautybot.conversations.tidings import Room
from beautybot.kit.db import change, one
from beautybot.kit.text import clean

# However fast a client types, the first message waits at most so many bursts.
MOST_BURSTS = 2


@dataclass(frozen=True, slots=True)
class Received:
    """A message that was new, and where its client waits."""

    place: Place
    item: InboundMessage


def keep(items: Sequence[InboundMessage], room: Room) -> Received | None:
    """Keep what one client wrote; where it is more than one, all are written words."""
    conn, account, item = room.conn, room.account, items[-1]
    client_id = clients.recognise(
        conn,
        account.business_id,
        account.channel,
        item.identities,
        name=clean(item.name, 80).strip() or None if item.name else None,
        phone=item.phone,
        now=room.now,
    )
    conversation = conversation_of(room, client_id, item.address)
    new = talk.keep_inbound(conn, account, conversation.id, items, room.now)
    if not new:
        return None
    newest = max(one.sent_at for one in items)
    values: dict[str, Any] = {
        "address": item.address,
        "last_inbound_at": max(newest, conversation.last_inbound_at or newest),
        "last_message_at": room.now,
        "unreachable_at": None,
    }
    if dict(item.reply_with) != conversation.reply_with:
        values["reply_with"] = dict(item.reply_with)
    if item.wants_turn and not _only_listens(account, item):
        values |= _due(conversation, max(new), item, room)
    _update(room, conversation.id, values)
    if item.kind in attachments.KINDS:
        attachments.expect(conn, account.business_id, conversation.id, new[0], item, room.now)
    place = Place(
        account.business_id,
        account.id,
        conversation.id,
        account.channel,
        item.address,
        item.reply_with,
        rests=conversation.rests_until is not None and conversation.rests_until > room.now,
    )
    return Received(place, item)


def _only_listens(account: ChannelAccount, item: InboundMessage) -> bool:
    """True in an owner's own account where she lets the bot read and not write."""
    links = account.details.get("owners_accounts")
    link = links.get(str(item.reply_with.get("link"))) if isinstance(links, dict) else None
    return isinstance(link, dict) and not link.get("answers")


def _due(conversation: Any, message_id: int, item: InboundMessage, room: Room) -> dict[str, Any]:
    """
    When the turn runs: after the burst, at once for a press, never in a rest.

    A running turn sees the number.
    """
    values: dict[str, Any] = {"inbound_seq": message_id}
    if conversation.leased_by is not None:
        return values
    since = conversation.waiting_since or room.now
    wait = timedelta(0) if item.answers_at_once else room.burst
    latest = since + MOST_BURSTS * room.burst
    due_at = min(room.now + wait, latest)
    return values | {
        "waiting_since": since,
        "due_at": max(due_at, conversation.rests_until or due_at),
    }


def conversation_of(room: Room, client_id: int, address: str) -> Any:
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
