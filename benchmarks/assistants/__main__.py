"""Free times through REST and MCP; see README.md beside this file."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import uvloop

from beautybot.booking import importing
from beautybot.booking.salon_file import of_json
from beautybot.businesses import salons
from beautybot.demo.salon import SALON, SLUG
from beautybot.kit import clock, migrate
from beautybot.kit.crypto import new_key
from beautybot.kit.db import connect
from beautybot.russian.people import name_forms
from benchmarks.assistants.server import CAPPED
from benchmarks.load import Figures, request

SERVICE = "mani"


def _rest(day: str) -> bytes:
    path = f"/api/chatgpt/salon/{SLUG}/available-slots?serviceId={SERVICE}&date={day}"
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".encode()


def _mcp(day: str, *, modern: bool, port: int) -> bytes:
    arguments = {"salon_id": SLUG, "service_id": SERVICE, "date": day}
    params: dict[str, object] = {"name": "find_slots", "arguments": arguments}
    headers = {
        "host": f"127.0.0.1:{port}",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28" if modern else "2025-06-18",
    }
    if modern:
        headers |= {"mcp-method": "tools/call", "mcp-name": "find_slots"}
        params["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "benchmark", "version": "1"},
        }
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    made = request("/mcp", json.dumps(body).encode(), headers)
    return made.replace(b"host: 127.0.0.1\r\n", b"", 1)


async def _run(port: int, data: bytes, count: int, connections: int, rate: float = 0.0) -> Figures:
    """`count` requests; with `rate`, so many a second evenly, else as fast as they are answered."""
    seconds: list[float] = []
    refused = [0]
    begin = time.perf_counter()
    numbers = iter(range(count))

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            if rate:
                await asyncio.sleep(max(0.0, begin + number / rate - time.perf_counter()))
            sent = time.perf_counter()
            writer.write(data)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
            seconds.append(time.perf_counter() - sent)
            if not head.startswith(b"HTTP/1.1 200") or b"start" not in body:
                refused[0] += 1
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    took = time.perf_counter() - begin
    seconds.sort()
    p50, p99 = (seconds[int(len(seconds) * share)] * 1000 for share in (0.5, 0.99))
    return Figures(count / took, p50, p99, seconds[-1] * 1000, refused[0])


async def main(count: int, rounds: int) -> None:
    """Print a line for each way in, as fast as it goes and at fifty a second."""
    day = (clock.now() + timedelta(days=3)).date().isoformat()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/assistants.db"
        await _furnish(url)
        with subprocess.Popen(
            [sys.executable, "-m", "benchmarks.assistants.server", url, CAPPED],
            env=os.environ | {"ENCRYPTION_KEYS": new_key(), "LOG_LEVEL": "ERROR"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as server:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            try:
                await _measure(port, server.pid, day, count, rounds)
            finally:
                server.terminate()
                server.wait(20)


async def _furnish(url: str) -> None:
    """The demo's salon, which lets assistants in."""
    await migrate.upgrade(url)
    db = connect(url)
    await db.write(importing.apply, of_json(SALON), now=clock.now(), name_forms=name_forms)
    salon = await db.read(salons.by_slug, SLUG)
    settings = salons.settings_json(salon.settings) | {"assistants": True}
    await db.write(salons.change, salon.id, settings=settings)
    await db.close()


async def _measure(port: int, pid: int, day: str, count: int, rounds: int) -> None:
    """The ways take turns, round after round, so that a slow minute falls on all of them."""
    ways = {
        "REST": _rest(day),
        "MCP, earlier era": _mcp(day, modern=False, port=port),
        "MCP, modern era": _mcp(day, modern=True, port=port),
    }
    for data in ways.values():
        await _run(port, data, 50, 4)
    fast: dict[str, list[Figures]] = {name: [] for name in ways}
    calm: dict[str, list[Figures]] = {name: [] for name in ways}
    cpu: dict[str, float] = dict.fromkeys(ways, 0.0)
    for _ in range(rounds):
        for name, data in ways.items():
            before = _cpu_s(pid)
            fast[name].append(await _run(port, data, count, 8))
            cpu[name] += _cpu_s(pid) - before
            calm[name].append(await _run(port, data, 250, 4, rate=50.0))
    for name in ways:
        print(f"{name:18} {_line(fast[name])}  {cpu[name] / count / rounds * 1000:.2f} ms of CPU")
        print(f"{'  at 50 a second':18} {_line(calm[name])}")


def _line(rounds: list[Figures]) -> str:
    p99 = [one.p99 for one in rounds]
    return (
        f"{statistics.median(one.rate for one in rounds):6.0f}/s  "
        f"p50 {statistics.median(one.p50 for one in rounds):5.1f} ms  "
        f"p99 {statistics.median(p99):6.1f} ms (rounds {min(p99):.1f} to {max(p99):.1f})  "
        f"max {max(one.worst for one in rounds):6.1f} ms  wrong: {sum(o.refused for o in rounds)}"
    )


def _cpu_s(pid: int) -> float:
    """What the server has used of the processors so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    uvloop.run(main(given.count, given.rounds))
