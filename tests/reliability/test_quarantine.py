"""A delivery that breaks the reading: put aside with its bytes, and the chat goes on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from operator_console import Operator
from sqlalchemy import Connection, select
from town import PHONE_ID, Town

from beautybot.conversations import inbox, quarantine
from beautybot.conversations.models import inbound_events
from beautybot.demo.fakes.graph_people import WaClient

OLGA = WaClient("79161234567", name="Ольга")


async def test_poison_is_kept_and_the_chat_goes_on(
    here: Town,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Three tries, then out of the way; the operator sees it and has it read again."""

    def breaks(_body: bytes, _at: object) -> None:
        raise RuntimeError("a mistake of ours")

    whatsapp = here.worker.channels["whatsapp"]
    with monkeypatch.context() as mistake:
        mistake.setattr(type(whatsapp), "parse", lambda _self, body, at: breaks(body, at))
        await here.graph.client_says(PHONE_ID, OLGA, "сколько стоит педикюр?")
        for _ in range(4):
            await here.worker.drain()
            here.hands.ahead += timedelta(minutes=1)
        waiting = await here.db.read(inbox.backlog)
        (poison,) = await here.db.read(quarantine.listing)
        bytes_kept = await here.db.read(quarantine.body, poison.id)
    answered = await here.whatsapp(OLGA, "а маникюр?")

    retried = await here.db.write(quarantine.retry, here.hands(), poison.id)
    await here.settle()

    assert (waiting.unread, waiting.poison) == (0, 1)
    assert "a mistake of ours" in poison.why and b"wamid" in bytes_kept
    assert "1 800" in answered
    assert retried == 1
    assert (await here.db.read(inbox.backlog)).poison == 0


async def test_a_delivery_taken_over_is_no_poison(
    here: Town, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who slept through the lease leaves it to the other: no try is counted, nothing breaks."""
    whatsapp = here.worker.channels["whatsapp"]
    right = type(whatsapp).parse

    def parsed_too_late(self: Any, body: bytes, at: Any) -> Any:
        with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as other:
            other.execute("UPDATE inbound_events SET lease = lease + 1 WHERE outcome = 'new'")
            other.commit()
        return right(self, body, at)

    with monkeypatch.context() as asleep:
        asleep.setattr(type(whatsapp), "parse", parsed_too_late)
        await here.graph.client_says(PHONE_ID, OLGA, "сколько стоит педикюр?")
        await here.worker.drain()
    note = await here.db.read(_note)
    here.hands.ahead += timedelta(minutes=1)
    await here.settle()

    assert note is None
    assert len(here.graph.transcripts.ours(PHONE_ID, OLGA.key)) == 1


def _note(conn: Connection) -> str | None:
    """What is written about the one delivery."""
    return conn.execute(select(inbound_events.c.note)).scalars().first()


def test_the_operator_is_told_what_to_do(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nothing put aside, a wrong number, no number: a sentence each."""
    operator = Operator(sqlite_url, tmp_path, monkeypatch, capsys)

    assert "could be read" in operator.types("events", "list").out
    assert operator.types("events", "retry", "--all").out.startswith("0 ")
    for words in (("retry", "7"), ("show", "7"), ("retry",), ("retry", "7", "--all")):
        refused = operator.types("events", *words)
        assert (refused.status, len(refused.err.splitlines())) == (1, 1)
