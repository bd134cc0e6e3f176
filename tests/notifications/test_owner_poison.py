"""What nobody can read of what a salon's person wrote: put aside, shown, read again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from operator_console import Operator
from owners_desk import ANNAS_TELEGRAM, owners_desk
from sqlalchemy.exc import DataError
from town import town

from beautybot.channels.telegram import owners
from beautybot.kit.db import Database
from beautybot.notifications.bot import hearing, put_aside


async def test_an_update_that_breaks_the_database_is_put_aside(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three tries and no more; meanwhile others are heard; mended, it is read."""

    def breaks(body: bytes) -> object:
        if b"/break" in body:
            raise DataError("INSERT", {}, Exception("no database takes it"))
        return owners.parse(body)

    async with town(sqlite_db, tmp_path) as here, owners_desk(here) as desk:
        await desk.bound()
        with monkeypatch.context() as mistake:
            mistake.setattr(hearing, "parse", breaks)
            here.telegram.client_says(desk.bot, ANNAS_TELEGRAM, "/break")
            for _ in range(5):
                await desk.settle()
                here.hands.ahead += timedelta(minutes=1)
            (poison,) = await here.db.read(put_aside.listing)
            beside = await desk.says("/help")
            kept = await here.db.read(put_aside.body, poison.id)
        said = len(desk.texts())
        await here.db.write(hearing.forget, here.hands() + timedelta(days=7))
        retried = await here.db.write(put_aside.retry, here.hands())
        await desk.settle()

        assert "no database takes it" in poison.why and b"/break" in kept
        assert beside
        assert retried == 1
        assert len(desk.texts()) > said, "it is answered after all"
        assert await here.db.read(put_aside.count) == 0


def test_the_operator_sees_it(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In the list, in doctor; `o1` is its number; what is not there is told in a sentence."""
    operator = Operator(sqlite_url, tmp_path, monkeypatch, capsys)
    operator.types("events", "list")  # makes the database
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as db, db:
        db.execute(
            "INSERT INTO owner_updates (key, received_at, body, outcome, note)"
            " VALUES ('1', '2026-03-02 09:00:00.000000', x'7b7d', 'poison', 'IntegrityError')"
        )

    listed = operator.types("events", "list").out
    shown = operator.types("events", "show", "o1").out
    told = operator.types("doctor").out
    retried = operator.types("events", "retry", "o1").out
    refused = [operator.types("events", "show", odd) for odd in ("o1", "1", "o", "x7", "o²")]

    assert "o1" in listed and "IntegrityError" in listed
    assert shown.strip() == "{}"
    assert "put aside" in " ".join(told.split())
    assert retried.startswith("1 ")
    assert [(r.status, len(r.err.splitlines())) for r in refused] == [(1, 1)] * 5
