"""
The product's web alone, in a salon where somebody writes all the time; prints its port.

    python -m benchmarks.web.server URL
"""

from __future__ import annotations

import asyncio
import random
import sys

import uvloop
from sqlalchemy import Connection, insert, update

from beautybot import serving
from beautybot.businesses import salons
from beautybot.conversations.models import conversations, messages
from beautybot.demo.salon import SLUG
from beautybot.kit import clock
from beautybot.kit.crypto import new_key
from beautybot.kit.db import Database
from beautybot.settings import Settings
from benchmarks.accept.server import SECRET
from benchmarks.web.salon import CLIENTS

SAID_EVERY_S = 0.1  # ten messages a second: a salon of this size hears that many in an hour


async def main(url: str) -> None:
    """Listen on a free port until killed."""
    listener = serving.listen("127.0.0.1", 0)
    print(listener.getsockname()[1], flush=True)
    settings = Settings(database_url=url, whatsapp_app_secret=SECRET, encryption_keys=new_key())
    async with serving.opened(settings, owner=True) as product:
        salon = await product.parts.db.read(salons.by_slug, SLUG)
        talking = asyncio.create_task(talk(product.parts.db, salon.id))
        try:
            await serving.run(product, listener, worker=False)
        finally:
            talking.cancel()


async def talk(db: Database, business_id: int) -> None:
    """What the worker would write of it: a client's message, in a random conversation."""
    while True:
        await db.write(_say, business_id, random.randint(1, CLIENTS))
        await asyncio.sleep(SAID_EVERY_S)


def _say(conn: Connection, business_id: int, conversation_id: int) -> None:
    now = clock.now()
    said = {
        "business_id": business_id,
        "conversation_id": conversation_id,
        "direction": "inbound",
        "author": "client",
        "kind": "text",
        "text": "А можно завтра после обеда?",
        "payload": {},
        "account_id": 1,
        "external_id": f"said.{now.timestamp()}",
        "sent_at": now,
        "created_at": now,
        "status": "received",
    }
    conn.execute(insert(messages), said)
    conn.execute(
        update(conversations)
        .where(conversations.c.business_id == business_id, conversations.c.id == conversation_id)
        .values(last_message_at=now, last_inbound_at=now)
    )


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
