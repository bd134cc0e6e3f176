"""Who asks, and how long the question is: a proxy may say so, a stranger may not."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from beautybot.app import build
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import Database
from beautybot.kit.wakeup import Wakeup
from beautybot.serving import listen, server as server_of
from beautybot.settings import Settings
from beautybot.web.parts import Parts


async def place(request: Request) -> Response:
    """Who we think is asking, and how."""
    host = request.client.host if request.client else ""
    return PlainTextResponse(f"{host} {request.url.scheme}")


@asynccontextmanager
async def house(db: Database, trusted: str) -> AsyncIterator[str]:
    """The product's own server, as `serve` configures it."""
    settings = Settings(trusted_proxies=trusted)
    parts = Parts(settings, db, Keyring(parse_keys(new_key())), Wakeup())
    listener = listen("127.0.0.1", 0)
    app = build(parts, pages=[Route("/place", place, methods=["GET", "POST"])])
    server = server_of(app, settings)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@pytest.mark.parametrize(
    ("trusted", "said", "seen"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7 https"),  # our proxy says who it is
        ("127.0.0.1", "1.1.1.1, 203.0.113.7", "203.0.113.7 https"),  # what came before is hearsay
        ("127.0.0.1", "127.0.0.1, 203.0.113.7", "203.0.113.7 https"),
        ("10.0.0.1", "203.0.113.7", "127.0.0.1 http"),  # nobody we trust
        ("10.0.0.1", "127.0.0.1", "127.0.0.1 http"),
    ],
)
async def test_a_stranger_names_no_address_of_their_own(
    sqlite_db: Database, trusted: str, said: str, seen: str
) -> None:
    """The address is what the last trusted proxy saw; it is what guesses are counted by."""
    headers = {"X-Forwarded-For": said, "X-Forwarded-Proto": "https", "X-Real-IP": "9.9.9.9"}
    async with (
        house(sqlite_db, trusted) as base,
        aiohttp.ClientSession() as http,
        http.get(f"{base}/place", headers=headers) as answer,
    ):
        assert await answer.text() == seen
        assert "Server" not in answer.headers


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 0x5\r\n",
        b"Content-Length : 5\r\n",
        b"X: y\r\n Content-Length: 5\r\n",
        b"X: a\rContent-Length: 5\r\n",
    ],
)
async def test_a_request_of_two_lengths_is_refused(sqlite_db: Database, head: bytes) -> None:
    """No request hides in another: never two answers to what one proxy took for one."""
    hidden = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    async with house(sqlite_db, "127.0.0.1") as base:
        answer = await _raw(base, b"POST /place HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n" + hidden)
        control = await _raw(base, b"GET /place HTTP/1.1\r\nHost: x\r\n\r\n")

    assert answer.count(b"HTTP/1.1 200") == 0 or answer.count(b"HTTP/1.1") == 1
    assert b"ok\n" not in answer
    assert control.startswith(b"HTTP/1.1 200")


async def _raw(base: str, request: bytes) -> bytes:
    port = int(base.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, family=socket.AF_INET)
    writer.write(request)
    await writer.drain()
    try:
        async with asyncio.timeout(0.7):
            return await reader.read(65_536)
    except TimeoutError:
        return b""
    finally:
        writer.close()
