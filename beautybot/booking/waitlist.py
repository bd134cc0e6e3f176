"""
Who waits for a time that is taken: for which services, by whom, in which spans, in what order.

The order is that of joining.  An entry ends when its time was booked, when the
client no longer waits, or when its last span has passed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from beautybot.booking.models import waitlist
from beautybot.kit.db import across_salons
from beautybot.kit.errors import BeautyBotError

MOST_OF_CLIENT = 5
MOST_WINDOWS = 31
REACH = timedelta(hours=12)
"""A visit may begin this long before the time that stood in its way."""

Window = tuple[datetime, datetime]


class EnoughWaiting(BeautyBotError):
    """One client waits for as many things as one may."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One entry; a visit may start in any of the half-open windows.  Ids are row ids."""

    id: int
    client_id: int
    services: tuple[int, ...]
    specialist_id: int | None
    excluded: frozenset[int]
    windows: tuple[Window, ...]
    created_at: datetime

    @property
    def until(self) -> datetime:
        """When there is nothing left to wait for."""
        return max(end for _, end in self.windows)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is waited for."""

    services: tuple[int, ...]
    windows: tuple[Window, ...]
    specialist_id: int | None = None
    excluded: frozenset[int] = frozenset()


def join(
    conn: Connection, business_id: int, client_id: int, wanted: Wanted, now: datetime
) -> Waiting:
    """
    Put a client on the list; who waits for the very same already keeps the place.

    EnoughWaiting if the client waits for MOST_OF_CLIENT things already.
    """
    windows = tuple(sorted(w for w in wanted.windows if w[1] > now))[:MOST_WINDOWS]
    mine = of_clients(conn, business_id, [client_id], now)
    for entry in mine:
        if (entry.services, entry.specialist_id, entry.windows) == (
            wanted.services,
            wanted.specialist_id,
            windows,
        ):
            return entry
    if len(mine) >= MOST_OF_CLIENT:
        raise EnoughWaiting(f"a client may wait for {MOST_OF_CLIENT} things at once")
    row = conn.execute(
        insert(waitlist)
        .values(
            business_id=business_id,
            client_id=client_id,
            services=list(wanted.services),
            specialist_id=wanted.specialist_id,
            excluded=sorted(wanted.excluded),
            from_at=min(start for start, _ in windows),
            to_at=max(end for _, end in windows),
            windows=[[_text(start), _text(end)] for start, end in windows],
            created_at=now,
        )
        .returning(waitlist)
    ).one()
    return _waiting(row)


def of_clients(
    conn: Connection, business_id: int, client_ids: Collection[int], now: datetime
) -> list[Waiting]:
    """What a client waits for; several ids where two rows turned out to be one person."""
    return _open(conn, business_id, waitlist.c.client_id.in_(client_ids), waitlist.c.to_at > now)


def listing(conn: Connection, business_id: int, now: datetime) -> list[Waiting]:
    """Everybody who waits in a salon, in order."""
    return _open(conn, business_id, waitlist.c.to_at > now)


def interested(
    conn: Connection, business_id: int, start: datetime, end: datetime, *, after: int, limit: int
) -> list[Waiting]:
    """Who waits for a time around a span, in order, from the entry after `after` on."""
    near = (waitlist.c.from_at < end, waitlist.c.to_at > start - REACH, waitlist.c.id > after)
    return _open(conn, business_id, *near, limit=limit)


def get(conn: Connection, business_id: int, waiting_id: int) -> Waiting | None:
    """One entry, while it is open."""
    found = _open(conn, business_id, waitlist.c.id == waiting_id)
    return found[0] if found else None


def close(
    conn: Connection, business_id: int, ids: Iterable[int], outcome: str, now: datetime
) -> int:
    """End entries: booked, left or over; how many were open."""
    done = conn.execute(
        update(waitlist)
        .where(
            waitlist.c.business_id == business_id,
            waitlist.c.id.in_(list(ids)),
            waitlist.c.closed_at.is_(None),
        )
        .values(closed_at=now, outcome=outcome)
    )
    return done.rowcount


def note_offered(conn: Connection, business_id: int, waiting_id: int, now: datetime) -> None:
    """A freed time was offered to this entry."""
    conn.execute(
        update(waitlist)
        .where(waitlist.c.business_id == business_id, waitlist.c.id == waiting_id)
        .values(offered_at=now)
    )


def end_passed(conn: Connection, now: datetime) -> int:
    """Close the entries of every salon whose last span has passed; how many."""
    done = conn.execute(
        across_salons(
            update(waitlist)
            .where(waitlist.c.closed_at.is_(None), waitlist.c.to_at <= now)
            .values(closed_at=now, outcome="over")
        )
    )
    return done.rowcount


def _open(
    conn: Connection, business_id: int, *conditions: Any, limit: int | None = None
) -> list[Waiting]:
    rows = conn.execute(
        select(waitlist)
        .where(waitlist.c.business_id == business_id, waitlist.c.closed_at.is_(None), *conditions)
        .order_by(waitlist.c.id)
        .limit(limit)
    )
    return [_waiting(row) for row in rows]


def _waiting(row: Any) -> Waiting:
    return Waiting(
        id=row.id,
        client_id=row.client_id,
        services=tuple(row.services),
        specialist_id=row.specialist_id,
        excluded=frozenset(row.excluded),
        windows=tuple(
            (datetime.fromisoformat(start), datetime.fromisoformat(end))
            for start, end in row.windows
        ),
        created_at=row.created_at,
    )


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
