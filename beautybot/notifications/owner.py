"""Notices to a salon's people through the global BeautyBot bot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from beautybot.businesses import users
from beautybot.businesses.models import notices
from beautybot.businesses.notices import Notice, notice
from beautybot.channels.base import Account, Channel, Outbound, SendError
from beautybot.kit import log
from beautybot.kit.clock import Clock
from beautybot.kit.db import Database
from beautybot.kit.leases import backoff, claim, finish

logger = log.get(__name__)
GIVE_UP_AFTER = 8


@dataclass(frozen=True, slots=True)
class Told:
    """A notice to tell, and the chats of those who listen."""

    notice: Notice
    lease: int
    attempts: int
    chats: tuple[str, ...]


async def tell(
    db: Database, channels: Mapping[str, Channel], token: str | None, *, worker: str, clock: Clock
) -> int:
    """
    Send what is due; how many there were.

    Without a global bot, or where nobody has bound a chat, notices wait on the
    dashboard.  A failing owner's channel never holds up a client.
    """
    due = await db.write(_take, clock(), worker)
    for item in due:
        problem = await _send(item, channels, token)
        await db.write(_done, item, problem, clock())
    return len(due)


async def _send(item: Told, channels: Mapping[str, Channel], token: str | None) -> str | None:
    if token is None:
        return None
    bot = Account(token.partition(":")[0], {"token": token})
    for chat in item.chats:
        message = Outbound(chat, item.notice.text, f"notice-{item.notice.id}")
        try:
            await channels["telegram"].send(bot, message)
        except SendError as error:
            logger.warning("❌ Ошибка уведомления владельцу", problem=str(error.problem))
            return str(error.problem)
    return None


def _take(conn: Connection, now: datetime, worker: str) -> list[Told]:
    rows = claim(conn, notices, now, worker, limit=20, visibility=timedelta(seconds=60))
    return [
        Told(
            notice(row),
            row.lease,
            row.attempts,
            tuple(
                m.telegram_chat_id
                for m in users.of_business(conn, row.business_id)
                if m.telegram_chat_id and m.role is not users.Role.SPECIALIST
            ),
        )
        for row in rows
    ]


def _done(conn: Connection, item: Told, problem: str | None, now: datetime) -> None:
    again = problem is not None and item.attempts < GIVE_UP_AFTER
    finish(
        conn,
        notices,
        item.notice.id,
        item.lease,
        due_at=now + backoff(item.attempts) if again else None,
        keep_attempts=again,
        problem=problem,
        told_at=now if problem is None and item.chats else None,
    )
