"""The product in one process: web and worker together, or either alone."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta

import uvicorn
from starlette.routing import Route
from starlette.types import ASGIApp

from beautybot import chores
from beautybot.agent.own_models import OwnModels
from beautybot.agent.understanding import Understanding
from beautybot.app import Parts, build
from beautybot.businesses.credentials import mark_of
from beautybot.channels import registry as channels
from beautybot.channels.base import Channel
from beautybot.channels.telegram import Telegram
from beautybot.channels.telegram.owners import bot_of
from beautybot.conversations.fetching import Fetching
from beautybot.conversations.listening import Listening
from beautybot.conversations.model_use import Budget
from beautybot.kit import clock as clocks, log, memory, steps
from beautybot.kit.bell import Bell
from beautybot.kit.clock import Clock
from beautybot.kit.db import Database, connect
from beautybot.kit.errors import BeautyBotError
from beautybot.kit.keys import keyring_of
from beautybot.kit.mail import Mailer
from beautybot.kit.wakeup import Wakeup
from beautybot.llm import registry as models, speech
from beautybot.notifications.bot.asking import Asking
from beautybot.notifications.owner import Voices
from beautybot.polling import Polling
from beautybot.settings import DEFAULT_VERIFY_TOKEN, Settings
from beautybot.web import booking_page, calendar_feed, owner_bot, pages
from beautybot.web.connections import Guarded, most
from beautybot.web.dashboard.routes import routes as dashboard
from beautybot.web.on_demand import OnDemand, Opened
from beautybot.worker import Worker

logger = log.get(__name__)

ASKED_AT_MOST = 1_000_000
"""Bytes of one call of an assistant."""
SWITCH_S = 0.0005


class PortTaken(BeautyBotError):
    """Something else listens on the port."""


@dataclass(frozen=True, slots=True)
class Product:
    """Everything one process runs with."""

    parts: Parts
    worker: Worker
    polling: Polling | None = None  # where Telegram is asked and not told
    asking: Asking | None = None  # the same for the global bot


async def serve(
    settings: Settings, *, host: str, port: int, web: bool = True, worker: bool = True
) -> None:
    """Run until stopped by a signal; what is under way is finished first."""
    listener = listen(host, port) if web else None
    try:
        async with opened(settings, owner=settings.on_sqlite) as product:
            _warn(settings)
            if listener is not None:
                logger.info("BeautyBot listens", host=host, port=port)
            await run(product, listener, worker=worker)
    finally:
        if listener is not None:
            listener.close()


@asynccontextmanager
async def opened(
    settings: Settings, *, owner: bool, clock: Clock = clocks.now
) -> AsyncIterator[Product]:
    """
    The product, opened and not yet running.

    `owner` says that this process is the only server of an SQLite file: then
    the tables are migrated and abandoned work is freed.
    """
    ballast = settings.ballast_mb * 1_000_000
    db = connect(settings.database_url, owner=owner, ballast=ballast)
    spoken = channels.build(settings)
    llm = models.build(settings, None if settings.on_sqlite else db)
    ears = speech.build(settings)
    try:
        if owner and await db.read(steps.current) != steps.newest():
            await steps.apart(settings.sqlite_path)
        own = OwnModels(llm, db, keyring_of(settings), settings)
        product = _product(settings, db, spoken, own, clock)
        if ears is not None:
            product.worker.listening = _listening(product.worker, ears, settings.speech_abroad)
        await db.write(chores.schedule, clock())
        if owner:
            await product.worker.free_leases()
        async with aclosing(own):
            yield product
    finally:
        for channel in spoken.values():
            await channel.close()
        if llm is not None:
            await llm.close()
        if ears is not None:
            await ears.close()
        await db.close()


def _listening(worker: Worker, ears: speech.SpeechToText, abroad: bool) -> Listening:
    fetching = Fetching(worker.db, worker.channels, worker.keyring, worker.clock)
    return Listening(fetching, ears, abroad)


def _product(
    settings: Settings, db: Database, spoken: Mapping[str, Channel], own: OwnModels, clock: Clock
) -> Product:
    wakeup = Wakeup()
    keyring = own.keyring
    shared = settings.whatsapp_app_secret
    worker = Worker(
        db=db,
        channels=spoken,
        keyring=keyring,
        llm=own.shared,
        own_models=own,
        understanding=Understanding(budget=_budget(settings)),
        wakeup=wakeup,
        burst=timedelta(seconds=settings.burst_wait_s),
        public_url=settings.public_url.rstrip("/"),
        voices=_voices(settings, spoken),
        shared_app=mark_of(shared) if shared else None,
        clock=clock,
        jobs=chores.TABLE | {"forget_talks": chores.forgetting_talks(settings.keep_talks_months)},
    )
    parts = Parts(settings, db, keyring, wakeup, clock=clock, channels=spoken, model_of=own.of)
    telegram = spoken["telegram"]
    if settings.telegram_mode != "polling" or not isinstance(telegram, Telegram):
        return Product(parts, worker)
    bot = worker.voices.bot
    return Product(
        parts,
        worker,
        Polling(db, telegram, keyring, wakeup, worker.public_url, worker.name),
        Asking(db, bot, wakeup, worker.name, clock) if bot else None,
    )


def _budget(settings: Settings) -> Budget:
    return Budget(
        per_salon=round(settings.model_salon_day_budget * 100),
        in_all=round(settings.model_day_budget * 100),
    )


def _voices(settings: Settings, spoken: Mapping[str, Channel]) -> Voices:
    mailer = None
    if settings.smtp_host and settings.smtp_from:
        mailer = Mailer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.smtp_from,
            user=settings.smtp_user or "",
            password=settings.smtp_password or "",
            tls=settings.smtp_tls,
        )
    bot = bot_of(spoken["telegram"], settings.telegram_bot_token)
    return Voices(bot, mailer, settings.public_url.rstrip("/"))


async def run(product: Product, listener: socket.socket | None, *, worker: bool = True) -> None:
    """Answer requests and work until a signal, or until this is cancelled."""
    memory.settle()
    # A thread that draws a page gives way to the loop that answers webhooks this soon.
    sys.setswitchinterval(SWITCH_S)
    tasks: list[asyncio.Task[None]] = []
    if not product.parts.settings.on_sqlite:
        bell = Bell(product.parts.settings.database_url, product.parts.wakeup, hears=worker)
        tasks.append(asyncio.create_task(bell.stay()))
    if worker:
        tasks.append(asyncio.create_task(product.worker.run()))
    if worker and product.polling is not None:
        tasks.append(asyncio.create_task(product.polling.run()))
    if worker and product.asking is not None:
        tasks.append(asyncio.create_task(product.asking.run()))
    try:
        if listener is not None:
            await _serve(product, listener)
        else:
            await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _serve(product: Product, listener: socket.socket) -> None:
    actions = OnDemand(lambda: _actions(product.parts))
    tools = OnDemand(lambda: _tools(product.parts))
    routes = [
        *pages.routes(),
        *calendar_feed.routes(product.parts),
        *dashboard(product.parts),
        *owner_bot.routes(product.parts),
        *booking_page.routes(product.parts),
        Route("/api/chatgpt/{rest:path}", actions, max_body_size=ASKED_AT_MOST),
        Route("/mcp", tools, max_body_size=ASKED_AT_MOST),
    ]
    try:
        app = build(product.parts, pages=routes)
        await server(app, product.parts.settings).serve(sockets=[listener])
    finally:
        await actions.close()
        await tools.close()


def _actions(parts: Parts) -> Opened:
    from beautybot.web import assistants  # FastAPI: not before somebody asks

    return nullcontext(assistants.build(parts))


def _tools(parts: Parts) -> Opened:
    from beautybot.web import mcp  # and a second HTTP stack

    return mcp.opened(parts)


def server(app: ASGIApp, settings: Settings) -> uvicorn.Server:
    """The HTTP server as we run it: guarded against slow connections, and against too many."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,  # a path may carry a bot's token
            forwarded_allow_ips=settings.trusted_proxies,
            server_header=False,
            date_header=False,
            http=Guarded,
            limit_concurrency=most(),
            lifespan="off",
            backlog=2048,
            timeout_keep_alive=20,
            timeout_graceful_shutdown=10,
            h11_max_incomplete_event_size=64 * 1024,
        )
    )


def listen(host: str, port: int) -> socket.socket:
    """Take a port; PortTaken says which."""
    try:
        return socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise PortTaken(
            f"cannot listen on {host}:{port}: {os.strerror(error.errno or 0)}; try --port"
        ) from None


def _warn(settings: Settings) -> None:
    if settings.whatsapp_verify_token == DEFAULT_VERIFY_TOKEN:
        logger.warning("WHATSAPP_VERIFY_TOKEN is the public default: set your own")
    if settings.gigachat_client_id is None and settings.openai_base_url is None:
        logger.info("no language model is configured: the receptionist works by rules")
