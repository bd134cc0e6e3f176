"""Unmet demand: clients who asked for a time and heard that there is none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Text, cast, func, or_, select

from beautybot.conversations.models import clients, conversations, messages, turns

# What a turn says where nothing is free, by the keys of its phrases.
NOTHING_FREE = ("booking.nothing_then", "booking.nothing_at_all", "booking.taken")


@dataclass(frozen=True, slots=True)
class Asked:
    """One time that was asked for and not free, in the client's own words."""

    conversation_id: int
    at: datetime
    name: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Unmet:
    """How often, and the newest few."""

    times: int
    newest: tuple[Asked, ...]


def unmet(conn: Connection, business_id: int, since: datetime, *, limit: int = 8) -> Unmet:
    """Turns since a moment in which nothing of what was asked for was free."""
    trace = cast(turns.c.trace, Text)
    mine = (
        turns.c.business_id == business_id,
        turns.c.at >= since,
        or_(*(trace.contains(f'"{key}"') for key in NOTHING_FREE)),
    )
    times: int = conn.execute(select(func.count()).where(*mine)).scalar_one()
    rows = conn.execute(
        select(turns.c.conversation_id, turns.c.at, turns.c.trace, clients.c.name)
        .join(conversations, conversations.c.id == turns.c.conversation_id)
        .join(clients, clients.c.id == conversations.c.client_id)
        .where(
            *mine, conversations.c.business_id == business_id, clients.c.business_id == business_id
        )
        .order_by(turns.c.id.desc())
        .limit(limit)
    ).all()
    heard = {i for row in rows for i in row.trace.get("heard", ())}
    said = _said(conn, business_id, {row.conversation_id for row in rows}, heard)
    return Unmet(
        times,
        tuple(
            Asked(
                r.conversation_id,
                r.at,
                r.name,
                " ".join(said.get(i, "") for i in r.trace.get("heard", ())),
            )
            for r in rows
        ),
    )


def _said(
    conn: Connection, business_id: int, talks: Collection[int], heard: Collection[int]
) -> dict[int, str]:
    """The words of messages; their conversations are named so that few rows are looked at."""
    if not heard:
        return {}
    rows = conn.execute(
        select(messages.c.id, messages.c.text).where(
            messages.c.business_id == business_id,
            messages.c.conversation_id.in_(talks),
            messages.c.id.in_(heard),
        )
    )
    return {row.id: row.text for row in rows}
