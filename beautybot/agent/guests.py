"""Somebody without a messenger of ours asks for a person: kept, told, and open in the inbox."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from beautybot.agent import public, visitors
from beautybot.booking import tickets
from beautybot.booking.tickets import KeyReused
from beautybot.businesses import access, notices
from beautybot.businesses.access import ChannelAccount
from beautybot.businesses.notices import Notice, NoticeKind
from beautybot.businesses.salons import Business
from beautybot.channels.base import Identity, IdentityKind, InboundMessage, Kind
from beautybot.conversations import clients, handoff, messages
from beautybot.conversations.models import conversations
from beautybot.kit.db import change, one
from beautybot.kit.text import clean, one_line

PER_SUBJECT, PER_SALON = 5, 20
"""In an hour: so many are told, the rest is on the dashboard."""
KEPT_HOURS = 24
"""So long a repeat of a call is known."""
CHANNEL = "guest"


@dataclass(frozen=True, slots=True)
class Plea:
    """What a guest asks a person for, as it was typed; `key` makes a repeat of the call known."""

    reason: str
    message: str = ""
    name: str = ""
    phone: str = ""
    key: str = ""


def ask(conn: Connection, salon: str, plea: Plea, *, subject: str, now: datetime) -> dict[str, Any]:
    """
    Tell the salon that somebody wants a person; NotFound, BadRequest, KeyReused.

    Every request is kept and shown; only so many an hour are sent.  The same
    call with the same key is one request.  A typed phone is nobody's identity:
    it is shown to the salon and believed by nobody.
    """
    business = visitors.opened(conn, salon, visitors.lets_assistants_in)
    if not plea.reason.strip():
        raise public.BadRequest("reason must say what the client needs")
    called = public.normalised(plea.phone)
    contact = " ".join(filter(None, (one_line(plea.name, 60), called))) or "не оставлен"
    said = f" «{one_line(plea.message, 160)}»" if plea.message.strip() else ""
    reason = one_line(plea.reason, 160)
    text = clean(f"Просят человека через ChatGPT: {reason}.{said} Контакт: {contact}.", 500)
    account = _account(conn, business, now)
    talk = _conversation(conn, account, subject, plea.name, now)
    mark = tickets.hashed(plea.key or secrets.token_hex(16))[:20]
    before = _before(conn, business.id, subject, mark, now) if plea.key else None
    if before is not None and before.text != text:
        raise KeyReused("this Idempotency-Key was used for another request")
    if before is not None:
        return _answer(bool(before.details.get("told")), called)
    _keep(conn, account, talk, subject, mark, text, now)
    return _answer(_tell(conn, business, text, talk, subject, mark, called, now), called)


def _answer(told: bool, called: str) -> dict[str, Any]:
    words = "The salon was told and will contact the client"
    how = "by the phone that was left." if called else "only if it can: no phone was left."
    kept = "The salon will see the request on its dashboard"
    return {"notified": told, "message": f"{words if told else kept} {how}"}


def _before(
    conn: Connection, business_id: int, subject: str, mark: str, now: datetime
) -> Notice | None:
    hours = (now - timedelta(hours=n) for n in range(KEPT_HOURS + 1))
    keys = [f"{_begins(subject, hour)}{mark}" for hour in hours]
    return notices.of_keys(conn, business_id, NoticeKind.SUPPORT, keys)


def _begins(subject: str, now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H}:{subject[:40]}:"


def _tell(
    conn: Connection,
    business: Business,
    text: str,
    talk: int,
    subject: str,
    mark: str,
    phone: str,
    now: datetime,
) -> bool:
    begins = _begins(subject, now)
    counted = ((begins, PER_SUBJECT), (f"{now:%Y-%m-%dT%H}:", PER_SALON))
    told = all(
        notices.count(conn, business.id, NoticeKind.SUPPORT, key, most=most) < most
        for key, most in counted
    )
    details: dict[str, Any] = {"conversation_id": talk, "subject": subject[:40], "told": told}
    notices.put(
        conn,
        business_id=business.id,
        kind=NoticeKind.SUPPORT,
        key=f"{begins}{mark}",
        text=text,
        now=now,
        details=details | ({"phone": phone} if phone else {}),
        told=told,
    )
    return told


def _conversation(
    conn: Connection, account: ChannelAccount, subject: str, name: str, now: datetime
) -> int:
    """The guest's conversation, theirs alone until the commit; we cannot write to them there."""
    known = Identity(IdentityKind.GUEST, subject[:60])
    shown = one_line(name, 60) or "Гость из ChatGPT"
    client_id = clients.recognise(
        conn, account.business_id, CHANNEL, (known,), name=shown, phone=None, now=now
    )
    messages.open_conversation(conn, account, client_id, subject[:60], now)
    mine = {
        "business_id": account.business_id,
        "account_id": account.id,
        "client_id": client_id,
    }
    row = one(conn, conversations, mine, lock=True)
    assert row is not None
    return int(row.id)


def _keep(
    conn: Connection,
    account: ChannelAccount,
    talk: int,
    subject: str,
    mark: str,
    text: str,
    now: datetime,
) -> None:
    """What they asked for, in the conversation, which now waits for a person."""
    item = InboundMessage(
        account=account.external_id,
        external_id=f"{subject[:40]}:{mark}",
        address=subject[:60],
        identities=(Identity(IdentityKind.GUEST, subject[:60]),),
        kind=Kind.TEXT,
        text=text,
        sent_at=now,
        wants_turn=False,
    )
    messages.keep_inbound(conn, account, talk, [item], now)
    change(
        conn,
        conversations,
        {"business_id": account.business_id, "id": talk},
        {"last_inbound_at": now, "last_message_at": now},
    )
    business_id = account.business_id
    handoff.start(conn, business_id, talk, reason="asked", by="client", now=now, summary=text)


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
