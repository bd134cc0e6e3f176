"""The accounts of a salon: which numbers and bots are its own, and how they are doing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from beautybot.businesses.models import channel_accounts
from beautybot.kit.db import across_salons, change, insert, one
from beautybot.kit.errors import BeautyBotError, NotFound


class AccountTaken(BeautyBotError):
    """Another salon of this installation already holds this number or bot."""


@dataclass(frozen=True, slots=True)
class ChannelAccount:
    """One salon's number or bot.  `stopped_at` set: nothing is sent until somebody mends it."""

    id: int
    business_id: int
    channel: str
    external_id: str
    display: str
    details: Mapping[str, Any]
    last_inbound_at: datetime | None
    last_outbound_at: datetime | None
    stopped_at: datetime | None
    problem: str | None
    advice: str | None = None
    checked_at: datetime | None = None
    last_error: str | None = None
    last_error_at: datetime | None = None


def connect(
    conn: Connection,
    *,
    business_id: int,
    channel: str,
    external_id: str,
    display: str,
    details: Mapping[str, Any],
    now: datetime,
) -> ChannelAccount:
    """Add an account to a salon or renew it; AccountTaken if another salon holds it."""
    values = {
        "display": display,
        "details": dict(details),
        "connected_at": now,
        "stopped_at": None,
        "problem": None,
        "advice": None,
        "last_error": None,
    }
    conn.execute(
        insert(conn, channel_accounts)
        .values(business_id=business_id, channel=channel, external_id=external_id, **values)
        .on_conflict_do_update(
            index_elements=["channel", "external_id"],
            set_=values,
            where=channel_accounts.c.business_id == business_id,
        )
    )
    found = by_external_id(conn, channel, external_id)
    if found is None or found.business_id != business_id:
        raise AccountTaken("another salon already uses this number or bot")
    return found


def by_external_id(conn: Connection, channel: str, external_id: str) -> ChannelAccount | None:
    """The account a delivery names, whosever it is."""
    named = {"channel": channel, "external_id": external_id}
    row = one(conn, channel_accounts, named, everywhere=True)
    return _account(row) if row else None


def get(conn: Connection, business_id: int, account_id: int) -> ChannelAccount:
    """An account of that salon; NotFound."""
    row = conn.execute(
        select(channel_accounts).where(
            channel_accounts.c.business_id == business_id, channel_accounts.c.id == account_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound("there is no such connection")
    return _account(row)


def of_business(conn: Connection, business_id: int) -> list[ChannelAccount]:
    """The accounts of a salon."""
    rows = conn.execute(
        select(channel_accounts)
        .where(channel_accounts.c.business_id == business_id)
        .order_by(channel_accounts.c.channel, channel_accounts.c.id)
    )
    return [_account(row) for row in rows]


def of_channel(conn: Connection, channel: str) -> list[ChannelAccount]:
    """Every account of a channel, all salons: for health checks and polling."""
    rows = conn.execute(
        across_salons(
            select(channel_accounts)
            .where(channel_accounts.c.channel == channel)
            .order_by(channel_accounts.c.id)
        )
    )
    return [_account(row) for row in rows]


def disconnect(conn: Connection, business_id: int, account_id: int) -> None:
    """Forget an account that has no conversations yet; else it is only stopped."""
    conn.execute(
        delete(channel_accounts).where(
            channel_accounts.c.business_id == business_id, channel_accounts.c.id == account_id
        )
    )


def stop(conn: Connection, business_id: int, account_id: int, problem: str, now: datetime) -> bool:
    """Send nothing more for this account; False if it was stopped before."""
    done = conn.execute(
        update(channel_accounts)
        .where(
            channel_accounts.c.business_id == business_id,
            channel_accounts.c.id == account_id,
            channel_accounts.c.stopped_at.is_(None),
        )
        .values(stopped_at=now, problem=problem)
    )
    return done.rowcount > 0


def note(conn: Connection, business_id: int, account_id: int, **values: Any) -> None:
    """Keep a sign of life or a change of details."""
    change(conn, channel_accounts, {"business_id": business_id, "id": account_id}, values)


def _account(row: Row[Any]) -> ChannelAccount:
    return ChannelAccount(
        id=row.id,
        business_id=row.business_id,
        channel=row.channel,
        external_id=row.external_id,
        display=row.display,
        details=row.details,
        last_inbound_at=row.last_inbound_at,
        last_outbound_at=row.last_outbound_at,
        stopped_at=row.stopped_at,
        problem=row.problem,
        advice=row.advice,
        checked_at=row.checked_at,
        last_error=row.last_error,
        last_error_at=row.last_error_at,
    )
