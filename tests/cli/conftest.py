"""Who sits at the terminal."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from operator_console import Operator
from sqlalchemy import Connection

from beautybot.businesses import salons
from beautybot.kit import clock
from beautybot.kit.db import connect


@pytest.fixture
def newcomer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Operator:
    """Somebody who has just installed it: no database yet."""
    return Operator(f"sqlite:///{tmp_path / 'data' / 'new.db'}", tmp_path, monkeypatch, capsys)


@pytest.fixture
def operator(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Operator:
    """Somebody with an installation, and no salon in it."""
    return Operator(database_url, tmp_path, monkeypatch, capsys)


@pytest.fixture
def two_salons(operator: Operator) -> Operator:
    """The same with «Ромашка» and «Лилия»."""
    asyncio.run(_open(operator.url))
    return operator


async def _open(url: str) -> None:
    db = connect(url)
    await db.write(_two_salons)
    await db.close()


def _two_salons(conn: Connection) -> None:
    now = clock.now()
    for slug, name in (("romashka", "Ромашка"), ("lilia", "Лилия")):
        salons.create(conn, slug=slug, name=name, timezone="Europe/Moscow", currency="RUB", now=now)
