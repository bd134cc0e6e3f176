"""The doors for assistants in a process of their own, without the quotas of callers."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from beautybot.booking import importing
from beautybot.booking.salon_file import of_json
from beautybot.businesses import salons
from beautybot.demo.salon import SALON, SLUG
from beautybot.kit import clock, migrate
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import connect
from beautybot.kit.wakeup import Wakeup
from beautybot.russian.people import name_forms
from beautybot.settings import Settings
from beautybot.web import assistants, mcp
from beautybot.web.parts import Parts
from beautybot.web.quotas import Quota

ENDLESS = 1e12


async def serve(url: str, port: int) -> None:
    """Import the demo's salon, let assistants in, answer until killed."""
    await migrate.upgrade(url)
    db = connect(url, owner=True)
    await db.write(importing.apply, of_json(SALON), now=clock.now(), name_forms=name_forms)
    salon = await db.read(salons.by_slug, SLUG)
    settings = salons.settings_json(salon.settings) | {"assistants": True}
    await db.write(salons.change, salon.id, settings=settings)
    here = Settings(database_url=url, public_url=f"http://127.0.0.1:{port}")
    parts = Parts(here, db, Keyring(parse_keys(new_key())), Wakeup())
    actions = assistants.build(parts)
    server, tools = mcp.build(parts)
    for door in (actions.state.door, tools.door):
        door.reads = door.writes = door.salons = Quota(ENDLESS, ENDLESS)
    app = Starlette(
        routes=[Route("/api/chatgpt/{rest:path}", actions), Route("/mcp", tools)],
        lifespan=lambda _: server.session_manager.run(),
    )
    config = uvicorn.Config(app, port=port, log_config=None, access_log=False, http="httptools")
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(serve(f"sqlite:///{Path(sys.argv[1]) / 'assistants.db'}", int(sys.argv[2])))
