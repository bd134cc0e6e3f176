"""Many real clients want one time over HTTP: python -m benchmarks.booking.rush [--clients 200]."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

import uvloop

from beautybot.booking import visits
from beautybot.businesses import salons
from beautybot.demo.fakes import server
from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.graph_events import WaClient, envelope
from beautybot.demo.fakes.graph_webhooks import signature
from beautybot.kit.db import connect
from beautybot.proof.counting import judge
from benchmarks.load import post, request
from benchmarks.turn.__main__ import PATH
from benchmarks.turn.salon import PHONE_IDS, SECRET, TOKEN, WABA, prepare, serving

PHONE_ID = PHONE_IDS[0]
WISH = "маникюр классический к вере послезавтра в 14"
PATIENCE_S = 120


def delivery(graph: FakeGraph, number: int, text: str) -> bytes:
    """What Meta would send when that client writes."""
    client = WaClient(f"7916{number:07d}", name="Ольга")
    body = envelope([graph.event(PHONE_ID, client, text)])
    head = {"content-type": "application/json", "x-hub-signature-256": signature(SECRET, body)}
    return request(PATH, body, head)


def heard(graph: FakeGraph, number: int) -> list[str]:
    """All that the salon said to that client."""
    client = WaClient(f"7916{number:07d}")
    return [bubble.text for bubble in graph.transcripts.ours(PHONE_ID, client.key)]


async def say(graph: FakeGraph, port: int, clients: int, text: str) -> float:
    """Everybody writes the same at once; seconds until each has one answer more."""
    before = [len(heard(graph, n)) for n in range(clients)]
    began = time.perf_counter()
    await post(port, [delivery(graph, n, text) for n in range(clients)], 32)
    async with asyncio.timeout(PATIENCE_S):
        while any(len(heard(graph, n)) <= before[n] for n in range(clients)):
            await asyncio.sleep(0.05)
    return time.perf_counter() - began


async def count(url: str) -> tuple[int, int]:
    """How many are booked in the salon, and how many visits overlap."""
    db = connect(url)
    try:
        salon = await db.read(salons.by_slug, f"salon-{PHONE_ID}")
        booked = await db.read(
            lambda conn: visits.listing(conn, salon.id, statuses=[visits.Status.BOOKED])
        )
        return len(booked), (await db.read(judge, salon.id)).overlaps
    finally:
        await db.close()


async def measure(clients: int) -> None:
    """Wish, consent, yes; then who was booked, and what the others heard."""
    graph = FakeGraph()
    for phone_id in PHONE_IDS:
        graph.add_number(phone_id, token=TOKEN, app_secret=SECRET, waba_id=WABA)
    with tempfile.TemporaryDirectory() as folder:
        async with server.serving(graph) as graph_url:
            url, key = await prepare(Path(folder), graph_url)
            async with serving(url, key, graph_url) as (port, _):
                took = [await say(graph, port, clients, text) for text in (WISH, "да", "да")]
            booked, overlaps = await count(url)
    said = [" ".join(heard(graph, n)) for n in range(clients)]
    won = sum("вы записаны" in text for text in said)
    offered = sum("вы записаны" not in text and "1. " in text for text in said)
    seconds = ", ".join(f"{s:.1f}" for s in took)
    print(
        f"{clients} clients, one time: {booked} booked, {won} told so, {offered} offered other "
        f"times, {overlaps} overlaps; seconds for wish, yes and yes: {seconds}"
    )


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(prog="benchmarks.booking.rush")
    parser.add_argument("--clients", type=int, default=200)
    uvloop.run(measure(parser.parse_args().clients))


if __name__ == "__main__":
    main()
