"""The server as a process: it starts once, says what is wrong, and leaves when it is told to."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from msgspec import to_builtins
from sqlalchemy import Connection, select, update
from world import ROMASHKA, as_file

from beautybot.agent.guarding import MOST_TURNS
from beautybot.conversations.models import conversations
from beautybot.kit import clock
from beautybot.kit.crypto import new_key
from beautybot.kit.db import across_salons, connect

SLOW_START_S = 30


@asynccontextmanager
async def running(folder: Path, *words: str, **settings: str) -> AsyncIterator[Process]:
    """A command in a process of its own, ended afterwards."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "beautybot", *words),
        cwd=folder,
        env=os.environ | {"LOG_FORMAT": "json"} | settings,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def listens(process: Process) -> str:
    """The address it says it listens on."""
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), SLOW_START_S)
    assert b"listens on" in line, line + await process.stderr.read()  # type: ignore[union-attr]
    return line.split()[3].decode()


async def outcome(
    folder: Path, *words: str, stdin: str = "", **settings: str
) -> tuple[int, str, str]:
    async with running(folder, *words, **settings) as process:
        out, err = await asyncio.wait_for(process.communicate(stdin.encode()), SLOW_START_S)
        return process.returncode or 0, out.decode(), err.decode()


async def test_a_fresh_machine_serves_and_stops_when_told(
    tmp_path: Path, free_tcp_port: int
) -> None:
    """From an empty folder to an answer, and out with status 0."""
    port = str(free_tcp_port)
    async with running(tmp_path, "serve", "--port", port) as server:
        address = await listens(server)
        async with aiohttp.ClientSession() as http:
            for path in ("/healthz", "/readyz"):
                async with http.get(address + path) as response:
                    assert response.status == 200

        server.send_signal(signal.SIGTERM)
        await asyncio.wait_for(server.wait(), 15)

    assert server.returncode == 0
    assert (tmp_path / "data" / "beautybot.db").exists()
    assert not (tmp_path / "data" / "beautybot.db-wal").exists()


async def test_commands_work_beside_it_and_a_second_server_does_not(
    tmp_path: Path, free_tcp_port_factory: object
) -> None:
    """One file has one server; the operator's commands are guests."""
    first, second = str(free_tcp_port_factory()), str(free_tcp_port_factory())  # type: ignore[operator]
    salon = as_file(ROMASHKA, tmp_path)
    async with running(tmp_path, "serve", "--port", first) as server:
        await listens(server)

        same_file = await outcome(tmp_path, "serve", "--port", second)
        same_port = await outcome(
            tmp_path, "serve", "--port", first, DATABASE_URL="sqlite:///another.db"
        )
        imported = await outcome(tmp_path, "business", "import", str(salon))
        talked = await outcome(tmp_path, "chat", stdin="сколько стоит педикюр?\n")
        await _counted_as_a_flood(tmp_path)
        again = await outcome(tmp_path, "chat", stdin="а маникюр?\n")

        assert server.returncode is None
    assert (same_file[0], "another server" in same_file[2]) == (1, True)
    assert (same_port[0], "in use" in same_port[2]) == (1, True)
    assert len(same_port[2].splitlines()) == len(same_file[2].splitlines()) == 1
    assert imported[0] == 0, imported[2]
    assert "2 400 ₽" in talked[1], talked
    assert "1 800 ₽" in again[1], "who tries it again and again is no flood"


async def _counted_as_a_flood(folder: Path) -> None:
    """As after forty lines within ten minutes."""
    db = connect(f"sqlite:///{folder}/data/beautybot.db")
    await db.write(_counted, {"window": to_builtins(clock.now()), "turns": MOST_TURNS})
    await db.close()


def _counted(conn: Connection, many: dict[str, object]) -> None:
    [row] = conn.execute(across_salons(select(conversations))).all()
    memory = {**row.memory, **many}
    conn.execute(across_salons(update(conversations).values(memory=memory)))


@pytest.mark.parametrize("command", ["web", "worker"])
async def test_the_parts_run_apart_on_postgresql_only(tmp_path: Path, command: str) -> None:
    """One SQLite file cannot be shared by servers."""
    status, _, err = await outcome(tmp_path, command)

    assert status == 1
    assert "beautybot serve" in err


async def test_web_and_worker_apart_do_the_work_of_one(
    tmp_path: Path, postgres_url: str, free_tcp_port: int
) -> None:
    """Both start on PostgreSQL and both leave when told."""
    settings = {"DATABASE_URL": postgres_url, "ENCRYPTION_KEYS": new_key()}
    async with (
        running(tmp_path, "web", "--port", str(free_tcp_port), **settings) as web,
        running(tmp_path, "worker", **settings) as worker,
    ):
        address = await listens(web)
        assert worker.stdout is not None
        await asyncio.wait_for(worker.stdout.readline(), SLOW_START_S)
        async with aiohttp.ClientSession() as http, http.get(address + "/readyz") as response:
            assert response.status == 200

        for process in (web, worker):
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(asyncio.gather(web.wait(), worker.wait()), 20)

    assert (web.returncode, worker.returncode) == (0, 0)
