"""New keys in place of old: dead at any statement everything opens, and the next run ends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, func, select
from world import MONDAY, World

from beautybot.businesses import access, credentials
from beautybot.businesses.models import credentials as table
from beautybot.kit.crypto import CannotDecrypt, Keyring, new_key, parse_keys
from beautybot.kit.db import Database

SECRETS, BATCH = 12, 5


class Died(BaseException):
    """The process is gone."""


@contextmanager
def dying_at(statement: int) -> Iterator[None]:
    """The process dies before its so-maniest change of a secret."""
    seen = 0

    def before(_conn: Connection, _cursor: Any, words: str, *_rest: Any) -> None:
        nonlocal seen
        seen += words.startswith("UPDATE credentials")
        if seen == statement:
            raise Died

    event.listen(Engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", before)


def keep(conn: Connection, business_id: int, keyring: Keyring) -> list[int]:
    made = []
    for number in range(SECRETS):
        account = access.connect(
            conn,
            business_id=business_id,
            channel="telegram",
            external_id=str(number),
            display=f"@bot{number}",
            details={},
            now=MONDAY,
        )
        made.append(account.id)
        credentials.put(
            conn,
            keyring,
            business_id=business_id,
            account_id=account.id,
            name="token",
            value=f"{number}:secret",
            now=MONDAY,
        )
    return made


def opened(conn: Connection, business_id: int, accounts: list[int], keyring: Keyring) -> list[str]:
    found = (credentials.of_account(conn, keyring, business_id, each) for each in accounts)
    return [secrets["token"] for secrets in found]


def under(conn: Connection, business_id: int, keyring: Keyring) -> int:
    rows = conn.execute(select(table.c.ciphertext).where(table.c.business_id == business_id))
    return sum(keyring.is_current(row.ciphertext) for row in rows)


async def rotate(db: Database, keyring: Keyring) -> None:
    while await db.write(credentials.rotate, keyring, MONDAY, limit=BATCH):
        pass


async def test_killed_again_and_again_everything_opens_and_the_last_run_ends_it(
    db: Database, world: World
) -> None:
    """No death loses a secret; each run goes on where the one before ended."""
    old, new = new_key(), new_key()
    both, fresh = Keyring(parse_keys(f"{new},{old}")), Keyring(parse_keys(new))
    salon = world.romashka.id
    accounts = await db.write(keep, salon, Keyring(parse_keys(old)))
    wanted = [f"{number}:secret" for number in range(SECRETS)]

    for statement, done in ((8, 5), (4, 5), (7, 10), (1, 10)):
        with dying_at(statement), pytest.raises(Died):
            await rotate(db, both)
        assert await db.read(under, salon, both) == done
        assert await db.read(opened, salon, accounts, both) == wanted
    with pytest.raises(CannotDecrypt):  # control: not all are under the new key yet
        await db.read(opened, salon, accounts, fresh)
    await rotate(db, both)

    assert await db.read(opened, salon, accounts, fresh) == wanted


async def test_dead_at_each_of_the_first_batch(db: Database, world: World) -> None:
    """A batch is whole or not at all."""
    old, new = new_key(), new_key()
    both = Keyring(parse_keys(f"{new},{old}"))
    salon = world.romashka.id
    await db.write(keep, salon, Keyring(parse_keys(old)))

    for statement in range(1, BATCH + 1):
        with dying_at(statement), pytest.raises(Died):
            await rotate(db, both)
        assert await db.read(under, salon, both) == 0

    await rotate(db, both)
    count = select(func.count()).where(table.c.business_id == salon)
    assert await db.read(under, salon, both) == await db.read(
        lambda conn: conn.execute(count).scalar_one()
    )
