"""The page as an ASGI app: `phone_page(…)`, to be served on a port of its own or mounted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.telegram import FakeTelegram
from beautybot.demo.fakes.telegram_world import TgBot, TgUser
from beautybot.demo.phone.acts import act
from beautybot.demo.phone.owner import Invitation, OwnerView
from beautybot.demo.phone.screens import Stage
from beautybot.demo.phone.visitors import Visitor, Visitors

COOKIE = "beautybot_visitor"
TICK_S = 1.5
SUGGESTIONS = (
    "хочу на маникюр завтра после шести",
    "сколько стоит стрижка?",
    "когда у меня запись?",
    "позовите администратора",
)
_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def phone_page(
    graph: FakeGraph,
    telegram: FakeTelegram,
    view: OwnerView,
    *,
    phone_id: str,
    bot: TgBot,
    owner_bot: TgBot,
    owner: TgUser,
    salon: str,
    timezone: str = "Europe/Moscow",
    invitation: Invitation | None = None,
) -> Starlette:
    """
    The demo page of one salon.

    `phone_id` and `bot` are the salon's accounts on the doubles; `owner_bot` is
    the bot that brings notices to `owner`.  Serve it with `fakes.server.serving`
    or mount it; every address in it is relative to where it stands.
    """
    stage = Stage(graph, telegram, view, phone_id, bot, owner_bot, owner, ZoneInfo(timezone))
    app = Starlette(
        routes=[
            Route("/", _show),
            Route("/events", _events),
            Route("/acts/{name}", _act, methods=["POST"]),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ]
    )
    app.state.stage = stage
    app.state.visitors = Visitors()
    app.state.texts = {"salon": salon, "invitation": invitation, "suggestions": SUGGESTIONS}
    app.state.template = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True
    ).get_template("page.html")
    return app


async def _show(request: Request) -> Response:
    state = request.app.state
    visitor = _visitor(request)
    cookie = None
    if visitor is None:
        cookie, visitor = state.visitors.invite()
    base = request.scope.get("root_path", "").rstrip("/")
    html = state.template.render(visitor=visitor, base=base, **state.texts)
    response = HTMLResponse(html, headers=_HEADERS)
    if cookie:
        _remember(response, cookie)
    return response


async def _events(request: Request) -> Response:
    visitor = _visitor(request)
    if visitor is None:
        return Response(status_code=204)  # the browser stops asking; the page reloads itself
    return StreamingResponse(
        _news(request.app.state.stage, visitor),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _act(request: Request) -> Response:
    name = request.path_params["name"]
    if not request.headers.get("content-type", "").startswith("application/json"):
        return Response(status_code=415)  # a form of a foreign page cannot send JSON
    if name == "leave":
        cookie, _ = request.app.state.visitors.invite()
        response = Response(status_code=204)
        _remember(response, cookie)
        return response
    visitor = _visitor(request)
    if visitor is None:
        return Response(status_code=409)
    try:
        wish = msgspec.json.decode(await request.body(), type=dict[str, Any])
        await act(request.app.state.stage, visitor, name, wish)
    except (msgspec.DecodeError, LookupError, ValueError):
        return Response(status_code=400)
    return Response(status_code=204)


async def _news(stage: Stage, visitor: Visitor) -> AsyncIterator[bytes]:
    changes: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
    shown: dict[str, bytes] = {}
    with (
        stage.graph.transcripts.listening(changes),
        stage.telegram.transcripts.listening(changes),
    ):
        while True:
            for name, value in (await _everything(stage, visitor)).items():
                encoded = msgspec.json.encode(value)
                if shown.get(name) != encoded:
                    shown[name] = encoded
                    yield b"event: %s\ndata: %s\n\n" % (name.encode(), encoded)
            await _next_change(changes)


async def _everything(stage: Stage, visitor: Visitor) -> dict[str, Any]:
    if visitor.channel == "whatsapp":
        await stage.graph.client_reads(stage.phone_id, visitor.whatsapp)
    return {
        "whatsapp": stage.client_screen(visitor, "whatsapp"),
        "telegram": stage.client_screen(visitor, "telegram"),
        "owner": stage.owner_screen(),
        "board": await stage.board(),
    }


async def _next_change(changes: asyncio.Queue[tuple[str, str]]) -> None:
    try:
        async with asyncio.timeout(TICK_S):
            await changes.get()
    except TimeoutError:
        return
    await asyncio.sleep(0.05)  # a turn changes several things at once
    while not changes.empty():
        changes.get_nowait()


def _visitor(request: Request) -> Visitor | None:
    visitors: Visitors = request.app.state.visitors
    return visitors.get(request.cookies.get(COOKIE))


def _remember(response: Response, cookie: str) -> None:
    response.set_cookie(COOKIE, cookie, max_age=86_400, httponly=True, samesite="strict")
