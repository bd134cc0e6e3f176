"""A slow model, one stream, no model; see README.md beside this file."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import mean, median
from typing import Any

import uvloop

from beautybot.demo.fakes import server
from beautybot.demo.fakes.faults import lost_answer
from beautybot.demo.fakes.gigachat.fake import FakeGigaChat, spread
from beautybot.demo.fakes.graph import FakeGraph
from beautybot.llm import gigachat
from beautybot.llm.base import Purpose, Request, Said
from benchmarks.load import post
from benchmarks.turn.__main__ import Watched, delivery
from benchmarks.turn.salon import PHONE_IDS, SECRET, TOKEN, WABA, prepare, serving

CLIENT, KEY = "client-1", "secret-1"
CLEAR, MURMUR = "сколько стоит маникюр?", "мур-мур, ну вы поняли"
CONVERSATIONS, STREAMS, THINKS_S, PROBES = 500, 50, 2.0, 400


@asynccontextmanager
async def product(fake: FakeGigaChat | None, streams: int = STREAMS) -> Any:
    """The product in a process of its own, with a model or without: its port, and Graph."""
    graph = FakeGraph()
    for phone_id in PHONE_IDS:
        graph.add_number(phone_id, token=TOKEN, app_secret=SECRET, waba_id=WABA)
    watched = Watched(graph)
    with tempfile.TemporaryDirectory() as folder:
        async with server.serving(watched) as graph_url, server.serving(fake or graph) as url:
            if fake is not None:
                fake.add_credential(CLIENT, KEY, streams=streams)
                os.environ |= {
                    "GIGACHAT_CLIENT_ID": CLIENT,
                    "GIGACHAT_CLIENT_SECRET": KEY,
                    "GIGACHAT_BASE_URL": f"{url}/v1",
                    "GIGACHAT_AUTH_URL": f"{url}/api/v2/oauth",
                    "GIGACHAT_MAX_STREAMS": str(streams),
                }
            db, key = await prepare(Path(folder), graph_url)
            async with serving(db, key, graph_url) as (port, _):
                for name in [n for n in os.environ if n.startswith("GIGACHAT_")]:
                    del os.environ[name]
                yield port, watched


async def in_flight(rounds: int = 5) -> None:
    """Accepting beside hundreds of conversations that wait for a slow model, and beside none."""
    ratios, lasts = [], []
    for _ in range(rounds):
        fake = FakeGigaChat(latency=spread(THINKS_S, 1.5 * THINKS_S))
        async with product(fake) as (port, watched):
            await paced(port, 8_000_000, 100)
            idle = await paced(port, 1_000_000, PROBES)
            made = [delivery(watched.graph, n, MURMUR) for n in range(CONVERSATIONS)]
            watched.replies.clear()
            began = time.perf_counter()
            await paced_all(port, made)
            await asyncio.sleep(2)  # all are read now, and wait
            busy = await paced(port, 2_000_000, PROBES)
            waiting = {f"7916{n:07d}" for n in range(CONVERSATIONS)}
            while not waiting <= set(watched.replies):
                await asyncio.sleep(0.1)
        if not fake.streams.peak[CLIENT]:
            raise SystemExit("nobody waited for the model: the rules understand what was written")
        lasts.append(max(watched.replies[w] for w in waiting) - began)
        ratios.append(busy[1] / idle[1])
        print(
            f"accept, nobody waits for the model: p50 {idle[0]:.1f} ms, p99 {idle[1]:.1f} ms; "
            f"{CONVERSATIONS} wait for one of {THINKS_S:.0f} s and {STREAMS} streams: "
            f"p50 {busy[0]:.1f} ms, p99 {busy[1]:.1f} ms ({ratios[-1]:.2f} of idle); "
            f"streams used {fake.streams.peak[CLIENT]}",
            flush=True,
        )
    print(
        f"accept p99 beside {CONVERSATIONS} waiting conversations, median of {rounds} rounds: "
        f"{median(ratios):.2f} of idle; all answered in {max(lasts):.1f} s at most"
    )


async def paced_all(port: int, made: list[bytes]) -> None:
    """Send them all over a few connections."""
    await post(port, made, 8)


async def paced(port: int, first: int, count: int) -> tuple[float, float]:
    """Deliveries at a steady pace from another process: median and p99 of the 200, in ms."""
    pace = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.model.pace", str(port), str(first), str(count)),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await pace.communicate()
    taken = sorted(json.loads(said))
    return taken[count // 2], taken[int(count * 0.99)]


async def one_stream() -> None:
    """Fifty salons on one stream, one of them with a hundred calls at once."""
    fake = FakeGigaChat(latency=lambda: 0.02)
    fake.add_credential(CLIENT, KEY)
    async with server.serving(fake) as url:
        model = gigachat.build(
            gigachat.Account(
                client_id=CLIENT,
                secret=KEY,
                scope="GIGACHAT_API_PERS",
                model="GigaChat-2-Pro",
                base_url=f"{url}/v1",
                auth_url=f"{url}/api/v2/oauth",
            )
        )
        waits: dict[str, list[float]] = defaultdict(list)

        async def call(tenant: str) -> None:
            began = time.perf_counter()
            said = (Said("user", "да"),)
            await model.complete(Request(Purpose.WORD, said, tenant, tenant, 600.0))
            waits[tenant].append(time.perf_counter() - began)

        loud = [asyncio.create_task(call("loud")) for _ in range(100)]
        await asyncio.sleep(0.1)
        await asyncio.gather(*(call(f"salon-{n}") for n in range(49)))
        quiet = [w[0] for name, w in waits.items() if name != "loud"]
        await asyncio.gather(*loud)
        await model.close()
    each = max(waits["loud"]) / 149
    print(
        f"one stream, a loud salon with 100 calls and 49 with one: the 49 waited "
        f"{mean(quiet) / each:.0f} calls on average, {max(quiet) / each:.0f} at most; "
        f"streams used {fake.streams.peak[CLIENT]}"
    )


async def gone() -> None:
    """What a reply takes without a model, with one that is gone, and with one that hangs."""
    async with product(None) as (port, watched):
        without = await replies(port, watched, 1_000_000, 60, MURMUR)
    async with product(FakeGigaChat()) as (port, watched):
        os.environ.pop("GIGACHAT_BASE_URL", None)
        good = await replies(port, watched, 1_000_000, 60, MURMUR)
    fake = FakeGigaChat()
    async with product(fake) as (port, watched):
        fake.gate.credentials.clear()  # every call from now on is refused
        await replies(port, watched, 3_000_000, 5, MURMUR)
        away = await replies(port, watched, 1_000_000, 60, MURMUR)
    print(
        f"a murmur's reply, median: no model {without * 1000:.0f} ms, a quick one "
        f"{good * 1000:.0f} ms, one that is gone {away * 1000:.0f} ms"
    )
    fake = FakeGigaChat()
    async with product(fake) as (port, watched):
        fake.faults.put(CLIENT, lost_answer(), times=100)
        hung = await replies(port, watched, 1_000_000, 1, MURMUR)
    print(f"a murmur's reply when the model hangs: {hung:.1f} s (25 s are allowed)")


async def replies(port: int, watched: Watched, first: int, count: int, text: str) -> float:
    """The median time from a delivery to the reply at the messenger."""
    seconds = []
    for n in range(count):
        watched.replies.clear()
        began = time.perf_counter()
        await paced_all(port, [delivery(watched.graph, first + n, text)])
        await watched.until(1)
        seconds.append(time.perf_counter() - began)
    return sorted(seconds)[count // 2]


async def main() -> None:
    """All of it, a minute or so each."""
    await one_stream()
    await in_flight()
    await gone()


if __name__ == "__main__":
    uvloop.run(main())
