"""When a specialist does not work although the week says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from beautybot.booking.models import time_off
from beautybot.kit.db import add as put, remove as take
from beautybot.kit.errors import BeautyBotError, NotFound

LONGEST = timedelta(days=366)


class BadTimeOff(BeautyBotError):
    """It ends before it begins, or lasts for ever; the text says so in Russian."""


@dataclass(frozen=True, slots=True)
class Away:
    """One absence, half-open."""

    id: int
    specialist_id: int
    start: datetime
    end: datetime


def add(
    conn: Connection, business_id: int, specialist_id: int, start: datetime, end: datetime
) -> int:
    """Nothing more is offered then; visits that are booked already stay.  BadTimeOff."""
    if end <= start:
        raise BadTimeOff("Конец раньше начала.")
    if end - start > LONGEST:
        raise BadTimeOff("Больше года сразу нельзя.")
    values = {"business_id": business_id, "specialist_id": specialist_id}
    return put(conn, time_off, values | {"starts_at": start, "ends_at": end, "reason": ""})


def remove(conn: Connection, business_id: int, away_id: int) -> None:
    """They work then after all; NotFound."""
    if take(conn, time_off, {"business_id": business_id, "id": away_id}) == 0:
        raise NotFound("there is no such absence")


def coming(conn: Connection, business_id: int, now: datetime) -> list[Away]:
    """What is not over yet."""
    rows = conn.execute(
        select(time_off)
        .where(
            time_off.c.business_id == business_id,
            time_off.c.specialist_id.is_not(None),
            time_off.c.ends_at > now,
        )
        .order_by(time_off.c.starts_at)
    )
    return [Away(r.id, r.specialist_id, r.starts_at, r.ends_at) for r in rows]
