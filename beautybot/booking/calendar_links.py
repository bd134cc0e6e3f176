"""
Calendar addresses: who knows one may read a specialist's or the whole salon's visits.

An address is 256 random bits; only its hash is kept, so it can be shown once
and never again, and a copy of the database opens no calendar.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, select, update

from beautybot.booking.models import specialists
from beautybot.booking.tickets import hashed
from beautybot.businesses.models import calendar_links
from beautybot.kit.db import across_salons
from beautybot.kit.errors import BeautyBotError, NotFound

MOST = 50
READ_GRAIN = timedelta(hours=1)


class Shows(StrEnum):
    """What a calendar says of clients; without the owner's word nothing."""

    HIDDEN = "hidden"
    NAME = "name"
    PHONE = "phone"


class TooManyLinks(BeautyBotError):
    """A salon has as many calendar addresses as it may."""


@dataclass(frozen=True, slots=True)
class CalendarLink:
    """One address, without what makes it one; `specialist_id` None: the whole salon."""

    id: int
    business_id: int
    specialist_id: int | None
    shows: Shows
    created_at: datetime
    read_at: datetime | None


def make(
    conn: Connection, business_id: int, specialist_id: int | None, shows: Shows, now: datetime
) -> str:
    """A new address's secret part, told this once; TooManyLinks."""
    if len(listing(conn, business_id)) >= MOST:
        raise TooManyLinks(f"there are {MOST} addresses already: revoke what nobody reads")
    token = secrets.token_urlsafe(32)
    conn.execute(
        insert(calendar_links).values(
            business_id=business_id,
            specialist_id=specialist_id,
            token_hash=hashed(token),
            clients=shows,
            created_at=now,
        )
    )
    return token


def specialist_id(conn: Connection, business_id: int, ref: str) -> int:
    """The row id of a specialist of the salon's file; NotFound."""
    found: int | None = conn.execute(
        select(specialists.c.id).where(
            specialists.c.business_id == business_id,
            specialists.c.ref == ref,
            specialists.c.retired_at.is_(None),
        )
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"there is no specialist {ref!r} in this salon")
    return found


def listing(conn: Connection, business_id: int) -> list[CalendarLink]:
    """The addresses that work, the oldest first."""
    rows = conn.execute(
        select(calendar_links)
        .where(calendar_links.c.business_id == business_id, calendar_links.c.revoked_at.is_(None))
        .order_by(calendar_links.c.id)
    )
    return [_link(row) for row in rows]


def revoke(conn: Connection, business_id: int, now: datetime, link_id: int | None = None) -> int:
    """Close one address, or all of a salon; how many were open."""
    mine = [calendar_links.c.business_id == business_id, calendar_links.c.revoked_at.is_(None)]
    if link_id is not None:
        mine.append(calendar_links.c.id == link_id)
    return conn.execute(update(calendar_links).where(*mine).values(revoked_at=now)).rowcount


def of_token(conn: Connection, token: str) -> CalendarLink | None:
    """The link of an address; None if it never was one, or is no more."""
    row = conn.execute(
        across_salons(
            select(calendar_links).where(
                calendar_links.c.token_hash == hashed(token), calendar_links.c.revoked_at.is_(None)
            )
        )
    ).one_or_none()
    return _link(row) if row else None


def was_read(conn: Connection, link: CalendarLink, now: datetime) -> None:
    """Note that somebody reads it, to the hour."""
    conn.execute(
        update(calendar_links)
        .where(calendar_links.c.business_id == link.business_id, calendar_links.c.id == link.id)
        .values(read_at=now)
    )


def is_news(link: CalendarLink, now: datetime) -> bool:
    """True if the reading has not been noted for an hour."""
    return link.read_at is None or now - link.read_at >= READ_GRAIN


def _link(row: Any) -> CalendarLink:
    return CalendarLink(
        id=row.id,
        business_id=row.business_id,
        specialist_id=row.specialist_id,
        shows=Shows(row.clients),
        created_at=row.created_at,
        read_at=row.read_at,
    )
