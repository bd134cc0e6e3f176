"""
What became of our messages: the channel's receipts, in any order, twice, or early.

Ranks only rise (sent, delivered, read); `failed` overrides `sent` alone.  A
receipt may overtake the answer to our own send: then it is kept until the
message knows its id.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from beautybot.businesses.access import ChannelAccount
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.channels.base import Delivery, Receipt, SendProblem
from beautybot.conversations import messages as talk
from beautybot.conversations.models import early_receipts, messages, outbox
from beautybot.kit.db import remove

RANK = {
    "queued": 0,
    "sending": 0,
    "ambiguous": 0,
    "sent": 1,
    "failed": 1,
    "delivered": 2,
    "read": 3,
}


def settle(conn: Connection, account: ChannelAccount, receipt: Receipt, now: datetime) -> None:
    """Apply one receipt, or keep it for a message that does not know its id yet."""
    reference, _, part = (receipt.reference or "").partition(".")
    if part and receipt.delivery is not Delivery.FAILED:
        return  # of a long text the last bubble tells: the others may still be unsaid
    row = _message(conn, account, receipt, reference)
    if row is None:
        conn.execute(
            insert(early_receipts).values(
                business_id=account.business_id,
                account_id=account.id,
                external_id=receipt.external_id[:200],
                reference=receipt.reference,
                status=receipt.delivery,
                detail=receipt.detail,
                at=receipt.at,
            )
        )
        return
    _apply(conn, account.business_id, row, receipt.delivery, receipt.external_id, now)
    if receipt.delivery is Delivery.FAILED:
        _tell(conn, account, row, receipt, now)


def apply_early(conn: Connection, business_id: int, message_id: int, external_id: str) -> None:
    """Apply the receipts that came before the message knew its id."""
    mine = {"business_id": business_id, "external_id": external_id}
    for early in conn.execute(_EARLY, mine).all():
        row = conn.execute(
            select(messages).where(
                messages.c.business_id == business_id, messages.c.id == message_id
            )
        ).one()
        _apply(conn, business_id, row, Delivery(early.status), external_id, early.at)
        remove(conn, early_receipts, mine)


_EARLY = select(early_receipts).where(
    early_receipts.c.business_id == bindparam("business_id"),
    early_receipts.c.external_id == bindparam("external_id"),
)


def _message(conn: Connection, account: ChannelAccount, receipt: Receipt, reference: str) -> Any:
    mine = (messages.c.business_id == account.business_id, messages.c.account_id == account.id)
    found = conn.execute(
        select(messages).where(*mine, messages.c.external_id == receipt.external_id)
    ).one_or_none()
    if found is None and reference.isdecimal():
        found = conn.execute(
            select(messages).where(
                *mine, messages.c.id == int(reference), messages.c.direction == "outbound"
            )
        ).one_or_none()
    return found


def _apply(
    conn: Connection, business_id: int, row: Any, delivery: Delivery, external_id: str, at: datetime
) -> None:
    have = RANK.get(row.status, 0)
    if delivery is Delivery.FAILED:
        rises = row.status in ("queued", "sending", "ambiguous", "sent")
    else:
        rises = RANK[delivery] > have
    values: dict[str, Any] = {"status": str(delivery)} if rises else {}
    if row.external_id is None:
        # The send itself got no clear answer; the receipt proves that it went out.
        values |= {"external_id": external_id, "sent_at": at}
        conn.execute(
            delete(outbox).where(outbox.c.business_id == business_id, outbox.c.message_id == row.id)
        )
    if values:
        talk.mark(conn, business_id, row.id, **values)


def _tell(
    conn: Connection, account: ChannelAccount, row: Any, receipt: Receipt, now: datetime
) -> None:
    why = {
        SendProblem.WINDOW_CLOSED: "прошло больше суток с последнего сообщения клиента",
        SendProblem.RECIPIENT_GONE: "клиент не может получать сообщения",
    }.get(receipt.problem or SendProblem.REJECTED, receipt.detail or "причина неизвестна")
    talk.mark(conn, account.business_id, row.id, problem=str(receipt.problem or "failed"))
    put_notice(
        conn,
        business_id=account.business_id,
        kind=NoticeKind.NOT_DELIVERED,
        key=f"message:{row.id}",
        text=f"Сообщение клиенту не дошло: {why}. Откройте диалог и свяжитесь другим способом.",
        now=now,
        details={"conversation_id": row.conversation_id},
    )
