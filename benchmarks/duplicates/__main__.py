"""Deliveries that come twice, late and out of order, side by side; see README.md beside this."""

from __future__ import annotations

import argparse
import asyncio
import heapq
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, func, select

from beautybot.app import Parts, build
from beautybot.conversations.models import inbound_events
from beautybot.demo.fakes import graph_events as events
from beautybot.demo.fakes.graph_webhooks import signature
from beautybot.kit import migrate
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import connect
from beautybot.kit.wakeup import Wakeup
from beautybot.settings import Settings
from beautybot.web import webhooks

SECRET = "0123456789abcdef0123456789abcdef"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REPEATED, DISORDERED, LATE = 0.30, 0.10, 0.05
WEEK = timedelta(days=7) - timedelta(minutes=1)
WINDOW = 2_000


@dataclass(slots=True)
class Seen:
    """What was delivered, and what the database has of it."""

    deliveries: int = 0
    distinct: int = 0
    stored: int = 0
    refused: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    cpu: float = 0.0


@dataclass(slots=True)
class Hands:
    """A clock that late deliveries move on."""

    ahead: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return START + self.ahead


def stream(total: int, dice: Random, kinds: Counter[str]) -> Iterator[tuple[bytes, bool]]:
    """
    Bodies in the order in which they arrive; True: seven days after the others.

    A repeat comes at once (beside its first, in another request), or any time
    later; what is out of order was overtaken by up to some thousand others.
    """
    waiting: list[tuple[int, int, bytes, bool]] = []
    numbers = count()
    made = 0
    for place in count():
        if made < total:
            body = _body(next(numbers), dice)
            when = place + (dice.randrange(WINDOW) if dice.random() < DISORDERED else 0)
            kinds["out of order"] += when != place
            heapq.heappush(waiting, (when, made, body, False))
            made += 1
            if made < total and dice.random() < REPEATED / (1 - REPEATED):
                late = dice.random() < LATE / REPEATED
                gap = dice.choice((0, 0, 1, dice.randrange(WINDOW)))
                kinds["repeated"] += 1
                kinds["seven days late"] += late
                heapq.heappush(waiting, (place + gap, made, body, late))
                made += 1
        while waiting and (waiting[0][0] <= place or made >= total):
            _, _, body, late = heapq.heappop(waiting)
            yield body, late
        if made >= total and not waiting:
            return


def _body(number: int, dice: Random) -> bytes:
    client = events.WaClient(f"7916{dice.randrange(5_000):07d}")
    message = events.message_of(
        client, f"wamid.{number:X}", int(START.timestamp()), events.said_text("сколько стоит?")
    )
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "79000000000", "phone_number_id": "1065403522"},
        "contacts": [events.contact_of(client)],
        "messages": [message],
    }
    return events.envelope([events.Event("1022901293", "messages", value, SECRET, "x")])


async def measure(url: str, given: argparse.Namespace) -> Seen:
    """Deliver everything through the webhook's own door."""
    await migrate.upgrade(url)
    db, hands, seen = connect(url, owner=True), Hands(), Seen()
    settings = Settings(database_url=url, whatsapp_app_secret=SECRET)
    app = build(Parts(settings, db, Keyring(parse_keys(new_key())), Wakeup(), clock=hands))
    bodies = stream(given.deliveries, Random(given.seed), seen.kinds)
    late: list[bytes] = []

    async def sender(of: Iterator[tuple[bytes, bool]]) -> None:
        for body, is_late in of:
            if is_late:
                late.append(body)
                continue
            seen.deliveries += 1
            seen.refused += await _post(app, body) != 200

    began, cpu = time.perf_counter(), _cpu()
    try:
        await asyncio.gather(*(sender(bodies) for _ in range(given.parallel)))
        hands.ahead = WEEK
        rest = iter([(body, False) for body in late])
        await asyncio.gather(*(sender(rest) for _ in range(given.parallel)))
        seen.stored = await db.read(_stored)
    finally:
        await db.close()
    seen.seconds, seen.cpu = time.perf_counter() - began, _cpu() - cpu
    seen.distinct = seen.deliveries - seen.kinds["repeated"]
    return seen


async def _post(app: Any, body: bytes) -> int:
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        status = message.get("status", status)

    headers = [(b"x-hub-signature-256", signature(SECRET, body).encode())]
    path = "/api/webhooks/whatsapp"
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    await app(scope, receive, send)
    return status


def _stored(conn: Connection) -> int:
    stored: int = conn.execute(select(func.count(inbound_events.c.id))).scalar_one()
    return stored


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def report(name: str, seen: Seen) -> None:
    """The figures of an arm."""
    doubled = seen.stored - seen.distinct
    kinds = ", ".join(f"{what} {n:,}" for what, n in seen.kinds.items())
    print(
        f"{name}: {seen.deliveries:,} deliveries ({kinds}) of {seen.distinct:,} events in "
        f"{seen.seconds:.0f} s, {seen.cpu:.0f} s of CPU; refused {seen.refused}; "
        f"stored {seen.stored:,}: doubled {max(0, doubled):,}, lost {max(0, -doubled):,}",
        flush=True,
    )


def main() -> None:
    """Read the options and run both arms."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=20_000)
    parser.add_argument("--control", type=int, default=5_000, help="deliveries of the control arm")
    parser.add_argument("--parallel", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ours = asyncio.run(measure(f"sqlite:///{Path(folder, 'ours.db')}", given))
        report("ours", ours)
        given.deliveries = given.control
        numbers = count()
        webhooks._fingerprint = lambda _body: f"{next(numbers)}"
        control = asyncio.run(measure(f"sqlite:///{Path(folder, 'control.db')}", given))
        report("control, a key of its own for each delivery", control)
    if ours.stored != ours.distinct or ours.refused:
        raise SystemExit("something was stored twice, lost or refused")
    if control.stored <= control.distinct:
        raise SystemExit("the control arm stored nothing twice, so this proves nothing")


if __name__ == "__main__":
    main()
