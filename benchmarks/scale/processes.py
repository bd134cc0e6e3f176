"""So many `web` and so many `worker`, each a process of its own, and what they use."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

RUN = "from beautybot.__main__ import main; main()"
DEAF = """
import asyncio
from beautybot.kit.bell import Bell
Bell.stay = lambda self: asyncio.sleep(1e9)
"""
"""Control: no bell, workers find work by looking twice a second."""
CARELESS = """
import asyncio
from beautybot.kit.batching import Batcher
add = Batcher.add
async def late(self, item):
    asyncio.get_running_loop().call_later(0.5, lambda: asyncio.ensure_future(add(self, item)))
Batcher.add = late
"""
"""Control: the 200 before the delivery is durable."""


@dataclass(frozen=True, slots=True)
class Processes:
    """The ports of the webs, and every process by what it is."""

    ports: list[int]
    pids: list[int]

    def cpu_s(self) -> float:
        """CPU seconds all of them have used."""
        return sum(_cpu_s(pid) for pid in self.pids)


@asynccontextmanager
async def processes(
    settings: Mapping[str, str], folder: Path, webs: int, workers: int, patch: str = ""
) -> AsyncIterator[Processes]:
    """Start them, wait until each web answers, stop them all in the end."""
    ports = [_free_port() for _ in range(webs)]
    words = [["web", "--port", str(port)] for port in ports] + [["worker"]] * workers
    log = (folder / "processes.log").open("ab")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", f"{patch}\n{RUN}", *each],
            env=os.environ | dict(settings),
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        for each in words
    ]
    try:
        for port in ports:
            await _answers(port)
        await asyncio.sleep(1)  # the workers have no port to ask
        yield Processes(ports, [process.pid for process in running])
    finally:
        for process in running:
            process.terminate()
        for process in running:
            await asyncio.to_thread(process.wait, 30)
        log.close()


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _answers(port: int) -> None:
    for _ in range(600):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            line = await reader.readline()
            writer.close()
        except OSError:
            line = b""
        if b" 200 " in line:
            return
        await asyncio.sleep(0.1)
    raise RuntimeError("a web did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
