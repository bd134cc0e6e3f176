"""
A deadline for every connection, before anything of ours is called.

uvicorn waits for the rest of a request's head, and for a body nobody asks
for, as long as the other side likes: two thousand such connections are a free
attack.  Here the head must be whole in ten seconds and the body in thirty.
"""

from __future__ import annotations

import asyncio
import resource
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 10.0
BODY_S = 30.0
MOST = 4000
OTHERS = 200
"""Descriptors that files, the database and the messengers need beside the connections."""


def most() -> int:
    """
    How many connections to hold at one time; who comes beyond them hears 503.

    As many descriptors as the system lets us have are taken first: systemd and
    Docker give a process 1024 of them, and more only to who asks.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(MOST + OTHERS, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(min(MOST, max(soft, wanted) - OTHERS), OTHERS)


class Guarded(HttpToolsProtocol):
    """
    uvicorn's connection, closed when a request does not come in time.

    A request only notes until when it must be here; one timer a connection,
    not several a request, looks whether it is.
    """

    _due: float | None = None
    _next_look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._due = self.loop.time() + HEAD_S
        self._look_in(HEAD_S)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._due = self.loop.time() + HEAD_S

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self._due = self.loop.time() + BODY_S

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._due = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._next_look is not None:
            self._next_look.cancel()
        super().connection_lost(exc)

    def _look_in(self, seconds: float) -> None:
        self._next_look = self.loop.call_later(seconds, self._look)

    def _look(self) -> None:
        # A head that begins right after a look is due in HEAD_S, as the next look is.
        left = HEAD_S if self._due is None else self._due - self.loop.time()
        if left > 0:
            self._look_in(left)
        elif not self.transport.is_closing():
            self.transport.abort()
