"""What presses on the server from outside: it refuses in words, and comes back by itself."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
from survivors import Survivors, survivors
from town import APP_SECRET, PHONE_ID

from beautybot.demo.fakes.graph_events import WaClient, envelope
from beautybot.demo.fakes.graph_webhooks import signature
from beautybot.web import connections

OLGA = WaClient("79161234567", name="Ольга")
PRICE = "сколько стоит педикюр?"


async def deliver(here: Survivors, http: aiohttp.ClientSession, text: str) -> tuple[int, str]:
    """One delivery, once: the status and when to come again."""
    body = envelope([here.graph.event(PHONE_ID, OLGA, text)])
    head = {"X-Hub-Signature-256": signature(APP_SECRET, body)}
    url = f"{here.product.url}/api/webhooks/whatsapp"
    async with http.post(url, data=body, headers=head) as response:
        return response.status, response.headers.get("Retry-After", "")


async def test_a_full_disk_is_refused_and_forgotten(sqlite_url: str, tmp_path: Path) -> None:
    """503 with Retry-After, reading goes on; with space again the repeat is answered."""
    async with survivors(sqlite_url, tmp_path) as here, aiohttp.ClientSession() as http:
        await here.says(OLGA, PRICE)
        (pid,) = [process.pid for process in here.product.alive.values()]
        assert pid is not None
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        full = [await deliver(here, http, f"а маникюр? {n}") for n in range(3)]
        async with http.get(f"{here.product.url}/readyz") as response:
            reads = response.status

        await here.graph.client_says(PHONE_ID, OLGA, "а стрижка?")  # Meta will repeat this one
        seen = len(here.screen(OLGA))
        resource.prlimit(
            pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )
        await here.quiet()

        assert full == [(503, "5")] * 3
        assert reads == 200
        assert len(here.screen(OLGA)) == seen + 1
        assert here.product.deaths == 0


async def test_a_locked_file_is_refused_in_three_seconds(sqlite_url: str, tmp_path: Path) -> None:
    """Another program holds the file: not a hang, and over when the lock is."""
    async with survivors(sqlite_url, tmp_path) as here, aiohttp.ClientSession() as http:
        await here.says(OLGA, PRICE)
        locking = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        locking.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        locked = await deliver(here, http, PRICE)
        took = time.monotonic() - started
        locking.execute("ROLLBACK")
        locking.close()
        again = await deliver(here, http, PRICE)

        assert locked == (503, "5") and took < 15  # three, on an idle machine
        assert again[0] == 200


async def test_what_does_not_come_is_not_waited_for(sqlite_url: str, tmp_path: Path) -> None:
    """Nothing, half a head: closed after ten seconds. Half a body: 408, while others are served."""
    half = b"POST /api/webhooks/whatsapp HTTP/1.1\r\nHost: x\r\n"
    body = half + b"Content-Length: 1000\r\n\r\n{"
    async with survivors(sqlite_url, tmp_path) as here, aiohttp.ClientSession() as http:
        port = here.product.port
        slow = asyncio.gather(*(closed_after(port, sent) for sent in (b"", half, body)))
        drip = asyncio.create_task(dripping(port, body))
        meanwhile, _ = await deliver(here, http, PRICE)
        (_, nothing), (_, head), (_, whole) = waited = await slow
        dripped = await drip

    assert all(8 < seconds < 25 for seconds, _ in waited)
    assert nothing == head == b""
    assert whole.startswith(b"HTTP/1.1 408") and dripped.startswith(b"HTTP/1.1 408")
    assert meanwhile == 200


async def test_slow_connections_do_not_shut_others_out(sqlite_url: str, tmp_path: Path) -> None:
    """Four hundred that finish nothing, on every kind of path; a client is answered as ever."""
    starts = [b"", b"POST /api/webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"]
    starts += [b"GET /login HTTP/1.1\r\n", b"POST /login HTTP/1.1\r\nContent-Length: 9\r\n\r\na"]
    async with survivors(sqlite_url, tmp_path) as here:
        port = here.product.port
        held: set[asyncio.StreamWriter] = set()
        slow = (always_slow(port, starts[n % 4], held) for n in range(400))
        crowd = [asyncio.create_task(one) for one in slow]
        async with asyncio.timeout(60):
            while len(held) < 300:
                await asyncio.sleep(0.1)
        answer = await here.says(OLGA, PRICE, timeout_s=60)
        still = len(held)
        for one in crowd:
            one.cancel()
        await asyncio.gather(*crowd, return_exceptions=True)

    assert "2 500" in answer or "₽" in answer
    assert still >= 200, "they were there all the time: whom the server closed came again"


@pytest.mark.parametrize(
    ("soft", "hard", "held", "left"),
    [(1024, 20_000, 4_000, 4_200), (1024, 1024, 824, 1024), (9_000, 9_000, 4_000, 9_000)],
)
def test_the_cap_of_connections_fits_the_descriptors(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, held: int, left: int
) -> None:
    """More connections than descriptors would keep the database from being opened."""
    limits = [(soft, hard)]
    monkeypatch.setattr(resource, "getrlimit", lambda _what: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _what, wanted: limits.append(wanted))

    assert connections.most() == held
    assert limits[-1] == (left, hard)


async def always_slow(port: int, sent: bytes, held: set[asyncio.StreamWriter]) -> None:
    """A connection on which no more comes; closed by the server, it is opened again at once."""
    while True:
        with suppress(ConnectionError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            held.add(writer)
            try:
                writer.write(sent)
                await reader.read()
            finally:
                held.discard(writer)
                writer.close()
        await asyncio.sleep(0.05)


async def dripping(port: int, sent: bytes) -> bytes:
    """A body that comes a byte a second: what the server says in the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    answer = asyncio.create_task(reader.readline())
    while not answer.done():
        with suppress(ConnectionError):
            writer.write(b" ")
        await asyncio.sleep(1)
    writer.close()
    return answer.result()


async def closed_after(port: int, sent: bytes) -> tuple[float, bytes]:
    """How long the server waits for more, and what it says."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    started, said = time.monotonic(), b""
    async with asyncio.timeout(40):
        with suppress(ConnectionResetError):
            said = await reader.readline()
            if not said:
                await reader.read()
    writer.close()
    return time.monotonic() - started, said
