"""Somebody without a messenger of ours asks for a person: kept, told, and open in the inbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from beautybot.agent import public, visitors
from beautybot.businesses import access, notices
from beautybot.businesses.access import ChannelAccount
from beautybot.businesses.notices import NoticeKind
from beautybot.businesses.salons import Business
from beautybot.channels.base import Identity, IdentityKind, InboundMessage, Kind
from beautybot.conversations import clients, handoff, messages
from beautybot.conversations.models import conversations
from beautybot.kit.db import change, one
from beautybot.kit.text import clean, one_line

PER_SUBJECT, PER_SALON = 5, 20
"""In an hour: so many are told, the rest is on the dashboard."""
CHANNEL = "guest"


def ask(
    conn: Connection,
    salon: str,
    reason: str,
    message: str,
    name: str,
    phone: str,
    *,
    subject: str,
    now: datetime,
) -> dict[str, Any]:
    """
    Tell the salon that somebody wants a person; NotFound, BadRequest.

    Every request is kept and shown; only so many an hour are sent.  A typed
    phone is nobody's identity: it is shown to the salon and believed by nobody.
    """
    business = visitors.opened(conn, salon, visitors.lets_assistants_in)
    if not reason.strip():
        raise public.BadRequest("reason must say what the client needs")
    called = public.normalised(phone)
    contact = " ".join(filter(None, (one_line(name, 60), called))) or "не оставлен"
    said = f" «{one_line(message, 160)}»" if message.strip() else ""
    text = f"Просят человека через ChatGPT: {one_line(reason, 160)}.{said} Контакт: {contact}."
    talk = _conversation(conn, business, subject, clean(text, 500), name, now)
    told = _tell(conn, business, text, talk, subject, called, now)
    words = "The salon was told and will contact the client"
    how = "by the phone that was left." if called else "only if it can: no phone was left."
    kept = "The salon will see the request on its dashboard"
    return {"notified": told, "message": f"{words if told else kept} {how}"}


def _tell(
    conn: Connection,
    business: Business,
    text: str,
    talk: int,
    subject: str,
    phone: str,
    now: datetime,
) -> bool:
    hour = f"{now:%Y-%m-%dT%H}"
    theirs = notices.count(conn, business.id, NoticeKind.SUPPORT, f"{hour}:{subject[:40]}:")
    everybodys = notices.count(conn, business.id, NoticeKind.SUPPORT, f"{hour}:")
    told = theirs < PER_SUBJECT and everybodys < PER_SALON
    details: dict[str, Any] = {"conversation_id": talk, "subject": subject[:40]}
    notices.put(
        conn,
        business_id=business.id,
        kind=NoticeKind.SUPPORT,
        key=f"{hour}:{subject[:40]}:{theirs}",
        text=clean(text, 500),
        now=now,
        details=details | ({"phone": phone} if phone else {}),
        told=told,
    )
    return told


def _conversation(
    conn: Connection, business: Business, subject: str, text: str, name: str, now: datetime
) -> int:
    """The guest's conversation, waiting for a person; we cannot write to them there."""
    account = _account(conn, business, now)
    known = Identity(IdentityKind.GUEST, subject[:60])
    shown = one_line(name, 60) or "Гость из ChatGPT"
    client_id = clients.recognise(
        conn, business.id, CHANNEL, (known,), name=shown, phone=None, now=now
    )
    messages.open_conversation(conn, account, client_id, subject[:60], now)
    mine = {"business_id": business.id, "account_id": account.id, "client_id": client_id}
    row = one(conn, conversations, mine, lock=True)
    assert row is not None
    item = InboundMessage(
        account=account.external_id,
        external_id=f"{subject[:40]}:{now.isoformat()}",
        address=subject[:60],
        identities=(known,),
        kind=Kind.TEXT,
        text=text,
        sent_at=now,
        wants_turn=False,
    )
    messages.keep_inbound(conn, account, row.id, item, now)
    change(
        conn,
        conversations,
        {"business_id": business.id, "id": row.id},
        {"last_inbound_at": now, "last_message_at": now},
    )
    handoff.start(conn, business.id, row.id, reason="asked", by="client", now=now, summary=text)
    return int(row.id)


def _account(conn: Connection, business: Business, now: datetime) -> ChannelAccount:
    name = f"guests-{business.id}"
    found = access.by_external_id(conn, CHANNEL, name)
    return found or access.connect(
        conn,
        business_id=business.id,
        channel=CHANNEL,
        external_id=name,
        display="ChatGPT",
        details={},
        now=now,
    )
