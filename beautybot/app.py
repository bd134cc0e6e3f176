"""The web app: the only place that wires routes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from beautybot.conversations import inbox
from beautybot.conversations.inbox import RawEvent
from beautybot.kit.batching import Batcher
from beautybot.kit.db import DatabaseUnavailable
from beautybot.web.doors import Doors
from beautybot.web.figures import Figures
from beautybot.web.headers import Headed
from beautybot.web.parts import Parts
from beautybot.web.rendering import refused
from beautybot.web.webhooks import ROOT, Webhooks

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]
LATE_S = 60.0
GATHER_S = 0.02
"""So long a delivery of a flood waits for others of it before it is stored."""
BIGGEST_BODY = 6_500_000
"""What is larger is cut off while it is read; a messenger's door has a smaller limit of its own."""


def build(
    parts: Parts, *, pages: list[BaseRoute] | None = None, lifespan: Lifespan | None = None
) -> ASGIApp:
    """The ASGI app of an installation; `pages` are routes beside the webhooks."""
    webhooks = Webhooks(
        doors=Doors(parts.db, parts.keyring, parts.settings.whatsapp_app_secret),
        inbox=Batcher[RawEvent](parts.db, inbox.accepting),
        crowded=Batcher[RawEvent](parts.db, inbox.accepting, gather_s=GATHER_S),
        wakeup=parts.wakeup,
        verify_token=parts.settings.whatsapp_verify_token,
        clock=parts.clock,
    )
    rest = Starlette(
        routes=[
            Route("/healthz", _alive),
            Route("/readyz", _Ready(parts)),
            Route("/metrics", Figures(parts).show),
            *(pages or []),
        ],
        exception_handlers={404: _no_such_page},
        lifespan=lifespan or _nothing,
        max_body_size=BIGGEST_BODY,
    )
    return _Front(webhooks, rest, Headed(https=parts.settings.public_url.startswith("https://")))


class _Front:
    """Webhooks go the shortest way; everything else goes through Starlette."""

    def __init__(self, webhooks: Webhooks, rest: ASGIApp, headed: Headed) -> None:
        self._webhooks = webhooks
        self._rest = rest
        self._headed = headed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(ROOT):
            await self._webhooks(scope, receive, self._headed(send))
        else:
            await self._rest(scope, receive, self._headed(send))


async def _no_such_page(_request: Request, _error: Exception) -> Response:
    return refused(404, "Такой страницы нет.")


async def _alive(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


class _Ready:
    """200 when the database answers and the reading of deliveries is not behind."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._look()
        await response(scope, receive, send)

    async def _look(self) -> Response:
        try:
            backlog = await self._parts.db.read(inbox.backlog)
        except DatabaseUnavailable:
            return PlainTextResponse("the database does not answer\n", 503)
        if backlog.oldest is not None:
            behind = (self._parts.clock() - backlog.oldest).total_seconds()
            if behind > LATE_S:
                return PlainTextResponse(f"the worker is {behind:.0f} s behind\n", 503)
        return PlainTextResponse("ok\n")


@asynccontextmanager
async def _nothing(_app: Starlette) -> AsyncIterator[None]:
    yield


__all__ = ["Parts", "build"]
