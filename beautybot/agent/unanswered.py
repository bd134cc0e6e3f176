"""
Clients who were promised a person, and nobody came.

The client is told once that the message is not lost; the salon's people are
reminded, and reminded again.  In a channel where the agent is to be silent, only
the people are.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from beautybot.agent.reply import phrase
from beautybot.businesses import access, salons
from beautybot.businesses.notices import NoticeKind, put as put_notice
from beautybot.conversations import handoff, outbox
from beautybot.conversations.handoff import Waiting
from beautybot.kit.text import one_line
from beautybot.notifications.quiet import is_quiet

PATIENCE = timedelta(minutes=15)
AGAIN = timedelta(hours=1)
LONG_AGO = timedelta(hours=12)


def remind(conn: Connection, now: datetime) -> int:
    """Tell everybody concerned, each once; how many were told anything."""
    waiting = handoff.unanswered(conn, now, since=now - LONG_AGO, until=now - PATIENCE)
    return sum(_remind(conn, one, now) for one in waiting)


def _remind(conn: Connection, one: Waiting, now: datetime) -> bool:
    business = salons.get(conn, one.business_id)
    # At night nobody is expected to answer, nor in the first minutes of the day.
    if not business.agent_enabled or is_quiet(business, now) or is_quiet(business, now - PATIENCE):
        return False
    if _tell_salon(conn, one, now, "first"):
        if (
            access.get(conn, business.id, one.account_id).channel
            in business.settings.agent_silent_in
        ):
            return True  # there only people speak
        _tell_client(conn, one, now, phrase("service_inquiry.still_waiting", business.tone))
        return True
    long = now - one.handoff.since >= AGAIN and not is_quiet(business, now - AGAIN)
    return long and _tell_salon(conn, one, now, "again")


def _tell_salon(conn: Connection, one: Waiting, now: datetime, which: str) -> bool:
    minutes = int((now - one.handoff.since) / timedelta(minutes=1))
    return put_notice(
        conn,
        business_id=one.business_id,
        kind=NoticeKind.HANDOFF,
        key=f"waiting:{one.handoff.id}:{which}",
        text=f"Клиент всё ещё ждёт человека, уже {minutes} мин. "
        f"{one_line(one.handoff.summary, 400)}".strip(),
        now=now,
        details={"conversation_id": one.handoff.conversation_id},
    )


def _tell_client(conn: Connection, one: Waiting, now: datetime, text: str) -> None:
    outbox.put(
        conn,
        business_id=one.business_id,
        conversation_id=one.handoff.conversation_id,
        account_id=one.account_id,
        draft=outbox.Draft(text, author="system"),
        now=now,
    )
