"""The product's doors for assistants, served around a town."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
from starlette.routing import Route
from town import Town

from beautybot.app import Parts, build
from beautybot.businesses import salons
from beautybot.demo.fakes.server import serving
from beautybot.kit import clock
from beautybot.kit.db import Database
from beautybot.settings import Settings
from beautybot.web import assistants, mcp


@asynccontextmanager
async def doors(town: Town, **settings: Any) -> AsyncIterator[str]:
    """REST and MCP for a town; their address."""
    given = Settings(**({"public_url": "http://127.0.0.1:1"} | settings))
    channels, wakeup = town.worker.channels, town.worker.wakeup
    parts = Parts(given, town.db, town.keyring, wakeup, clock=town.hands, channels=channels)
    server, tools = mcp.build(parts)
    routes = [
        Route(f"{assistants.ROOT}/{{rest:path}}", assistants.build(parts)),
        Route("/mcp", tools),
    ]
    async with server.session_manager.run(), serving(build(parts, pages=routes)) as base:
        yield base


async def opt_in(db: Database, slug: str = "romashka") -> None:
    """The owner lets assistants in."""
    salon = await db.read(salons.by_slug, slug)
    settings = salons.settings_json(replace(salon.settings, assistants=True))
    await db.write(salons.change, salon.id, settings=settings)


async def call(base: str, method: str, path: str, **request: Any) -> tuple[int, dict[str, Any]]:
    """One call of an assistant."""
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, f"{base}/api/chatgpt{path}", **request) as answer,
    ):
        return answer.status, await answer.json()


async def free(base: str, service: str = "manicure", days: int = 7) -> list[dict[str, Any]]:
    """The salon's free times from tomorrow on."""
    day = (clock.now() + timedelta(days=1)).date().isoformat()
    query = {"serviceId": service, "date": day, "days": str(days)}
    status, answer = await call(base, "GET", "/salon/romashka/available-slots", params=query)
    assert status == 200
    return list(answer["slots"])


def booking(start: str, **more: str) -> dict[str, str]:
    """What an assistant sends to hold a manicure at «Ромашка»."""
    return {"salonId": "romashka", "serviceId": "manicure", "bookingTime": start, **more}
