"""Run an ASGI app on a free loopback port inside the present event loop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import uvicorn
from starlette.types import Receive, Scope, Send

SHUTDOWN_GRACE_S = 1.0
"""How long a request under way may still take when its server leaves."""


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files: the root to trust, and the certificate and key to serve with."""

    root: Path
    certificate: Path
    key: Path


@runtime_checkable
class Closable(Protocol):
    """An app with connections and tasks of its own to give back."""

    async def close(self) -> None:
        """Give them back."""
        ...


class _Guest(uvicorn.Server):
    """A server that leaves the signals alone, and stops without uvicorn's usual pauses."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.leaving = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self.on_tick(0)  # the date header, once: nobody reads it here
        await self.leaving.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if tasks := set(self.server_state.tasks):
            _, stuck = await asyncio.wait(tasks, timeout=SHUTDOWN_GRACE_S)
            await self._abandon(stuck)
        await self.lifespan.shutdown()

    async def _abandon(self, stuck: set[asyncio.Task[None]]) -> None:
        """Hang up first: uvicorn then does not take the silence for a failure of the app."""
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.close()
        await asyncio.sleep(0)
        for task in stuck:
            task.cancel()


class _Abandoned:
    """An app whose calls end in silence once its server has left."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.leaving = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except asyncio.CancelledError:
            if not self.leaving.is_set():
                raise


@asynccontextmanager
async def serving(
    app: Any,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    lifespan: bool = False,
    tls: Tls | None = None,
) -> AsyncIterator[str]:
    """
    The base URL of `app`, served for as long as the block lasts.

    Port 0 takes a free one; with `tls` the scheme is https.  An app with a
    `close` coroutine is closed at the end.  OSError if the port is taken.
    """
    listener = socket.create_server((host, port), backlog=1024)
    abandoned = _Abandoned(app)
    server = _guest(abandoned, lifespan=lifespan, tls=tls)
    server.leaving = abandoned.leaving
    task = asyncio.create_task(server.serve(sockets=[listener]))
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
    ready.cancel()
    try:
        if not server.started:
            raise RuntimeError("the app did not start")
        yield f"{'https' if tls else 'http'}://{host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        server.leaving.set()
        await task
        listener.close()
        if isinstance(app, Closable):
            await app.close()


def _guest(app: Any, *, lifespan: bool, tls: Tls | None) -> _Guest:
    config = uvicorn.Config(
        app,
        log_config=None,  # the logging of the process belongs to somebody else
        access_log=False,
        lifespan="on" if lifespan else "off",
        timeout_keep_alive=60,
        ws="none",
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
    )
    return _Guest(config)
