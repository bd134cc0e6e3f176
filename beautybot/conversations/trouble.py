"""A turn that breaks: tried again, and in the end a person's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.conversations import handoff, turns
from beautybot.conversations.turns import Claim
from beautybot.kit.text import one_line


def give_up_or_retry(conn: Connection, claim: Claim, now: datetime, error: str) -> None:
    """A turn broke: try again, and after the last try hand the client to a person."""
    if not turns.failed(conn, claim, now):
        return
    handoff.start(
        conn,
        claim.business_id,
        claim.conversation_id,
        reason="trouble",
        by="agent",
        now=now,
        summary="",
    )
    put_notice(
        conn,
        business_id=claim.business_id,
        kind=NoticeKind.TROUBLE,
        key=f"turn:{claim.conversation_id}:{claim.inbound_seq}",
        text="Не получилось ответить клиенту: диалог ждёт вас. "
        f"Техническая причина: {one_line(error, 120)}",
        now=now,
        details={"conversation_id": claim.conversation_id},
    )
