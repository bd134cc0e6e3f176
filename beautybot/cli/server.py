"""Running the product: serve, web, worker, migrate."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from beautybot.cli.opening import check
from beautybot.cli.output import say, warn
from beautybot.kit.errors import BeautyBotError
from beautybot.settings import Settings, load

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

app = typer.Typer()

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")]


class NeedsPostgres(BeautyBotError):
    """One SQLite file has one server."""


@app.command()
def serve(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Run everything in one process; an SQLite database is migrated first."""
    settings = _ready()
    if not settings.on_sqlite:
        asyncio.run(check(settings))
    from beautybot.serving import serve as run

    run_until_stopped(run(settings, host=host, port=port), listens=(host, port))


@app.command()
def web(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Run the web alone, any number of them; on PostgreSQL."""
    settings = _spread()
    from beautybot.serving import serve as run

    run_until_stopped(run(settings, host=host, port=port, worker=False), listens=(host, port))


@app.command()
def worker(
    metrics_port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Answer /metrics there.")
    ] = None,
    metrics_host: Annotated[str, typer.Option(help="On this address.")] = "127.0.0.1",
) -> None:
    """Run a worker alone, any number of them; on PostgreSQL."""
    settings = _spread()
    if metrics_port is not None:
        from beautybot.kit import metrics

        metrics.serve(metrics_host, metrics_port)
    from beautybot.serving import serve as run

    say("BeautyBot's worker is at work.")
    run_until_stopped(run(settings, host="", port=0, web=False))


@app.command()
def migrate() -> None:
    """Bring the tables of the database up to date."""
    from beautybot.kit.migrate import upgrade

    step = asyncio.run(upgrade(load().database_url))
    say(f"The tables are at step {step}.")


def run_until_stopped(
    work: Coroutine[Any, Any, None], *, listens: tuple[str, int] | None = None
) -> None:
    """
    Run a server until it ends or SIGINT or SIGTERM asks it to; what is under way is finished.

    What `listens` is announced as soon as it answers there.

    While uvicorn runs it hears the signals itself and raises them once more
    when it has stopped, in the middle of our own cleaning up: that second one
    must not cancel anything.
    """
    with asyncio.Runner(loop_factory=_quick_loop) as runner:
        runner.run(_until_stopped(work, listens))
    if not _is_read(sys.stderr):
        os._exit(0)  # all is closed; Python itself would wait for ever to flush the log


def _is_read(stream: TextIO) -> bool:
    """False for a pipe that is full because nobody reads it: who writes there waits for ever."""
    try:
        return bool(select.select([], [stream], [], 0)[1])
    except (OSError, ValueError):  # no file at all
        return True


async def _until_stopped(work: Coroutine[Any, Any, None], listens: tuple[str, int] | None) -> None:
    running = asyncio.ensure_future(work)
    announcing = asyncio.ensure_future(_announce(*listens)) if listens else None
    loop = asyncio.get_running_loop()
    asked: list[int] = []

    def stop(number: int) -> None:
        if not asked and not _uvicorn_hears():
            running.cancel()
        asked.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    try:
        await running
    except asyncio.CancelledError:
        if not asked:
            raise
    finally:
        if announcing is not None:
            announcing.cancel()
    if _is_read(sys.stderr):
        warn("BeautyBot has stopped.")


async def _announce(host: str, port: int) -> None:
    """Say where it listens, once it answers there."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared only
    with suppress(OSError):
        reader, writer = await asyncio.open_connection(here, port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        if (await reader.readline()).startswith(b"HTTP/1.1 200"):
            say(f"BeautyBot listens on http://{host}:{port} (Ctrl+C stops it)")
        writer.close()


def _uvicorn_hears() -> bool:
    import uvicorn

    return isinstance(getattr(signal.getsignal(signal.SIGTERM), "__self__", None), uvicorn.Server)


def _quick_loop() -> AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # it is not made for Windows
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def _ready() -> Settings:
    from beautybot.kit import log

    settings = load()
    log.configure(settings.log_level, settings.log_format)
    log.unblock()
    return settings


def _spread() -> Settings:
    settings = _ready()
    if settings.on_sqlite:
        raise NeedsPostgres("web and worker run apart on PostgreSQL only; use `beautybot serve`")
    asyncio.run(check(settings))
    return settings
