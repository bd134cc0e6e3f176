"""Nobody reads the log of a real server: clients are served all the same, and it can be stopped."""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
import sys
import termios
from contextlib import suppress
from pathlib import Path

import aiohttp

FORGED = 1200


def unread(pipe: int) -> int:
    """Bytes in a pipe that nobody took."""
    (count,) = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))
    return int(count)


async def test_a_full_log_pipe_stops_nothing(tmp_path: Path, free_tcp_port: int) -> None:
    """Each refused delivery is a line; a thousand of them are more than a pipe holds."""
    read_end, write_end = os.pipe()
    room = fcntl.fcntl(write_end, fcntl.F_GETPIPE_SZ)
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "beautybot", "serve", "--port", str(free_tcp_port)),
        cwd=tmp_path,
        env=os.environ | {"LOG_FORMAT": "json"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=write_end,
    )
    os.close(write_end)
    address = f"http://127.0.0.1:{free_tcp_port}"
    try:
        assert server.stdout is not None
        assert b"listens" in await asyncio.wait_for(server.stdout.readline(), 30)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http:
            for _ in range(FORGED):
                async with http.post(f"{address}/api/webhooks/whatsapp", data=b"{}") as refused:
                    assert refused.status == 401
            async with http.get(f"{address}/readyz") as ready:
                served = ready.status
        full = unread(read_end)
        server.terminate()
        stopped = await asyncio.wait_for(server.wait(), 30)

        assert served == 200
        assert full > room - 4096  # control: it is full indeed
        assert stopped == 0
    finally:
        with suppress(ProcessLookupError):
            server.kill()
        await server.wait()
        os.close(read_end)
