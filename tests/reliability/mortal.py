"""
The product as processes that a test may kill at a stage of its choice.

Each is the real server in a real process, forked from one that has imported
everything already, so that a start costs tenths of a second.  A supervisor
starts whatever died again, as systemd or Docker would.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import uvloop

from beautybot import serving
from beautybot.kit import clock, failpoints, log
from beautybot.kit.failpoints import Stage
from beautybot.settings import Settings

_FORK = multiprocessing.get_context("forkserver")
_FORK.set_forkserver_preload(["beautybot.serving", "uvloop"])

ROLES = {
    "serve": (True, True),
    "web": (True, False),
    "worker": (False, True),
    "spare": (False, True),
}


@dataclass(slots=True)
class Hands:
    """A clock that many processes share and a test may turn on."""

    ahead_s: Any = field(default_factory=lambda: _FORK.Value("d", 0.0))

    def __call__(self) -> datetime:
        """Now, as everybody in this world sees it."""
        return clock.now() + timedelta(seconds=self.ahead_s.value)

    def turn_on(self, by: timedelta) -> None:
        """Let so much time pass."""
        self.ahead_s.value += by.total_seconds()


@dataclass(frozen=True, slots=True)
class Life:
    """What one process is started with; all share `hands`, the clock of their world."""

    settings: Mapping[str, Any]
    role: str
    port: int
    trigger: Path
    hands: Hands
    careless: bool = False  # control: "200" before the delivery is durable


@dataclass(slots=True)
class Mortals:
    """The processes of one installation, and how often they died."""

    settings: Mapping[str, Any]
    port: int
    trigger: Path
    roles: tuple[str, ...]
    hands: Hands
    careless: bool = False
    deaths: int = 0
    alive: dict[str, BaseProcess] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the web answers."""
        return f"http://127.0.0.1:{self.port}"

    def doom(self, stage: Stage, how: signal.Signals = signal.SIGKILL) -> None:
        """Kill the process that next comes to a stage; or stop it (SIGSTOP) where it stands."""
        part = self.trigger.with_suffix(".part")
        part.write_text(f"{stage} {how}")
        part.rename(self.trigger)

    def reinforce(self) -> None:
        """One more worker, beside the one there is."""
        self.alive["second worker"] = self._start("worker")

    def wake(self) -> None:
        """Let whoever was stopped go on, as if nothing had been."""
        for process in self.alive.values():
            if process.pid is not None:
                os.kill(process.pid, signal.SIGCONT)

    def kill(self, role: str) -> None:
        """Kill a process wherever it is."""
        process = self.alive[role]
        if process.pid is not None and process.is_alive():
            os.kill(process.pid, signal.SIGKILL)

    async def doomed(self, timeout_s: float = 20) -> None:
        """Return when the doom has come."""
        async with asyncio.timeout(timeout_s):
            while self.trigger.exists():
                await asyncio.sleep(0.01)

    async def ready(self) -> None:
        """Return when the web answers; it listens before the database is open."""
        async with asyncio.timeout(60):
            while not await self._answers():
                await asyncio.sleep(0.02)

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        try:
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return b" 200 " in await reader.readline()
        except OSError:
            return False
        finally:
            writer.close()

    async def supervise(self) -> None:
        """Start everything, and again whatever dies."""
        while True:
            for role in self.roles:
                process = self.alive.get(role)
                if process is not None and process.is_alive():
                    continue
                if process is not None:
                    self.deaths += 1
                self.alive[role] = self._start(role)
            await asyncio.sleep(0.02)

    def _start(self, role: str) -> BaseProcess:
        life = Life(self.settings, role, self.port, self.trigger, self.hands, self.careless)
        process = _FORK.Process(target=live, args=(life,), daemon=True)
        process.start()
        return process

    def end(self) -> None:
        """Kill them all."""
        for role, process in self.alive.items():
            self.kill(role)
            process.join(10)


@asynccontextmanager
async def mortals(
    settings: Mapping[str, Any],
    folder: Path,
    *,
    hands: Hands,
    careless: bool = False,
    spare: bool = False,
) -> AsyncIterator[Mortals]:
    """One `serve` on SQLite; `web` and `worker` apart on PostgreSQL, a `spare` worker if asked."""
    on_sqlite = str(settings["database_url"]).startswith("sqlite")
    roles = ("serve",) if on_sqlite else ("web", "worker", *(("spare",) if spare else ()))
    made = Mortals(settings, free_port(), folder / "doom", roles, hands, careless)
    supervisor = asyncio.create_task(made.supervise())
    try:
        await made.ready()
        yield made
    finally:
        supervisor.cancel()
        made.end()


def live(life: Life) -> None:
    """What a process does until it is killed."""
    log.configure("ERROR", "json")
    failpoints.arm(lambda stage: _die_if_doomed(life.trigger, stage))
    uvloop.run(_serve(life))


async def _serve(life: Life) -> None:
    settings = Settings(**life.settings)
    web, worker = ROLES[life.role]
    listener = serving.listen("127.0.0.1", life.port) if web else None
    if life.careless:
        _forget_to_wait()

    async with serving.opened(settings, owner=settings.on_sqlite, clock=life.hands) as product:
        await serving.run(product, listener, worker=worker)


def _die_if_doomed(trigger: Path, stage: Stage) -> None:
    try:
        doomed, how = trigger.read_text().split()
        if doomed != stage:
            return
        trigger.rename(trigger.with_suffix(".fired"))  # of two processes one dies
    except FileNotFoundError:
        return
    os.kill(os.getpid(), int(how))


def _forget_to_wait() -> None:
    """Control: the promise is given before the delivery is durable."""
    from beautybot.kit.batching import Batcher

    careful = Batcher.add

    async def careless(self: Any, item: Any) -> None:
        asyncio.get_running_loop().call_later(
            0.5, lambda: asyncio.ensure_future(careful(self, item))
        )

    Batcher.add = careless  # type: ignore[method-assign]


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
