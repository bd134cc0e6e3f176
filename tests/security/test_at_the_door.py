"""Forged, changed and repeated deliveries, and guesses at passwords beside them."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from postman import post, signed, stored
from town import APP_SECRET, PHONE_ID, Town, town

from beautybot.app import Parts, build
from beautybot.channels.whatsapp.signature import verify
from beautybot.demo.fakes import graph_events as events
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.server import serving
from beautybot.kit.db import Database
from beautybot.settings import Settings
from beautybot.web.dashboard.routes import routes as dashboard

HOOK = "/api/webhooks/whatsapp"


@pytest.fixture
async def here(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[Town]:
    async with town(sqlite_db, tmp_path) as built:
        yield built


def delivery(number: int) -> bytes:
    """A message as Meta sends it."""
    return json.dumps({"object": "whatsapp_business_account", "entry": [], "n": number}).encode()


def test_every_bit_of_a_signed_body_counts() -> None:
    """Each bit of each byte flipped, each byte dropped, one put in: none of it is ours."""
    body = delivery(7)
    header = signed(APP_SECRET, body)["X-Hub-Signature-256"]
    changed = [_flipped(body, at, bit) for at in range(len(body)) for bit in range(8)]
    changed += [body[:at] + body[at + 1 :] for at in range(len(body))]
    changed += [body[:at] + b" " + body[at:] for at in range(len(body) + 1)]

    taken = [other for other in changed if verify(other, header, [APP_SECRET]) is not None]

    assert len(changed) > 600
    assert taken == []
    assert verify(body, header, [APP_SECRET]) == 0, "control: the true one is"


def test_every_sign_of_a_signature_counts() -> None:
    """Another digit anywhere, another length, another scheme, no secret: not ours."""
    body = delivery(7)
    header = signed(APP_SECRET, body)["X-Hub-Signature-256"]
    digest = header.removeprefix("sha256=")
    forged = [
        header[:at] + ("0" if header[at] != "0" else "1") + header[at + 1 :] for at in range(7, 71)
    ]
    forged += [
        digest,
        f"sha1={digest}",
        f"sha256={digest}0",
        f"sha256={digest[:-1]}",
        "sha256=",
        "",
    ]
    forged += [f"sha256={digest.upper()} ", f"sha256=é{digest[1:]}", "sha256=" + "0" * 64]

    assert [f for f in forged if verify(body, f, [APP_SECRET]) is not None] == []
    assert verify(body, header, []) is None
    assert verify(body, None, [APP_SECRET]) is None


async def test_a_flipped_body_over_http_leaves_nothing(here: Town) -> None:
    """A sample of the flips through the real door; afterwards the true one is stored."""
    body, chance = delivery(8), random.Random(20261125)
    headers = signed(APP_SECRET, body)
    statuses = set()
    for _ in range(60):
        at, bit = chance.randrange(len(body)), chance.randrange(8)
        statuses.add((await post(here.url + HOOK, _flipped(body, at, bit), headers))[0])
    before = await here.db.read(stored)
    true, _ = await post(here.url + HOOK, body, headers)

    assert statuses == {401}
    assert (before, true, await here.db.read(stored)) == (0, 200, 1)


async def test_twenty_at_once_of_each_are_one_turn_each(here: Town) -> None:
    """A delivery repeated twenty times in parallel is stored once and answered once."""
    callers = [WaClient(f"7916000{n:04d}", name="Ира") for n in range(12)]
    bodies = [
        events.envelope([here.graph.event(PHONE_ID, one, "сколько стоит маникюр?")])
        for one in callers
    ]
    async with aiohttp.ClientSession() as http:

        async def send(body: bytes) -> int:
            headers = signed(APP_SECRET, body)
            async with http.post(here.url + HOOK, data=body, headers=headers) as answer:
                return answer.status

        statuses = await asyncio.gather(*(send(b) for b in bodies for _ in range(20)))
    kept = await here.db.read(stored)
    await here.settle()

    assert statuses == [200] * 240
    assert kept == 12
    assert [len(here.graph.transcripts.ours(PHONE_ID, c.key)) for c in callers] == [1] * 12


async def test_two_hundred_guesses_leave_the_messengers_their_answer(here: Town) -> None:
    """Argon2 takes a tenth of a second and 64 MB each: deliveries are stored meanwhile."""
    parts = Parts(
        Settings(whatsapp_app_secret=APP_SECRET), here.db, here.keyring, here.worker.wakeup
    )
    acks: list[float] = []
    async with (
        serving(build(parts, pages=dashboard(parts))) as base,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
    ):

        async def guess(number: int) -> int:
            fields = {"email": f"guess{number}@romashka.example", "password": "wrong wrong wrong"}
            async with http.post(f"{base}/login", data=fields) as answer:
                return answer.status

        guessing = asyncio.gather(*(guess(n) for n in range(200)))
        for number in range(30):
            body = delivery(number)
            began = time.monotonic()
            async with http.post(
                base + HOOK, data=body, headers=signed(APP_SECRET, body)
            ) as answer:
                assert answer.status == 200
            acks.append(time.monotonic() - began)
        statuses = await guessing

    assert set(statuses) <= {401, 429, 503}
    assert statuses.count(401) <= 25, "few are hashed, the others are told to wait"
    assert sorted(acks)[len(acks) // 2] < 4.0  # milliseconds, on an idle machine


async def test_guesses_sent_together_are_counted_one_by_one(here: Town) -> None:
    """Forty at once at one account: five or six are tried, the rest are told to wait."""
    parts = Parts(Settings(), here.db, here.keyring, here.worker.wakeup)
    async with (
        serving(build(parts, pages=dashboard(parts))) as base,
        aiohttp.ClientSession() as http,
    ):

        async def guess(number: int) -> int:
            fields = {"email": "anna@romashka.example", "password": f"guess number {number}"}
            async with http.post(f"{base}/login", data=fields) as answer:
                return answer.status

        statuses = await asyncio.gather(*(guess(n) for n in range(40)))

    assert 5 <= statuses.count(401) <= 6
    assert set(statuses) == {401, 429, 503}


def _flipped(body: bytes, at: int, bit: int) -> bytes:
    return body[:at] + bytes([body[at] ^ (1 << bit)]) + body[at + 1 :]
