"""`beautybot client`: found, given out, erased, from the operator's terminal."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from operator_console import Operator
from world import MONDAY, OLGA, OLGAS_PHONE, open_salons

from beautybot.channels.base import Identity, IdentityKind
from beautybot.conversations import clients
from beautybot.kit.db import connect


@pytest.fixture
def operator(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Operator:
    asyncio.run(_with_olga(sqlite_url))
    return Operator(sqlite_url, tmp_path, monkeypatch, capsys)


async def _with_olga(url: str) -> None:
    db = connect(url)
    world = await db.write(open_salons)
    known_as = [Identity(IdentityKind.WA_PHONE, OLGAS_PHONE.lstrip("+"))]
    await db.write(
        clients.recognise,
        world.romashka.id,
        "whatsapp",
        known_as,
        name=OLGA,
        phone=OLGAS_PHONE,
        now=MONDAY,
    )
    await db.close()


def test_a_client_is_found_given_out_and_erased(operator: Operator, tmp_path: Path) -> None:
    """Three commands, and afterwards nobody of that name."""
    of = ("--business", "romashka")
    (found,) = operator.types("client", "find", *of, "ольга", "--json").json
    number = str(found["id"])
    given = operator.types("client", "export", *of, number, "--out", str(tmp_path / "olga.json"))
    asked = operator.types("client", "erase", *of, number)
    erased = operator.types("client", "erase", *of, number, "--yes")
    again = operator.types("client", "erase", *of, number, "--yes")

    file = tmp_path / "olga.json"
    assert given.status == 0 and file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["records"]["clients"][0]["phone"] == OLGAS_PHONE
    assert (asked.status, "--yes" in asked.err) == (1, True)
    assert erased.status == 0, erased.err
    assert operator.types("client", "find", *of, "ольга", "--json").json == []
    assert (again.status, len(again.err.splitlines())) == (1, 1)


def test_a_rivals_client_is_not_found(operator: Operator) -> None:
    """Борис asks for a number of «Ромашка»."""
    refused = operator.types("client", "export", "--business", "lilia", "1")

    assert refused.status == 1
    assert "no client 1 in this salon" in refused.err
