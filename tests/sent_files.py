"""A client who has sent a file, as it stands in the database once it was fetched."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from beautybot.businesses import access
from beautybot.businesses.salons import Business
from beautybot.channels.base import Identity, IdentityKind, InboundMessage, Kind, Media
from beautybot.conversations import attachments, clients, history, messages
from beautybot.kit import clock


def from_olga(
    conn: Connection, salon: Business, kind: Kind, media: Media, payload: dict[str, Any]
) -> None:
    """Ольга writes to the salon for the first time, and sends it."""
    now = clock.now()
    olga = (Identity(IdentityKind.CONSOLE, "olga"),)
    account = access.connect(
        conn,
        business_id=salon.id,
        channel="console",
        external_id="terminal",
        display="terminal",
        details={},
        now=now,
    )
    client = clients.recognise(conn, salon.id, "console", olga, name="Ольга", phone=None, now=now)
    messages.open_conversation(conn, account, client, "olga", now)
    (talk,) = history.listing(conn, salon.id, now)
    item = InboundMessage("terminal", "1", "olga", olga, kind, "", now, payload=payload)
    (message_id,) = messages.keep_inbound(conn, account, talk.id, [item], now)
    attachments.expect(conn, salon.id, talk.id, message_id, item, now)
    wanted = attachments.wanted(conn, salon.id, 1)
    assert wanted is not None
    attachments.keep(conn, wanted, media, now)
