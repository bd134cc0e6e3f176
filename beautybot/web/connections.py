"""
A deadline for every connection, before anything of ours is called.

uvicorn waits for the rest of a request's head, and for a body nobody asks
for, as long as the other side likes: two thousand such connections are a free
attack.  Here the head must be whole in ten seconds and the body in thirty.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 10.0
BODY_S = 30.0
MOST = 4000
"""Connections at one time; who comes beyond them hears 503."""


class Guarded(HttpToolsProtocol):
    """uvicorn's connection, closed when a request does not come in time."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._within(HEAD_S)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._within(HEAD_S)

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._within(BODY_S)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_time()

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        super().connection_lost(exc)

    def _within(self, seconds: float) -> None:
        self._in_time()
        self._late = self.loop.call_later(seconds, self._close)

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.abort()
