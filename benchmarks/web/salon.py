"""A salon with years behind it: many conversations, messages and visits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, insert

from beautybot.booking import importing
from beautybot.booking.models import appointment_parts, appointments
from beautybot.booking.salon_file import of_json
from beautybot.businesses import access, salons, users
from beautybot.businesses.salons import Business
from beautybot.conversations.models import clients, conversations, messages
from beautybot.demo.salon import SALON, SLUG
from beautybot.kit.db import Database

EMAIL, PASSWORD = "anna@romashka.example", "a password of ten signs"
CLIENTS, CHUNK = 2_000, 5_000


async def furnish(db: Database, now: datetime, *, said: int, visits: int) -> Business:
    """The demo's salon with so many messages and visits."""
    await db.write(importing.apply, of_json(SALON), now=now)
    salon = await db.read(salons.by_slug, SLUG)
    address, digest = users.hashed(EMAIL, PASSWORD)
    await db.write(users.put, address, digest, salon.id, "owner", now)
    await db.write(_people, salon.id, now)
    for table, rows in (
        (messages, _messages(salon.id, now, said)),
        (appointments, _visits(salon, now, visits)),
        (appointment_parts, _parts(salon, now, visits)),
    ):
        for first in range(0, len(rows), CHUNK):
            await db.write(_put, table, rows[first : first + CHUNK])
    return salon


def _put(conn: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    conn.execute(insert(table), rows)


def _people(conn: Connection, business_id: int, now: datetime) -> None:
    account = access.connect(
        conn,
        business_id=business_id,
        channel="whatsapp",
        external_id="106540352242922",
        display="+7 495 000-00-00",
        details={},
        now=now,
    )
    mine = {"business_id": business_id, "created_at": now}
    numbers = range(1, CLIENTS + 1)
    named = [{"id": n, "name": f"Клиент {n}", "phone": f"+7916{n:07d}", **mine} for n in numbers]
    _put(conn, clients, named)
    talks = [
        {
            "id": n,
            "account_id": account.id,
            "client_id": n,
            "address": f"7916{n:07d}",
            "memory": {},
            "last_message_at": now - timedelta(minutes=n),
            "last_inbound_at": now - timedelta(minutes=n),
            **mine,
        }
        for n in numbers
    ]
    _put(conn, conversations, talks)


def _messages(business_id: int, now: datetime, count: int) -> list[dict[str, Any]]:
    return [
        {
            "business_id": business_id,
            "conversation_id": n % CLIENTS + 1,
            "direction": "inbound" if n % 2 else "outbound",
            "author": "client" if n % 2 else "agent",
            "kind": "text",
            "text": "Здравствуйте! Хочу записаться на маникюр в субботу после обеда, можно?",
            "payload": {},
            "account_id": 1,
            "external_id": f"wamid.{n}",
            "sent_at": now - timedelta(seconds=(count - n) * 60),
            "created_at": now - timedelta(seconds=(count - n) * 60),
            "status": "received" if n % 2 else "read",
        }
        for n in range(count)
    ]


def _visits(salon: Business, now: datetime, count: int) -> list[dict[str, Any]]:
    return [
        {
            "id": n + 1,
            "business_id": salon.id,
            "number": f"{n + 1_000_000}",
            "client_id": n % CLIENTS + 1,
            "status": "booked" if n < count // 20 else "completed",
            "source": ("whatsapp", "telegram", "dashboard")[n % 3],
            "starts_at": _start(now, n, count),
            "ends_at": _start(now, n, count) + timedelta(hours=1),
            "timezone": salon.timezone,
            "local_start": "",
            "price_minor": 180_000,
            "price_from": False,
            "currency": salon.currency,
            "client_name": f"Клиент {n % CLIENTS + 1}",
            "created_at": _start(now, n, count) - timedelta(days=3),
        }
        for n in range(count)
    ]


def _parts(salon: Business, now: datetime, count: int) -> list[dict[str, Any]]:
    return [
        {
            "business_id": salon.id,
            "appointment_id": n + 1,
            "position": 0,
            "service_id": n % 15 + 1,
            "specialist_id": n % 3 + 1,
            "starts_at": _start(now, n, count),
            "ends_at": _start(now, n, count) + timedelta(hours=1),
            "price_minor": 180_000,
            "price_from": False,
        }
        for n in range(count)
    ]


def _start(now: datetime, n: int, count: int) -> datetime:
    """Thirty a day, the last ones a month ahead."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=30 - n // 30, hours=6 + n % 10)
