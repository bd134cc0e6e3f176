"""
Bodies that no messenger should send, well proven, at both doors over real HTTP.

Each is answered 200 with nothing in it, kept, marked, and harms nobody: a true
message that comes right after it is answered.
"""

from __future__ import annotations

import asyncio
import json
from urllib.parse import urlsplit

import pytest
from postman import outcomes, post, said, signed, stored
from town import APP_SECRET, PHONE_ID, Town

from beautybot.demo.fakes import graph_events as events
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.telegram_people import TgUser

OLGA = WaClient("79161234567", name="Ольга")
OLGA_TOO = TgUser(501, first_name="Ольга")
WHATSAPP, TELEGRAM = "/api/webhooks/whatsapp", "/api/webhooks/telegram"

HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"\x00\xff\xfe{",
    "not UTF-8": '{"object":"салон"}'.encode("cp1251"),
    "UTF-16": '{"object":"x"}'.encode("utf-16"),
    "a lone surrogate": b'{"object":"whatsapp_business_account","entry":[{"id":"\\ud800"}]}',
    "NUL": b'{"object":"whatsapp_business_account","update_id":1,"message":{"text":"\\u0000"}}',
    "a huge number": b'{"update_id":' + b"9" * 5000 + b',"entry":[' + b"9" * 5000 + b"]}",
    "not a number": b'{"update_id":NaN,"entry":Infinity}',
    "a key twice": b'{"update_id":1,"update_id":2,"entry":[],"entry":{}}',
    "deep": b'{"update_id":3,"entry":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a list": b"[1, 2, 3]",
    "a bare string": b'"whatsapp_business_account"',
    "entries of the wrong kind": json.dumps(
        {"object": "whatsapp_business_account", "entry": [None, 1, "x", [], {"changes": 5}]}
    ).encode(),
    "values of the wrong kind": json.dumps(
        {
            "object": "whatsapp_business_account",
            "entry": [{"changes": [{"field": "messages", "value": v}]} for v in (None, 7, [], "x")],
        }
    ).encode(),
    "an update of nothing": b'{"update_id":9}',
    "an update of two kinds": b'{"update_id":10,"message":5,"callback_query":[]}',
}


async def test_hostile_bodies_of_whatsapp_are_kept_and_harm_nobody(here: Town) -> None:
    """Every one 200, none a message, and the client after them gets her price."""
    for body in HOSTILE.values():
        assert await post(here.url + WHATSAPP, body, signed(APP_SECRET, body)) == (200, b"")
    await here.settle()

    kept, what = await here.db.read(stored), await here.db.read(outcomes)
    answer = await here.whatsapp(OLGA, "сколько стоит маникюр?")

    assert kept == len(HOSTILE)
    assert "pending" not in what
    assert "1 800" in answer


async def test_hostile_bodies_of_telegram_are_kept_and_harm_nobody(here: Town) -> None:
    """The same at the other door."""
    proof = {"X-Bot-Token": here.bot.token}
    for body in HOSTILE.values():
        assert await post(here.url + TELEGRAM, body, proof) == (200, b"")
    await here.settle()

    what = await here.db.read(outcomes)
    here.telegram.start(here.bot, OLGA_TOO)
    await here.settle()
    answer = await here.telegram_says(OLGA_TOO, "сколько стоит маникюр?")

    assert "pending" not in what
    assert "1 800" in answer


async def test_hostile_words_of_a_client_are_answered_and_come_back_from_no_crash(
    here: Town,
) -> None:
    """NUL, surrogates, tags, bidi and zalgo inside a true message are words like any other."""
    words = "ма\u0000ни\u202eкюр \ud800 <script>alert(1)</script> " + "а\u0301" * 300 + " цена?"
    whole = events.envelope([here.graph.event(PHONE_ID, OLGA, "PLACE")])
    raw = whole.replace(b'"PLACE"', json.dumps(words).encode())

    answered = await post(here.url + WHATSAPP, raw, signed(APP_SECRET, raw))
    await here.settle()
    kept = await here.db.read(said)

    assert answered == (200, b"")
    assert len(kept) == 1
    assert "\u0000" not in kept[0][1]
    assert len(await here.db.read(said, "outbound")) == 1


async def test_three_megabytes_are_taken_and_four_are_not(here: Town) -> None:
    """Meta sends up to a thousand updates at once; more than the cap nobody sends."""
    taken, refused = b'{"object":"' + b"x" * 3_000_000 + b'"}', b"x" * 3_600_000

    large = await post(here.url + WHATSAPP, taken, signed(APP_SECRET, taken))
    over = await post(here.url + WHATSAPP, refused, signed(APP_SECRET, refused))
    other = await post(here.url + TELEGRAM, b"x" * 1_100_000, {"X-Bot-Token": here.bot.token})

    assert (large[0], over[0], other[0]) == (200, 413, 413)
    assert await here.db.read(stored) == 1


async def test_who_lies_about_the_length_is_stopped_while_reading(here: Town) -> None:
    """In pieces and without a length, the cap holds all the same."""
    reader, writer = await _connected(here)
    head = f"POST {WHATSAPP} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write(head.encode())
    piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    try:
        for _ in range(60):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    answer = await asyncio.wait_for(reader.readline(), 10)
    writer.close()

    assert b"413" in answer
    assert await here.db.read(stored) == 0


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/api/webhooks/", "POST", 404),
        ("/api/webhooks/viber", "POST", 404),
        (TELEGRAM, "GET", 405),
        (WHATSAPP, "PUT", 405),
        (f"{TELEGRAM}/" + "9" * 5000, "POST", 401),
        (f"{TELEGRAM}/%00%ff%d0%b9", "POST", 401),
    ],
)
async def test_what_is_no_door_stays_shut(here: Town, path: str, method: str, status: int) -> None:
    """An empty body and nothing kept, whatever the path holds."""
    reader, writer = await _connected(here)
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
    await writer.drain()
    answer = await asyncio.wait_for(reader.readline(), 10)
    writer.close()

    assert str(status).encode() in answer
    assert await here.db.read(stored) == 0


async def _connected(here: Town) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    url = urlsplit(here.url)
    return await asyncio.open_connection(url.hostname, url.port)
