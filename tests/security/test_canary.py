"""
Canaries: secrets, phones and names are planted, everything happens, and they are looked for.

In the log, in pages and answers, in what the model is asked, in figures, in
files, in what other salons may have.  A control plants one leak in each place.
"""

from __future__ import annotations

import gc
import io
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp
import pyotp
import pytest
from operator_console import Operator
from postman import signed
from remains import remains
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from town import APP_SECRET, PHONE_ID, Town, town
from visitor import browser
from world import ANNA, open_salons

from beautybot.app import Parts, build
from beautybot.businesses import reset_links, second_factors, sign_ins, users
from beautybot.conversations import clients
from beautybot.demo.fakes.faults import refused
from beautybot.demo.fakes.gigachat.fake import FakeGigaChat
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.server import serving
from beautybot.kit import clock, log
from beautybot.kit.copies import backup
from beautybot.kit.crypto import new_key, parse_keys
from beautybot.kit.db import Database, connect
from beautybot.llm import gigachat
from beautybot.llm.steady import Steady
from beautybot.privacy import exporting
from beautybot.settings import Settings
from beautybot.web import booking_page
from beautybot.web.dashboard.routes import routes as dashboard

OLGA = WaClient("79161112233", name="Ольга Канарейкина")
MARIA = WaClient("79164445566", name="Мария Соседкина")
PASSWORD = "лампа-кенар-7731-облако"
MODEL_SECRET, METRICS_TOKEN = "kenar-model-5d41402abc4b2a76", "kenar-metrics-b9719d911017c592"
LONG = "EAAkenar" + "k3N4r" * 12
PERSONAL = ("79161112233", "9161112233", "161-11-22", "Канарейкин")


@dataclass(slots=True)
class Seen:
    """Everything that left by some way: place → text; and what must be nowhere in it."""

    secrets: dict[str, str]
    places: dict[str, str] = field(default_factory=dict)

    def add(self, place: str, text: str) -> None:
        self.places[place] = self.places.get(place, "") + text

    def leaks(self, *, personal: bool) -> list[str]:
        """place: what, for everything that is where it must not be."""
        words = dict(self.secrets) | ({w: w for w in PERSONAL} if personal else {})
        return [
            f"{place}: {name}"
            for place, text in self.places.items()
            for name, word in words.items()
            if word in text
        ]


@pytest.fixture
def lines() -> io.StringIO:
    """Every line of the log of every library, at the chattiest level."""
    log.configure("DEBUG", "json", stream := io.StringIO())
    for noisy in log.NOISY:
        logging.getLogger(noisy).setLevel(logging.DEBUG)
    return stream


@pytest.fixture
async def model() -> AsyncIterator[tuple[Steady, FakeGigaChat]]:
    fake = FakeGigaChat()
    fake.add_credential("kenar-client", MODEL_SECRET, streams=4)
    async with serving(fake) as url:
        wire = gigachat.GigaChatWire(
            gigachat.Account(
                client_id="kenar-client",
                secret=MODEL_SECRET,
                scope="GIGACHAT_API_PERS",
                model="GigaChat-2-Pro",
                base_url=f"{url}/v1",
                auth_url=f"{url}/api/v2/oauth",
            )
        )
        steady = Steady(wire, streams=4)
        yield steady, fake
        await steady.close()


async def broken(request: Request) -> Response:
    """A mistake of ours, with everything in its words that a mistake might have."""
    raise RuntimeError(f"could not call {request.headers['x-canary']} for +{OLGA.wa_id}")


async def test_no_planted_secret_is_where_it_must_not_be(
    sqlite_db: Database, tmp_path: Path, lines: io.StringIO, model: tuple[Steady, FakeGigaChat]
) -> None:
    """A day with bookings, faults, forgeries, sign-ins and a mistake of ours."""
    steady, fake = model
    async with town(sqlite_db, tmp_path, llm=steady) as here:
        seen = Seen({"bot": here.bot.token, "meta": "EAAgoodtoken", "long": LONG})
        seen.secrets |= {
            "app": APP_SECRET,
            "password": PASSWORD,
            "model": MODEL_SECRET,
            "metrics": METRICS_TOKEN,
        }
        await _talk(here)
        await _sign_in(here, seen)
        await _pages(here, seen)
        await _records(here, seen, tmp_path)
    seen.add("log", lines.getvalue())
    seen.add("prompts", "\n".join(prompt.text for prompt in fake.prompts))

    assert len(fake.prompts) >= 2
    assert len(seen.places) >= 6 and all(seen.places.values())
    assert seen.leaks(personal=True) == []
    for place in seen.places:  # control: one leak anywhere is found
        leaky = Seen(seen.secrets, {place: f"{seen.places[place]} {here.bot.token} +{OLGA.wa_id}"})
        assert len(leaky.leaks(personal=True)) >= 2


async def _talk(here: Town) -> None:
    """Ольга and Мария book; a token is revoked for a while; strangers knock."""
    for client in (OLGA, MARIA):
        said = f"я {client.name}, +7 916 111-22-33, мур?" if client is OLGA else "мур?"
        for line in ("хочу на маникюр", "1", "да", "да", said):
            await here.whatsapp(client, line)
    told = {"error": {"message": f"bad token {LONG} of {OLGA.wa_id}", "code": 190}}
    here.graph.faults.put(PHONE_ID, refused(401, told, method="messages"), times=2)
    await here.whatsapp(MARIA, "сколько стоит педикюр?")
    here.graph.faults.clear()
    async with aiohttp.ClientSession() as http:
        hooks = f"{here.url}/api/webhooks"
        for path in (f"telegram/{here.bot.token}", f"telegram/{here.bot.token}x", "whatsapp"):
            body = json.dumps({"text": OLGA.wa_id, "n": len(path)}).encode()
            headers = {"X-Bot-Token": here.bot.token} | signed(APP_SECRET + "x", body)
            async with http.post(f"{hooks}/{path}", data=body, headers=headers) as answer:
                await answer.read()


async def _sign_in(here: Town, seen: Seen) -> None:
    """Анна signs in with both steps; a link for a new password lies unused."""
    now = clock.now()
    address, digest = users.hashed(ANNA, PASSWORD)
    member = await here.db.write(users.put, address, digest, here.salon.id, "owner", now)
    offer = await here.db.write(second_factors.offer, here.keyring, member.user_id, ANNA)
    code = pyotp.TOTP(offer.secret).at(now)
    spare = await here.db.write(second_factors.confirm, here.keyring, member.user_id, code, now)
    assert spare is not None
    link = await here.db.write(reset_links.make, member.user_id, now)
    token = await here.db.write(sign_ins.begin, member.user_id, "a phone", now)
    seen.secrets |= {"seed": offer.secret, "spare": spare[0], "link": link, "sign-in": token}


async def _pages(here: Town, seen: Seen) -> None:
    """What strangers are shown: figures, refusals, errors; and the owner's own settings."""
    settings = Settings(whatsapp_app_secret=APP_SECRET, metrics_token=METRICS_TOKEN)
    parts = Parts(
        settings, here.db, here.keyring, here.worker.wakeup, channels=here.worker.channels
    )
    pages = [*dashboard(parts), *booking_page.routes(parts), Route("/broken", broken)]
    async with serving(build(parts, pages=pages)) as base, browser(base) as visitor:
        headers = {"X-Canary": f"https://api.telegram.org/bot{here.bot.token}/getMe"}
        async with visitor.http.get(f"{base}/broken", headers=headers) as answer:
            assert answer.status == 500
            seen.add("error page", await answer.text())
        for path in (f"/reset/{seen.secrets['link']}x", f"/{here.bot.token}", "/b/none"):
            seen.add("refusals", (await visitor.get(path))[1].replace(seen.secrets["link"], ""))
        wrong, page = await visitor.post_raw("/login", {"email": ANNA, "password": PASSWORD + "x"})
        seen.add("refusals", page)
        async with visitor.http.get(
            f"{base}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}
        ) as answer:
            seen.add("metrics", await answer.text())
        visitor.http.cookie_jar.update_cookies({"beautybot": seen.secrets["sign-in"]})
        status, page = await visitor.get("/dashboard/settings")
        assert (wrong, status) == (401, 200)
        seen.add("settings page", page)


async def _records(here: Town, seen: Seen, tmp_path: Path) -> None:
    """The database's own bytes, a closed copy, and what the neighbour and Мария may have."""
    in_the_clear = await remains(here.db, seen.secrets.values())
    assert in_the_clear == {}, "secrets are closed, or only their hashes are kept"
    everybody = await here.db.read(clients.search, here.salon.id, "")
    (maria,) = [c for c in everybody if "Мария" in (c.name or "")]
    given = await here.db.read(exporting.export, here.salon, maria.id, here.hands())
    seen.add("export of another", json.dumps(given, ensure_ascii=False))
    copy = tmp_path / "canary.copy"
    await backup(here.db.url, copy, parse_keys(new_key())[0])
    seen.add("copy", copy.read_bytes().decode("latin-1"))
    keys = ", ".join(str(s) for s in (here.keyring, Settings(metrics_token=METRICS_TOKEN)))
    seen.add("representations", keys + repr(replace(here.worker, db=here.db).keyring))


def test_no_command_shows_a_secret(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Listings, the doctor, mistakes and refusals; a secret comes from standard input only."""
    import asyncio

    operator = Operator(sqlite_url, tmp_path, monkeypatch, capsys)
    asyncio.run(_salons(sqlite_url))
    token = "123456789:AAkenarkenarkenarkenarkenarkenarken"
    secrets = {
        "ENCRYPTION_KEYS": new_key(),
        "BACKUP_KEY": new_key(),
        "WHATSAPP_APP_SECRET": APP_SECRET,
        "METRICS_TOKEN": METRICS_TOKEN,
        "TELEGRAM_BOT_TOKEN": token,
        "SMTP_PASSWORD": "kenar-smtp-password",
        "ASSISTANTS_API_KEY": "kenar-assistants-key-77",
    }
    operator.sets(secrets | {"TELEGRAM_API_BASE": "http://127.0.0.1:9", "SMTP_FROM": "a@b.ru"})
    typed = [
        ("settings", ""),
        ("settings --json", ""),
        ("business list", ""),
        ("connect telegram --business romashka --token -", token),
        (f"user create {ANNA} --business romashka --password -", PASSWORD),
        ("user list --business romashka", ""),
        ("backup a.copy", ""),
        ("restore none.copy", ""),
        ("keys rotate", ""),
        ("doctor", ""),
    ]

    operator.sets({"SMTP_HOST": "127.0.0.1"})
    gc.collect()  # what other tests left behind may complain when it is thrown away: not here
    capsys.readouterr()
    told = [operator.types(*line.split(), stdin=given) for line, given in typed]

    seen = Seen(secrets | {"password": PASSWORD, "token": token})
    seen.add("commands", "\n".join(one.out + one.err for one in told))
    assert sum(one.status == 0 for one in told) >= 7
    assert seen.leaks(personal=False) == []
    assert [one.err for one in told if "Traceback" in one.err] == []


async def _salons(url: str) -> None:
    db = connect(url)
    await db.write(open_salons)
    await db.close()
