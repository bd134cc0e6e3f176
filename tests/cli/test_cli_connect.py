"""Connecting a number and a bot, against the doubles of Meta and Telegram."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from operator_console import Operator, Outcome
from sqlalchemy import Connection, select

from beautybot.businesses import salons
from beautybot.businesses.models import credentials
from beautybot.demo.fakes.graph import FakeGraph
from beautybot.demo.fakes.server import serving
from beautybot.demo.fakes.telegram import FakeTelegram
from beautybot.demo.fakes.telegram_world import TgBot
from beautybot.kit import clock
from beautybot.kit.db import Database, across_salons

PHONE, TOKEN, WABA = "106540352242922", "EAAGm0PX4ZCpsBAKtoken", "102290129340398"
CONNECT_BOT = ("connect", "telegram", "--business", "romashka", "--token", "-")


def open_salons(conn: Connection) -> None:
    for slug in ("romashka", "lilia"):
        salons.create(
            conn, slug=slug, name=slug, timezone="Europe/Moscow", currency="RUB", now=clock.now()
        )


def ciphertexts(conn: Connection) -> dict[str, str]:
    rows = conn.execute(across_salons(select(credentials.c.name, credentials.c.ciphertext)))
    return {row.name: row.ciphertext for row in rows}


@pytest.fixture
async def operator(
    db: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Operator:
    """Two salons, and somebody at the terminal."""
    await db.write(open_salons)
    at_work = Operator(db.url, tmp_path, monkeypatch, capsys)
    at_work.sets({"PUBLIC_URL": "https://salon.example"})
    return at_work


@asynccontextmanager
async def telegram(operator: Operator) -> AsyncIterator[tuple[FakeTelegram, TgBot]]:
    double = FakeTelegram()
    bot = double.add_bot(username="romashka_bot")
    async with serving(double) as url:
        operator.sets({"TELEGRAM_API_BASE": url})
        yield double, bot


@asynccontextmanager
async def graph(operator: Operator) -> AsyncIterator[FakeGraph]:
    double = FakeGraph()
    double.add_number(PHONE, token=TOKEN, app_secret="app-secret", waba_id=WABA, subscribed=False)
    async with serving(double) as url:
        operator.sets({"GRAPH_API_BASE": f"{url}/v26.0"})
        yield double


async def types(operator: Operator, *words: str, stdin: str = "") -> Outcome:
    return await asyncio.to_thread(operator.types, *words, stdin=stdin)


async def test_a_bot_is_connected_with_a_webhook_of_our_own(
    operator: Operator, db: Database
) -> None:
    """Its token is proven and closed; Telegram is told where to deliver and with which secret."""
    async with telegram(operator) as (_, bot):
        outcome = await types(
            operator,
            *(["connect", "telegram", "--business", "romashka", "--token", "-"]),
            stdin=bot.token,
        )

        webhook = bot.webhook
        listed = (await types(operator, "business", "list", "--json")).json

    assert outcome.status == 0, outcome.err
    assert webhook.url == "https://salon.example/api/webhooks/telegram"
    assert len(webhook.secret or "") >= 32
    romashka = next(s for s in listed if s["slug"] == "romashka")
    assert [(c["channel"], c["health"]) for c in romashka["channels"]] == [("telegram", "ok")]
    stored = await db.read(ciphertexts)
    assert set(stored) == {"token", "secret_token"}
    assert not any(bot.token in closed for closed in stored.values())


async def test_a_polled_bot_gets_no_webhook(operator: Operator) -> None:
    """Behind a blocked host the server asks by itself."""
    operator.sets({"TELEGRAM_MODE": "polling"})
    async with telegram(operator) as (_, bot):
        outcome = await types(
            operator,
            *(["connect", "telegram", "--business", "romashka", "--token", "-"]),
            stdin=bot.token,
        )

    assert outcome.status == 0
    assert bot.webhook.url == ""


async def test_a_token_can_come_from_a_file_and_never_comes_back(operator: Operator) -> None:
    """Nothing a command prints has the token in it."""
    async with telegram(operator) as (_, bot):
        (operator.folder / "token").write_text(bot.token + "\n")
        outcome = await types(
            operator, "connect", "telegram", "--business", "romashka", "--token", "@token"
        )

    assert outcome.status == 0
    assert bot.token not in outcome.out + outcome.err


async def test_a_revoked_token_is_refused_and_nothing_is_stored(
    operator: Operator, db: Database
) -> None:
    """One line in the owner's words."""
    async with telegram(operator) as (_, bot):
        bot.revoked = True
        outcome = await types(
            operator,
            *(["connect", "telegram", "--business", "romashka", "--token", "-"]),
            stdin=bot.token,
        )

    assert outcome.status == 1
    assert len(outcome.err.splitlines()) == 1
    assert await db.read(ciphertexts) == {}


async def test_a_bot_of_another_salon_cannot_be_taken(operator: Operator) -> None:
    """Борис has the token by accident: the bot stays Анна's."""
    async with telegram(operator) as (_, bot):
        for slug, status in (("romashka", 0), ("lilia", 1), ("romashka", 0)):
            outcome = await types(
                operator,
                *("connect", "telegram", "--business", slug, "--token", "-"),
                stdin=bot.token,
            )
            assert outcome.status == status, outcome.err


async def test_a_number_is_checked_stored_and_subscribed(operator: Operator, db: Database) -> None:
    """Two secrets come one a line."""
    async with graph(operator) as double:
        outcome = await types(
            operator,
            *("connect", "whatsapp", "--business", "romashka", "--phone-id", PHONE),
            *("--access-token", "-", "--app-secret", "-", "--waba-id", WABA),
            stdin=f"{TOKEN}\nthe-app-secret-of-romashka\n",
        )
        subscribed = double.world.numbers[PHONE].subscribed

    assert outcome.status == 0, outcome.err
    assert subscribed
    assert set(await db.read(ciphertexts)) == {"access_token", "app_secret"}


async def test_a_number_without_its_waba_is_connected_with_a_warning(operator: Operator) -> None:
    """It sends, but hears nothing until somebody subscribes it; the second time mends it."""
    async with graph(operator) as double:
        words = ("connect", "whatsapp", "--business", "romashka", "--phone-id", PHONE)
        first = await types(operator, *words, "--access-token", "-", stdin=TOKEN)
        heard_before = double.world.numbers[PHONE].subscribed
        second = await types(
            operator, *words, "--access-token", "-", "--waba-id", WABA, stdin=TOKEN
        )
        heard_after = double.world.numbers[PHONE].subscribed

    assert (first.status, second.status) == (0, 0)
    assert "WABA" in first.out
    assert (heard_before, heard_after) == (False, True)


async def test_a_wrong_access_token_is_refused(operator: Operator, db: Database) -> None:
    """Graph said no; nothing is kept."""
    async with graph(operator):
        outcome = await types(
            operator,
            *("connect", "whatsapp", "--business", "romashka", "--phone-id", PHONE),
            *("--access-token", "-"),
            stdin="EAAGsomebodyelses\n",
        )

    assert outcome.status == 1
    assert await db.read(ciphertexts) == {}


async def test_the_doctor_names_what_is_half_connected_and_what_mends_it(
    operator: Operator,
) -> None:
    """A number whose deliveries would be refused, and a bot that somebody revoked."""
    async with graph(operator), telegram(operator) as (_, bot):
        await types(
            operator,
            *("connect", "whatsapp", "--business", "romashka", "--phone-id", PHONE),
            *("--access-token", "-", "--waba-id", WABA),
            stdin=TOKEN,
        )
        await types(operator, *CONNECT_BOT, stdin=bot.token)
        well = (await types(operator, "doctor", "--json")).json
        bot.revoked = True
        ill = (await types(operator, "doctor", "--json")).json

    refused = [f for f in well if f["state"] == "broken"]
    assert ["app secret" in f["what"] for f in refused] == [True]
    assert "WHATSAPP_APP_SECRET" in refused[0]["mend"]
    assert states(well, "romashka: telegram @romashka_bot") == ["ok"]
    assert states(ill, "romashka: telegram @romashka_bot") == ["warning"]
    lonely = [f["mend"] for f in well if f["about"] == "lilia"]
    assert "beautybot connect telegram --business lilia --token -" in lonely


def states(findings: list[dict[str, str]], about: str) -> list[str]:
    return [f["state"] for f in findings if f["about"] == about]
