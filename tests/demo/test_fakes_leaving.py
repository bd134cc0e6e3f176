"""A double that leaves in the middle of a call."""

from __future__ import annotations

import asyncio
import logging

import pytest
from starlette.types import Send

from beautybot.demo.fakes import server

ASKED = b"POST /v1/chat HTTP/1.1\r\nHost: double\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("begun", [False, True])
async def test_a_double_leaves_in_silence(
    begun: bool, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for it is hung up on; no traceback is printed."""
    monkeypatch.setattr(server, "SHUTDOWN_GRACE_S", 0.01)
    ended: list[str] = []
    thinking = asyncio.Event()

    async def thinks(_scope: object, _receive: object, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        thinking.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    async with server.serving(thinks) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(ASKED)
        await thinking.wait()

    assert ended == ["cancelled"]
    assert b"500" not in await reader.read()
    writer.close()
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == []


async def test_a_double_that_breaks_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    """Control: a failure that is nobody's leaving is printed."""

    async def breaks(*_asgi: object) -> None:
        raise LookupError("a bug of the double")

    async with server.serving(breaks) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(ASKED)
        assert b"500" in await reader.readline()
        writer.close()

    assert any("Exception in ASGI" in r.getMessage() for r in caplog.records)
