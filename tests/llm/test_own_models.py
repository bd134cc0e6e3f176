"""A salon's own GigaChat account: used for that salon, and for no other."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from model_at_work import asking
from operator_console import Operator
from sqlalchemy import select
from world import MONDAY, World, open_salons

from beautybot.agent import previewing
from beautybot.agent.own_models import LOOK_AGAIN_S, OwnModels
from beautybot.businesses import model_accounts
from beautybot.businesses.model_accounts import ModelAccount
from beautybot.businesses.models import model_accounts as table
from beautybot.demo.fakes.gigachat.fake import FakeGigaChat
from beautybot.demo.fakes.server import serving
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import Database, across_salons, connect
from beautybot.llm import gigachat
from beautybot.llm.base import LLMMisconfigured
from beautybot.settings import Settings

KEYRING = Keyring(parse_keys(new_key()))


def own(salon: int, client_id: str, secret: str) -> ModelAccount:
    """A salon's account."""
    return ModelAccount(salon, client_id, secret, "GIGACHAT_API_PERS", "GigaChat-2-Max")


async def test_each_salon_asks_with_its_own_account_and_falls_back_on_no_other(
    db: Database, world: World
) -> None:
    """«Ромашка» has its own, «Лилия» the installation's; a broken own one is not replaced."""
    fake, now = FakeGigaChat(), 0.0
    fake.add_credential("shared", "shared-secret", streams=2)
    fake.add_credential("romashka", "own-secret", streams=2)
    async with serving(fake) as url:
        settings = Settings(
            gigachat_client_id="shared",
            gigachat_client_secret="shared-secret",
            gigachat_base_url=f"{url}/v1",
            gigachat_auth_url=f"{url}/api/v2/oauth",
        )
        shared = gigachat.build(gigachat.of_settings(settings))
        models = OwnModels(shared, db, KEYRING, settings, seconds=lambda: now)
        romashka, lilia = world.romashka.id, world.lilia.id
        await db.write(model_accounts.put, KEYRING, own(romashka, "romashka", "own-secret"), MONDAY)
        for salon in (romashka, lilia, romashka):
            model = await models.of(salon)
            assert model is not None
            await model.complete(asking())
        used = [(p.credential, p.model) for p in fake.prompts]

        now += LOOK_AGAIN_S + 1
        await db.write(model_accounts.put, KEYRING, own(romashka, "romashka", "wrong"), MONDAY)
        broken = await models.of(romashka)
        assert broken is not None
        with pytest.raises(LLMMisconfigured):
            await broken.complete(asking())
        now += LOOK_AGAIN_S + 1
        await db.write(model_accounts.forget, romashka)
        assert await models.of(romashka) is shared
        await models.aclose()
        await shared.close()

    assert used == [
        ("romashka", "GigaChat-2-Max"),
        ("shared", "GigaChat-2-Pro"),
        ("romashka", "GigaChat-2-Max"),
    ]
    assert len(fake.prompts) == 3


async def test_salons_of_one_account_share_its_streams(sqlite_db: Database) -> None:
    """An owner of two salons has one account: never more calls at once than it allows."""
    world = await sqlite_db.write(open_salons)
    fake = FakeGigaChat(latency=lambda: 0.02)
    fake.add_credential("chain", "own-secret", streams=1)
    async with serving(fake) as url:
        settings = Settings(gigachat_base_url=f"{url}/v1", gigachat_auth_url=f"{url}/api/v2/oauth")
        models = OwnModels(None, sqlite_db, KEYRING, settings)
        salons = (world.romashka.id, world.lilia.id)
        for salon in salons:
            account = own(salon, "chain", "own-secret")
            await sqlite_db.write(model_accounts.put, KEYRING, account, MONDAY)
        found = [await models.of(salon) for salon in salons]
        replies = await asyncio.gather(
            *(m.complete(asking(deadline_s=20)) for m in found * 3 if m is not None)
        )
        await models.aclose()

    assert [reply.calls for reply in replies] == [1] * 6
    assert fake.streams.peak["chain"] == 1


async def test_a_secret_is_kept_closed_opens_for_its_salon_alone_and_is_rotated(
    db: Database, world: World
) -> None:
    """A ciphertext moved to another salon does not open."""
    first, second = new_key(), new_key()
    old = Keyring(parse_keys(first))
    await db.write(model_accounts.put, old, own(world.romashka.id, "id", "canary"), MONDAY)
    stored = await db.read(
        lambda conn: conn.execute(across_salons(select(table.c.ciphertext))).scalar_one()
    )
    both = Keyring(parse_keys(f"{second},{first}"))

    assert await db.write(model_accounts.rotate, both, MONDAY) == 1
    assert await db.write(model_accounts.rotate, both, MONDAY) == 0
    newest = Keyring(parse_keys(second))
    found = await db.read(model_accounts.of_business, newest, world.romashka.id)
    assert found is not None
    assert found.secret == "canary"
    assert "canary" not in stored
    assert "canary" not in repr(found)
    assert await db.read(model_accounts.of_business, newest, world.lilia.id) is None


async def test_an_operator_connects_a_salons_own_account(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Checked first; a wrong secret is refused in one line and nothing is kept."""
    operator = Operator(sqlite_url, tmp_path, monkeypatch, capsys)
    db = connect(sqlite_url)
    await db.write(open_salons)
    await db.close()
    fake = FakeGigaChat()
    fake.add_credential("romashka", "own-secret")
    words = ("connect", "gigachat", "--business", "romashka", "--client-id", "romashka")
    async with serving(fake) as url:
        where = {"GIGACHAT_BASE_URL": f"{url}/v1", "GIGACHAT_AUTH_URL": f"{url}/api/v2/oauth"}
        operator.sets(where)
        wrong = await asyncio.to_thread(operator.types, *words, stdin="wrong")
        operator.sets(where)
        right = await asyncio.to_thread(operator.types, *words, stdin="own-secret")
        operator.sets(where)
        doctor = await asyncio.to_thread(operator.types, "doctor", "--json")

    assert wrong.status == 1
    assert len(wrong.err.strip().splitlines()) == 1
    assert "GIGACHAT_CLIENT_SECRET" in wrong.err
    assert right.status == 0
    assert "own account" in right.out
    found = [f for f in doctor.json if f["about"] == "romashka: GigaChat"]
    assert [f["state"] for f in found] == ["ok"]


async def test_a_preview_speaks_by_the_account_of_the_salon(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What an owner tries is said by the model that will say it; others try the installation's."""
    operator = Operator(sqlite_url, tmp_path, monkeypatch, capsys)
    monkeypatch.setattr(previewing, "SAMPLES", "подскажите насчёт того самого")  # one of twenty
    key = new_key()
    keyring = Keyring(parse_keys(key))
    db = connect(sqlite_url)
    world = await db.write(open_salons)
    await db.write(
        model_accounts.put, keyring, own(world.romashka.id, "romashka", "own-secret"), MONDAY
    )
    await db.close()
    fake = FakeGigaChat()
    fake.add_credential("shared", "shared-secret", streams=2)
    fake.add_credential("romashka", "own-secret", streams=2)
    asked = {}
    async with serving(fake) as url:
        for slug in ("romashka", "lilia"):
            operator.sets(
                {
                    "ENCRYPTION_KEYS": key,
                    "GIGACHAT_CLIENT_ID": "shared",
                    "GIGACHAT_CLIENT_SECRET": "shared-secret",
                    "GIGACHAT_BASE_URL": f"{url}/v1",
                    "GIGACHAT_AUTH_URL": f"{url}/api/v2/oauth",
                }
            )
            typed = await asyncio.to_thread(
                operator.types, "agent", "preview", "--business", slug, "--json"
            )
            assert (typed.status, typed.err) == (0, "")
            asked[slug] = {prompt.credential for prompt in fake.prompts}
            fake.prompts.clear()

    assert asked == {"romashka": {"romashka"}, "lilia": {"shared"}}
