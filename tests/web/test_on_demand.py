"""Parts of the web that are brought in when somebody asks for them."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Scope

from beautybot.web.on_demand import OnDemand, Opened

SCOPE: Scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}


class Guesthouse:
    """Counts how often it is opened and left; `broken` as many times at first."""

    def __init__(self, broken: int = 0) -> None:
        self.broken, self.opened, self.left = broken, 0, 0

    def __call__(self) -> Opened:
        if self.broken:
            self.broken -= 1
            raise ImportError("a library is missing")
        return self._open()

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[ASGIApp]:
        self.opened += 1
        try:
            yield PlainTextResponse("welcome")
        finally:
            self.left += 1


async def ask(app: ASGIApp) -> bytes:
    """The body of an answer."""
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    await app(SCOPE, receive, send)
    return b"".join(m.get("body", b"") for m in said)


async def test_it_opens_once_for_twenty_who_ask_together_and_is_left_at_the_end() -> None:
    """Opened by the first request, not before, and not again."""
    house = Guesthouse()
    app = OnDemand(house)
    assert house.opened == 0

    answers = await asyncio.gather(*(ask(app) for _ in range(20)))

    assert answers == [b"welcome"] * 20
    assert house.opened == 1
    await app.close()
    assert house.left == 1


async def test_a_failure_is_told_and_the_next_request_tries_again() -> None:
    """Nothing stays broken because it was broken once."""
    house = Guesthouse(broken=1)
    app = OnDemand(house)

    with pytest.raises(ImportError):
        await ask(app)

    assert await ask(app) == b"welcome"
    await app.close()


async def test_what_nobody_asked_for_closes_quietly() -> None:
    """A server that no assistant ever visited just stops."""
    await OnDemand(Guesthouse()).close()


RARE = ("alembic", "fastapi", "gigachat", "mcp", "openpyxl")


def test_the_server_starts_without_what_it_may_never_need() -> None:
    """They would be a third of its memory; the control shows that this can fail."""
    wanted_by = "kit.migrate", "llm.gigachat", "web.assistants", "web.mcp"

    assert _brought_by("beautybot.serving", "beautybot.cli.app") == []
    assert _brought_by(*(f"beautybot.{name}" for name in wanted_by), "openpyxl") == list(RARE)


def _brought_by(*modules: str) -> list[str]:
    script = f"import sys, {', '.join(modules)}\nprint(*(set({RARE!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    return sorted(done.stdout.decode().split())


async def test_what_was_brought_in_is_not_looked_at_by_the_collector() -> None:
    """A full look at a large library would hold up every request for a tenth of a second."""
    shelves: list[list[object]] = []

    @asynccontextmanager
    async def library() -> AsyncIterator[ASGIApp]:
        shelves.extend([[]] for _ in range(1_000))
        yield PlainTextResponse("welcome")

    def looked_at() -> int:
        seen = {id(one) for one in gc.get_objects()}
        return sum(id(shelf) in seen for shelf in shelves)

    app = OnDemand(library)
    await ask(app)
    brought = looked_at()
    shelves.extend([[]] for _ in range(10))

    assert brought == 0
    assert looked_at() == 10, "or nothing would be looked at here"
    await app.close()
