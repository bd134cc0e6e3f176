"""Free times through REST and MCP; see README.md beside this file."""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from datetime import timedelta

import uvloop

from beautybot.demo.salon import SLUG
from beautybot.kit import clock
from benchmarks.load import request

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


async def _run(port: int, data: bytes, count: int, connections: int, rate: float = 0.0) -> str:
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
    return f"{count / took:6.0f}/s  p50 {p50:5.1f} ms  p99 {p99:6.1f} ms  wrong: {refused[0]}"


async def main(count: int) -> None:
    """Print a line for each way in, as fast as it goes and at fifty a second."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    day = (clock.now() + timedelta(days=3)).date().isoformat()
    ways = {
        "REST": _rest(day),
        "MCP, earlier era": _mcp(day, modern=False, port=port),
        "MCP, modern era": _mcp(day, modern=True, port=port),
    }
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.assistants.server", folder, str(port)]
        server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            await _answers(port)
            for name, data in ways.items():
                await _run(port, data, 50, 4)
                print(f"{name:18} {await _run(port, data, count, 8)}")
                print(f"{'  at 50 a second':18} {await _run(port, data, 250, 4, rate=50.0)}")
        finally:
            server.terminate()
            server.wait(20)


async def _answers(port: int) -> None:
    for _ in range(300):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1500)
    uvloop.run(main(parser.parse_args().count))
