"""`beautybot user bind-telegram`: a link, a code, and words where it cannot be."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from operator_console import Operator
from world import ROMASHKA, as_file

from beautybot.businesses import bindings, users
from beautybot.kit import clock
from beautybot.kit.db import connect

ANNA = "anna@romashka.example"


@pytest.fixture
def operator(operator: Operator, tmp_path: Path) -> Operator:
    """«Ромашка» with its owner."""
    operator.types("business", "import", str(as_file(ROMASHKA, tmp_path)))
    asyncio.run(_add(operator))
    return operator


async def _add(operator: Operator) -> None:
    db = connect(operator.url)
    try:
        await db.write(users.put, ANNA, "x", 1, "owner", clock.now())
    finally:
        await db.close()


async def _open(operator: Operator) -> str:
    """Somebody opens a fresh link of Анна's; the code."""
    db = connect(operator.url)
    try:
        token = await db.write(bindings.invite, 1, clock.now())
        opened = await db.write(bindings.open_link, token, "900100", "Анна (@anna)", clock.now())
        assert opened is not None
        return opened.code
    finally:
        await db.close()


def test_what_cannot_be_bound_is_said_in_a_line(operator: Operator) -> None:
    """Nobody of that name, no bot, a code without a link, nothing to revoke."""
    for arguments, words in (
        (("nobody@x.yz",), "no owner or admin"),
        ((ANNA,), "TELEGRAM_BOT_TOKEN"),
        ((ANNA, "--code", "123456"), "the link is over"),
        ((ANNA, "--revoke"), "no Telegram is bound"),
    ):
        result = operator.types("user", "bind-telegram", *arguments)
        assert result.status == 1
        assert words in result.err and len(result.err.strip().splitlines()) == 1


def test_a_code_binds_and_revoke_unbinds(operator: Operator) -> None:
    """The name of the Telegram is shown."""
    code = asyncio.run(_open(operator))
    bound = operator.types("user", "bind-telegram", ANNA, "--code", code)
    gone = operator.types("user", "bind-telegram", ANNA, "--revoke")

    assert bound.status == 0 and "Анна (@anna)" in bound.out
    assert gone.status == 0
