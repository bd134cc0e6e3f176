"""Posting to the product's doors as anybody might: signed well, signed badly, or not at all."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import aiohttp
from sqlalchemy import Connection, func, select

from beautybot.conversations.models import inbound_events, messages
from beautybot.kit.db import across_salons


def signed(secret: str, body: bytes) -> dict[str, str]:
    """The header by which Meta proves a body."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}"}


async def post(
    url: str, body: bytes | Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """One POST: its status and body."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=data, headers=headers) as answer,
    ):
        return answer.status, await answer.read()


async def get(url: str, query: Mapping[str, str]) -> tuple[int, bytes, str]:
    """One GET: its status, body and content type."""
    async with aiohttp.ClientSession() as session, session.get(url, params=query) as answer:
        return answer.status, await answer.read(), answer.content_type


def stored(conn: Connection) -> int:
    """How many deliveries are in the inbox."""
    return conn.execute(select(func.count()).select_from(inbound_events)).scalar_one()


def outcomes(conn: Connection) -> dict[str, int]:
    """Deliveries by what became of them."""
    rows = conn.execute(
        select(inbound_events.c.outcome, func.count()).group_by(inbound_events.c.outcome)
    )
    return {row[0]: row[1] for row in rows}


def said(conn: Connection, direction: str = "inbound") -> list[tuple[int, str]]:
    """Everything said in one direction in all salons: (salon, text), oldest first."""
    rows = conn.execute(
        across_salons(
            select(messages.c.business_id, messages.c.text)
            .where(messages.c.direction == direction)
            .order_by(messages.c.id)
        )
    )
    return [(row.business_id, row.text) for row in rows]
