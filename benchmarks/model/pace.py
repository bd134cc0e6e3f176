"""
Deliveries at a steady pace from a process of its own.

    python -m benchmarks.model.pace PORT FIRST COUNT

Whoever measures must not share an event loop with the doubles, or their work
would be taken for the product's.  Prints the milliseconds of each 200 as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import uvloop

from beautybot.demo.fakes.graph_events import Event, envelope
from beautybot.demo.fakes.graph_webhooks import signature
from benchmarks.load import request
from benchmarks.turn.__main__ import PATH
from benchmarks.turn.salon import PHONE_IDS, SECRET, WABA

EVERY_S = 0.01


def receipt(number: int) -> bytes:
    """A "delivered" of Meta: the commonest delivery, and one that makes no turn."""
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "79990000000", "phone_number_id": PHONE_IDS[0]},
        "statuses": [
            {
                "id": f"wamid.pace{number}",
                "status": "delivered",
                "timestamp": str(int(time.time())),
                "recipient_id": "79160000000",
            }
        ],
    }
    body = envelope([Event(WABA, "messages", value, SECRET, "")])
    head = {"content-type": "application/json", "x-hub-signature-256": signature(SECRET, body)}
    return request(PATH, body, head)


async def paced(port: int, first: int, count: int) -> list[float]:
    """One after the other over one connection: the milliseconds of each."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken = []
    for number in range(first, first + count):
        data = receipt(number)
        sent = time.perf_counter()
        writer.write(data)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        await reader.readexactly(length)
        taken.append((time.perf_counter() - sent) * 1000)
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"a delivery was refused: {head[:60]!r}")
        await asyncio.sleep(EVERY_S)
    writer.close()
    return taken


if __name__ == "__main__":
    port, first, count = map(int, sys.argv[1:])
    print(json.dumps(uvloop.run(paced(port, first, count))))
