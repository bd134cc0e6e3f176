"""What presses on the server from outside: it refuses in words, and comes back by itself."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

import aiohttp
from survivors import Survivors, survivors
from town import APP_SECRET, PHONE_ID

from beautybot.demo.fakes.graph_events import WaClient, envelope
from beautybot.demo.fakes.graph_webhooks import signature

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

        assert locked == (503, "5") and took < 8
        assert again[0] == 200


async def test_a_head_that_does_not_come_is_not_waited_for(sqlite_url: str, tmp_path: Path) -> None:
    """The connection is closed after ten seconds, also when nothing was said at all."""
    half = b"POST /api/webhooks/whatsapp HTTP/1.1\r\nHost: x\r\n"
    async with survivors(sqlite_url, tmp_path) as here:
        port = here.product.port
        waited = await asyncio.gather(closed_after(port, b""), closed_after(port, half))

    assert all(8 < seconds < 25 for seconds in waited)


async def closed_after(port: int, sent: bytes) -> float:
    """How long the server waits for more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    started = time.monotonic()
    async with asyncio.timeout(40):
        with suppress(ConnectionResetError):
            await reader.read()
    writer.close()
    return time.monotonic() - started
