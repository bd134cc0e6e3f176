"""
One of the receivers, in a process of its own; prints its port.

    python -m benchmarks.ingest.server ours URL     the product's web on that database
    python -m benchmarks.ingest.server pywa | aiogram
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections import Counter
from typing import Any

import uvicorn
import uvloop

from beautybot import serving
from beautybot.settings import Settings
from benchmarks.ingest import stream

SEEN = "/seen"
KEY = "A" * 43 + "="


async def ours(url: str) -> None:
    """The product's own web; the worker comes afterwards."""
    settings = Settings(
        database_url=url, whatsapp_app_secret=stream.SECRET, encryption_keys=KEY, log_level="ERROR"
    )
    listener = _listen()
    async with serving.opened(settings, owner=settings.on_sqlite) as product:
        await serving.run(product, listener, worker=False)


async def pywa() -> None:
    """pywa's own Starlette server; its handlers count what they are given."""
    from pywa_async import WhatsApp
    from starlette.responses import PlainTextResponse

    seen: Counter[str] = Counter()
    client = WhatsApp(
        phone_id=stream.PHONE_ID,
        token="t",
        webhook_endpoint="/hook",
        verify_token="tok",
        app_secret=stream.SECRET,
    )

    async def count(_: WhatsApp, update: Any) -> None:
        seen[update.id] += 1

    client.on_message()(count)
    client.on_callback_button()(count)
    app = client._setup_and_get_starlette_app()
    logging.disable(logging.CRITICAL)

    async def show(_request: Any) -> PlainTextResponse:
        return PlainTextResponse(json.dumps(seen))

    app.add_route(SEEN, show)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, http="httptools", lifespan="off", backlog=2048
    )
    await uvicorn.Server(config).serve(sockets=[_listen()])


async def aiogram() -> None:
    """aiogram's request handler on aiohttp, as its documentation sets it up."""
    from aiogram import Bot, Dispatcher
    from aiogram.types import CallbackQuery, Message
    from aiogram.webhook.aiohttp_server import SimpleRequestHandler
    from aiohttp import web

    seen: Counter[str] = Counter()
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def message(said: Message) -> None:
        seen[f"{said.chat.id}:{said.message_id}"] += 1

    @dispatcher.callback_query()
    async def press(query: CallbackQuery) -> None:
        seen[f"cb:{query.id}"] += 1

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=json.dumps(seen))

    app = web.Application(client_max_size=4_000_000)
    handler = SimpleRequestHandler(
        dispatcher, Bot(stream.BOT_TOKEN), secret_token=stream.BOT_SECRET
    )
    handler.register(app, path="/hook")
    app.router.add_get(SEEN, show)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.SockSite(runner, _listen(), backlog=2048).start()
    await asyncio.Event().wait()


def _listen() -> Any:
    listener = serving.listen("127.0.0.1", 0)
    print(listener.getsockname()[1], flush=True)
    return listener


if __name__ == "__main__":
    what, *more = sys.argv[1:]
    uvloop.run({"ours": ours, "pywa": pywa, "aiogram": aiogram}[what](*more))
