"""
A part of the web that is brought in when somebody first asks for it.

Assistants are rare guests, and the libraries that serve them are a quarter of
the memory of a small server and half of its start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from beautybot.kit import memory

Opened = AbstractAsyncContextManager[ASGIApp]


class OnDemand:
    """
    An ASGI app that opens with its first request; `close` when the server stops.

    `bring` imports what it needs, in a thread, and returns the app as a context
    that is entered and left in one task, as task groups demand.  If it fails,
    the request fails and the next one tries again.
    """

    def __init__(self, bring: Callable[[], Opened]) -> None:
        self._bring = bring
        self._app: asyncio.Future[ASGIApp] | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, the first of all after opening."""
        app = await self._opened()
        await app(scope, receive, send)

    async def close(self) -> None:
        """Leave the app's context, if it was ever entered."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)

    async def _opened(self) -> ASGIApp:
        if self._app is None or self._keeper is None or self._keeper.done():
            self._app = asyncio.get_running_loop().create_future()
            self._keeper = asyncio.create_task(self._keep(self._app))
        app, keeper = self._app, self._keeper
        either: tuple[asyncio.Future[Any], ...] = (app, keeper)
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not app.done():
            keeper.result()  # says why it could not be opened
        return app.result()

    async def _keep(self, ready: asyncio.Future[ASGIApp]) -> None:
        async with await asyncio.to_thread(self._bring) as app:
            memory.settle()
            ready.set_result(app)
            await asyncio.Event().wait()
