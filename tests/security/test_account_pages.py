"""Accounts as the standard wants them: passwords, tokens, second steps, sign-ins that end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from operator_console import Operator
from salons_at_work import digest
from visitor import PASSWORD, browser, pages
from world import ANNA, World, open_salons

from beautybot.businesses import bindings, reset_links, second_factors, sign_ins, users
from beautybot.businesses.models import users as user_rows
from beautybot.kit import clock
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import Database, connect
from beautybot.settings import Settings
from beautybot.web import signing_in
from beautybot.web.parts import Parts

NEW = "лампа чашка облако семь"
TEMPLATES = Path(signing_in.__file__).parent / "templates"


@pytest.fixture
async def world(sqlite_db: Database) -> World:
    made = await sqlite_db.write(open_salons)
    await sqlite_db.write(users.put, ANNA, digest(), made.romashka.id, "owner", clock.now())
    return made


@pytest.fixture
async def base(sqlite_db: Database, world: World) -> AsyncIterator[str]:
    async with pages(sqlite_db) as address:
        yield address


async def test_a_password_is_changed_with_the_present_one(base: str) -> None:
    """A wrong one changes nothing, five end the asking; the right one ends every sign-in."""
    async with browser(base) as here, browser(base) as elsewhere:
        await here.sign_in(ANNA)
        await elsewhere.sign_in(ANNA)
        wrong, _ = await here.post("/dashboard/me/password", old="wrong wrong", new=NEW)
        done, _ = await here.post("/dashboard/me/password", old=PASSWORD, new=NEW)
        ended, _ = await elsewhere.get("/dashboard/me")
        again = await here.sign_in(ANNA, NEW)
        for _ in range(5):
            await here.post("/dashboard/me/password", old="wrong wrong", new=PASSWORD)
        _, told = await here.post("/dashboard/me/password", old=NEW, new=PASSWORD)

    assert (wrong, done, ended, again) == (400, 303, 303, 303)
    assert "Слишком много попыток" in told


def test_fields_of_passwords_suit_password_managers() -> None:
    """type=password, a name that managers know, pasting allowed; no hint and no riddle."""
    fields = [
        (file.name, field)
        for file in TEMPLATES.rglob("*.html")
        for field in re.findall(r"<input[^>]*>", file.read_text("utf-8"))
        if re.search(r'name="(?:password|old|new)"', field)
    ]

    assert len(fields) >= 5
    for name, field in fields:
        assert 'type="password"' in field, name
        assert re.search(r'autocomplete="(?:current|new)-password"', field), name
        assert "maxlength" not in field and "onpaste" not in field, name
    columns = {c.name for c in user_rows.c}
    assert not {c for c in columns if "hint" in c or "question" in c}


def test_a_fresh_house_has_nobody(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No account comes with the product: the first one is made by whoever installed it."""
    operator = Operator(sqlite_url, tmp_path, monkeypatch, capsys)
    asyncio.run(_open(sqlite_url))

    for slug in ("romashka", "lilia"):
        assert operator.types("user", "list", "--business", slug, "--json").json == []


async def test_a_link_does_not_go_around_the_second_step(
    base: str, sqlite_db: Database, world: World
) -> None:
    """After a new password by a link the code of the phone is still asked for."""
    async with browser(base) as here:
        await here.sign_in(ANNA)
        _, page = await here.post("/dashboard/me/second", old=PASSWORD)
        secret = re.search(r"<code>([A-Z2-7]{16,})</code>", page)
        assert secret is not None
        await here.post("/dashboard/me/second/confirm", code=pyotp.TOTP(secret[1]).now())
        token = await sqlite_db.write(reset_links.make, await _id(sqlite_db), clock.now())
        await here.post_raw(f"/reset/{token}", {"new": NEW})
        status = await here.sign_in(ANNA, NEW)
        inside, _ = await here.get("/dashboard/me")

    assert (status, inside) == (200, 303), "the page that asks for the code, and no further"


async def test_a_sign_in_ends_by_itself(sqlite_db: Database, world: World) -> None:
    """After twelve hours without a request, and after fourteen days in any case."""
    now, number = clock.now(), await _id(sqlite_db)
    token = await sqlite_db.write(sign_ins.begin, number, "here", now)
    live = await sqlite_db.read(sign_ins.of_token, token, now + timedelta(hours=11, minutes=59))
    idle = await sqlite_db.read(sign_ins.of_token, token, now + timedelta(hours=12))
    for hours in range(6, 14 * 24, 6):
        await sqlite_db.write(sign_ins.seen, token, now + timedelta(hours=hours))
    busy = await sqlite_db.read(sign_ins.of_token, token, now + timedelta(days=13, hours=23))
    old = await sqlite_db.read(sign_ins.of_token, token, now + timedelta(days=14))

    assert live is not None and idle is None
    assert busy is not None and old is None


async def test_what_is_handed_out_is_long_enough(sqlite_db: Database, world: World) -> None:
    """Tokens of 192 bits and more, spare codes of 120; only hashes of them are kept."""
    now, number = clock.now(), await _id(sqlite_db)
    keyring = Keyring(parse_keys(new_key()))
    offer = await sqlite_db.write(second_factors.offer, keyring, number, ANNA)
    code = pyotp.TOTP(offer.secret).at(now)
    spare = await sqlite_db.write(second_factors.confirm, keyring, number, code, now)
    assert spare is not None
    given = [
        await sqlite_db.write(sign_ins.begin, number, "here", now),
        await sqlite_db.write(reset_links.make, number, now),
        await sqlite_db.write(bindings.invite, number, now),
    ]
    codes = {opened.code for opened in [await _opened(sqlite_db, number) for _ in range(20)]}

    assert [len(token) * 6 >= 192 for token in given] == [True] * 3
    assert {len(one.replace("-", "")) * 5 for one in spare} == {120} and len(set(spare)) == 10
    assert len(offer.secret) * 5 >= 160
    assert len(codes) > 15 and all(re.fullmatch(r"\d{6}", one) for one in codes)


async def test_a_proof_is_of_its_person_and_its_minutes(sqlite_db: Database) -> None:
    """The proof of the first step: another person, another time, another key, another purpose."""
    now, keyring = clock.now(), Keyring(parse_keys(new_key()))
    parts = Parts(Settings(), sqlite_db, keyring, None)  # type: ignore[arg-type]
    other = Parts(Settings(), sqlite_db, Keyring(parse_keys(new_key())), None)  # type: ignore[arg-type]
    proof = signing_in._proof(parts, 7, now)
    person, until, mark = proof.split(".")
    forged = [
        f"8.{until}.{mark}",
        f"{person}.{int(until) + 60}.{mark}",
        f"{person}.{until}.{keyring.lookups(f'{person}.{until}', 'known browser')[0]}",
        f"{person}.{until}.",
        f"{person}.{until}",
        "none.{until}.{mark}",
        "",
    ]

    assert signing_in._proven(parts, proof, now + timedelta(minutes=4)) == 7
    assert signing_in._proven(parts, proof, now + timedelta(minutes=5, seconds=1)) is None
    assert signing_in._proven(other, proof, now) is None
    assert [f for f in forged if signing_in._proven(parts, f, now) is not None] == []


def test_a_password_is_hashed_dearly() -> None:
    """argon2id, 64 MiB, three passes: what RFC 9106 advises where memory is scarce."""
    hashed = digest()

    assert re.match(r"\$argon2id\$v=19\$m=65536,t=3,p=4\$", hashed)


async def test_leaving_is_one_tap_away(base: str) -> None:
    """The way out stands on every page, in its frame."""
    async with browser(base) as here:
        await here.sign_in(ANNA)
        for path in ("/dashboard", "/dashboard/calendar", "/dashboard/settings", "/dashboard/me"):
            _, page = await here.get(path)
            assert 'action="/logout"' in page, path


def test_the_operator_ends_every_sign_in(
    sqlite_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One command, by the address; nobody of that address is one line."""
    operator = Operator(sqlite_url, tmp_path, monkeypatch, capsys)
    asyncio.run(_signed_in(sqlite_url))

    done = operator.types("user", "sign-out", ANNA)
    again = operator.types("user", "sign-out", ANNA)
    nobody = operator.types("user", "sign-out", "nobody@nowhere.example")

    assert done.out.startswith("2 sign-ins") and again.out.startswith("0 sign-ins")
    assert nobody.status == 1 and len(nobody.err.splitlines()) == 1


async def _open(url: str) -> World:
    db = connect(url)
    try:
        return await db.write(open_salons)
    finally:
        await db.close()


async def _signed_in(url: str) -> None:
    made = await _open(url)
    db = connect(url)
    member = await db.write(users.put, ANNA, "x", made.romashka.id, "owner", clock.now())
    for _ in range(2):
        await db.write(sign_ins.begin, member.user_id, "here", clock.now())
    await db.close()


async def _id(db: Database) -> int:
    found = await db.read(sign_ins.password_of, ANNA)
    assert found is not None
    return found[0]


async def _opened(db: Database, number: int) -> bindings.Opened:
    token = await db.write(bindings.invite, number, clock.now())
    opened = await db.write(bindings.open_link, token, "1", "Анна", clock.now())
    assert opened is not None
    return opened
