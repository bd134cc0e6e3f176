"""Salons on a fresh file, connected to the double of Graph, and the product serving them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from beautybot.booking import importing
from beautybot.booking.salon_file import of_json
from beautybot.businesses import connecting, salons
from beautybot.channels import registry
from beautybot.demo.salon import SALON
from beautybot.kit import clock, migrate
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import connect
from beautybot.russian.people import name_forms
from beautybot.settings import Settings

PHONE_IDS = tuple(str(106540352242922 + n) for n in range(8))
"""Each its own salon: one number may send 80 messages a second, and we keep to that."""
WABA = "102290129340398"
SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "EAAgoodtoken"


async def prepare(folder: Path, graph_url: str) -> tuple[str, str]:
    """Salons on a fresh file; the database's URL and the encryption key."""
    url = f"sqlite:///{folder}/turn.db"
    return url, await furnish(url, graph_url)


async def furnish(url: str, graph_url: str) -> str:
    """Migrate, import, switch on and connect; the encryption key."""
    key = new_key()
    await migrate.upgrade(url)
    db = connect(url)
    channels = registry.build(Settings(graph_api_base=f"{graph_url}/v26.0"))
    for phone_id in PHONE_IDS:
        file = of_json(SALON | {"salon": SALON["salon"] | {"slug": f"salon-{phone_id}"}})
        await db.write(importing.apply, file, now=clock.now(), name_forms=name_forms)
    for phone_id, salon in zip(PHONE_IDS, await db.read(salons.listing), strict=True):
        switched_on = await db.write(salons.update_agent, salon.id, enabled=True)
        await connecting.connect(
            db,
            Keyring(parse_keys(key)),
            channels["whatsapp"],
            business=switched_on,
            secrets={"access_token": TOKEN, "app_secret": SECRET},
            details={"phone_id": phone_id, "waba_id": WABA},
            public_url="http://127.0.0.1:1",
            now=clock.now(),
        )
    for channel in channels.values():
        await channel.close()
    await db.close()
    return key


@asynccontextmanager
async def serving(
    url: str, key: str, graph_url: str, module: str = "beautybot"
) -> AsyncIterator[tuple[int, int]]:
    """`beautybot serve` on a free port: the port and the process."""
    port = _free_port()
    mine = {
        "DATABASE_URL": url,
        "ENCRYPTION_KEYS": key,
        "GRAPH_API_BASE": f"{graph_url}/v26.0",
        "WHATSAPP_APP_SECRET": SECRET,
        "WHATSAPP_VERIFY_TOKEN": "benchmark",
        "BURST_WAIT_S": "0",
        "LOG_LEVEL": "ERROR",
        "PYTHONPATH": os.getcwd(),  # for a module that stands in for the product
    }
    server = subprocess.Popen(
        [sys.executable, "-m", module, "serve", "--port", str(port)],
        env=os.environ | mine,
        cwd=Path(url.removeprefix("sqlite:///")).parent,
        stdout=subprocess.DEVNULL,
    )
    try:
        await _answers(port)
        yield port, server.pid
    finally:
        server.terminate()
        await asyncio.to_thread(server.wait, 20)


async def _answers(port: int) -> None:
    for _ in range(300):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise RuntimeError("the server did not start")


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
