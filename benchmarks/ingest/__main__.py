"""Ours beside pywa's and aiogram's own webhook servers; see README.md beside this file."""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import uvloop
from sqlalchemy import Connection, func, select

from beautybot.businesses import access, credentials
from beautybot.channels import registry
from beautybot.conversations import inbox, reading
from beautybot.conversations.models import inbound_events, messages
from beautybot.kit import clock, migrate
from beautybot.kit.crypto import Keyring, parse_keys
from beautybot.kit.db import Database, across_salons, connect
from beautybot.settings import Settings
from benchmarks.ingest import stream
from benchmarks.ingest.server import KEY, SEEN
from benchmarks.ingest.stream import Stream
from benchmarks.load import Figures, post

CONNECTIONS = 32
OURS = "/api/webhooks/"


@contextmanager
def server(*what: str) -> Iterator[int]:
    """One receiver; its port."""
    command = [sys.executable, "-m", "benchmarks.ingest.server", *what]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def theirs(name: str, sent: Stream) -> tuple[Figures, Counter[str]]:
    """Load a library's server, then ask what its handlers were given, once it is quiet."""
    with server(name) as port:
        figures = uvloop.run(post(port, sent.requests, CONNECTIONS))
        seen: Counter[str] = Counter()
        for _ in range(50):
            time.sleep(0.2)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{SEEN}") as answer:
                now = Counter(json.load(answer))
            if now == seen:
                break
            seen = now
    return figures, seen


def ours(url: str, sent: Stream) -> tuple[Figures, Counter[str]]:
    """Load the product, then let its own reader read what it has stored."""
    with server("ours", url) as port:
        figures = uvloop.run(post(port, sent.requests, CONNECTIONS))
    return figures, asyncio.run(_read(url))


async def _read(url: str) -> Counter[str]:
    db = connect(url, owner=True)
    channels = registry.build(Settings())
    try:
        while events := await db.write(inbox.take, clock.now(), "benchmark", 32):
            for event in events:
                items = await reading.items_of(event, channels[event.channel], db)
                await db.write(
                    reading.record,
                    event,
                    items,
                    now=clock.now(),
                    burst=reading.timedelta(0),
                    shared_app=credentials.mark_of(stream.SECRET),
                )
        poison = await db.read(_poison)
        assert poison == 0, f"{poison} deliveries were put aside"
        return Counter(await db.read(_kept))
    finally:
        await db.close()


def _kept(conn: Connection) -> list[str]:
    rows = conn.execute(
        across_salons(select(messages.c.external_id).where(messages.c.direction == "inbound"))
    )
    return [str(row.external_id) for row in rows]


def _poison(conn: Connection) -> int:
    count: int = conn.execute(
        select(func.count()).select_from(inbound_events).where(inbound_events.c.outcome == "poison")
    ).scalar_one()
    return count


async def _salon(url: str) -> None:
    """A salon with the number and the bot that the stream speaks to."""
    await migrate.upgrade(url)
    db: Database = connect(url, owner=True)
    await db.write(_connect)
    await db.close()


def _connect(conn: Connection) -> None:
    from beautybot.booking import importing
    from beautybot.booking.salon_file import of_json
    from beautybot.businesses import salons

    hours = {day: ["10:00", "20:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    file = {
        "salon": {
            "slug": "bench",
            "name": "Ромашка",
            "city": "Москва",
            "address": "",
            "timezone": "Europe/Moscow",
            "currency": "RUB",
            "hours": hours | {"sat": None, "sun": None},
        },
        "staff": [{"id": "vera", "name": "Вера", "role": "мастер"}],
        "services": [
            {
                "id": "manicure",
                "category": "nails",
                "category_title": "Ногти",
                "name": "Маникюр",
                "duration_min": 60,
                "price": 1800,
                "for_whom": "any",
                "staff": ["vera"],
                "bookable": True,
            }
        ],
    }
    importing.apply(conn, of_json(file), now=clock.now(), name_forms=lambda name: (name,))
    salon = salons.by_slug(conn, "bench")
    keyring = Keyring(parse_keys(KEY))
    accounts: Mapping[str, str] = {
        "whatsapp": stream.PHONE_ID,
        "telegram": stream.BOT_TOKEN.partition(":")[0],
    }
    for channel, external_id in accounts.items():
        account = access.connect(
            conn,
            business_id=salon.id,
            channel=channel,
            external_id=external_id,
            display=channel,
            details={},
            now=clock.now(),
        )
        if channel == "telegram":
            credentials.put(
                conn,
                keyring,
                business_id=salon.id,
                account_id=account.id,
                name="secret_token",
                value=stream.BOT_SECRET,
                now=clock.now(),
            )


def verdict(sent: Stream, seen: Counter[str]) -> str:
    """Of the true messages: how many are not there, and how many are there more than once."""
    lost = len(sent.messages - set(seen))
    twice = sum(seen[m] > 1 for m in sent.messages)
    return f"{len(sent.messages)} true messages: {lost} lost, {twice} counted more than once"


def main() -> None:
    """Rounds of both pairs, side by side; medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    pairs = (("whatsapp", "pywa", stream.whatsapp), ("telegram", "aiogram", stream.telegram))
    rates: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(given.rounds):
            for channel, library, make in pairs:
                url = f"sqlite:///{Path(folder)}/{channel}-{turn}.db"
                asyncio.run(_salon(url))
                for name, path in ((library, "/hook"), (f"ours, {channel}", OURS + channel)):
                    sent = make(given.events, path, turn)
                    figures, seen = ours(url, sent) if path != "/hook" else theirs(name, sent)
                    per_second = sent.events * figures.rate / len(sent.requests)
                    rates.setdefault(name, []).append(per_second)
                    print(f"{name:15}{per_second:7.0f} events/s; {figures}", flush=True)
                    print(f"{'':15}{verdict(sent, seen)}", flush=True)
    for channel, library, _ in pairs:
        ratio = median(rates[f"ours, {channel}"]) / median(rates[library])
        print(f"{channel}: ours is {ratio:.2f} of {library}, every event durable")


if __name__ == "__main__":
    main()
