"""Signing in: one-time links, the second step, guessing, and sign-ins that can be ended."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pyotp
import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters
from salons_at_work import digest
from visitor import PASSWORD, browser, pages
from world import ANNA, BORIS, World

from beautybot.businesses import reset_links, second_factors, sign_ins, users
from beautybot.businesses.reset_links import BadLink
from beautybot.kit import clock
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import Database

NEW = "quite another password"


@pytest.fixture
async def base(db: Database, world: World) -> AsyncIterator[str]:
    """The dashboard with Анна and Борис."""
    for email, salon in ((ANNA, world.romashka), (BORIS, world.lilia)):
        await db.write(users.put, email, digest(), salon.id, "owner", clock.now())
    async with pages(db) as address:
        yield address


async def anna(db: Database) -> int:
    found = await db.read(sign_ins.password_of, ANNA)
    assert found is not None
    return found[0]


async def test_a_link_sets_a_password_once(base: str, db: Database) -> None:
    """It ends every sign-in, and works no second time."""
    token = await db.write(reset_links.make, await anna(db), clock.now())
    async with browser(base) as elsewhere, browser(base) as here:
        await elsewhere.sign_in(ANNA)
        looked, page = await here.get(f"/reset/{token}")
        short, _ = await here.post_raw(f"/reset/{token}", {"new": "short"})
        done, _ = await here.post_raw(f"/reset/{token}", {"new": NEW})
        again, _ = await here.post_raw(f"/reset/{token}", {"new": "a third password"})
        old, new = await here.sign_in(ANNA), await here.sign_in(ANNA, NEW)
        ended, _ = await elsewhere.get("/dashboard/me")

    assert looked == 200 and ANNA in page
    assert (short, done, again) == (400, 303, 404)
    assert (old, new, ended) == (401, 303, 303)


async def test_a_link_does_not_live_long(db: Database, world: World) -> None:
    """After an hour, or when a newer one was made, it opens nothing."""
    now = clock.now()
    member = await db.write(users.put, ANNA, digest(), world.romashka.id, "owner", now)
    first = await db.write(reset_links.make, member.user_id, now)
    second = await db.write(reset_links.make, member.user_id, now)

    for token, at in ((first, now), (second, now + timedelta(hours=1)), ("made up", now)):
        with pytest.raises(BadLink):
            await db.read(reset_links.whose, token, at)
    assert (await db.read(reset_links.whose, second, now))[1] == ANNA


async def test_with_a_second_step_the_password_is_not_enough(base: str, db: Database) -> None:
    """The code of the app signs in, once; a spare code does too, once."""
    async with browser(base) as here:
        await here.sign_in(ANNA)
        _, page = await here.post("/dashboard/me/second", old=PASSWORD)
        secret = re.search(r"<code>([A-Z2-7]{16,})</code>", page)
        assert secret is not None
        totp = pyotp.TOTP(secret[1])
        wrong, _ = await here.post("/dashboard/me/second/confirm", code="000000")
        code = totp.now()
        on, page = await here.post("/dashboard/me/second/confirm", code=code)
        spare = re.findall(r"<code>((?:[a-z2-7]{4}-){5}[a-z2-7]{4})</code>", page)
        _, again = await here.get("/dashboard/me")

    assert (wrong, on, len(spare)) == (400, 200, 10)
    assert secret[1] not in again and spare[0] not in again
    async with browser(base) as here:
        assert await here.sign_in(ANNA) == 200
        nowhere, _ = await here.get("/dashboard/me")
        proof = await here.proof(ANNA)
        used, _ = await here.post_raw("/login/code", {"proof": proof, "code": code})
        forged, _ = await here.post_raw("/login/code", {"proof": proof[:-1], "code": spare[0]})
        bare = spare[0].replace("-", " ").upper()
        fits, _ = await here.post_raw("/login/code", {"proof": proof, "code": bare})
        spent, _ = await here.post_raw("/login/code", {"proof": proof, "code": spare[0]})

    assert (nowhere, used, forged, fits, spent) == (303, 401, 401, 303, 401)


async def test_a_secret_is_closed_and_follows_the_newest_key(db: Database, world: World) -> None:
    """Nobody reads it in the database; a rotation keeps it good."""
    old, new = new_key(), new_key()
    now = clock.now()
    member = await db.write(users.put, ANNA, digest(), world.romashka.id, "owner", now)
    ring = Keyring(parse_keys(old))
    offer = await db.write(second_factors.offer, ring, member.user_id, ANNA)
    code = pyotp.TOTP(offer.secret).at(now)

    done = await db.write(second_factors.rotate, Keyring(parse_keys(f"{new},{old}")))
    newest = Keyring(parse_keys(new))
    spare = await db.write(second_factors.confirm, newest, member.user_id, code, now)

    assert done == 1
    assert spare is not None


async def test_a_stranger_who_guesses_locks_nobody_out(base: str) -> None:
    """A browser in which Анна has been before is counted on its own."""
    async with browser(base) as hers, browser(base) as stranger:
        await hers.sign_in(ANNA)
        await hers.post("/logout")
        for n in range(6):
            await stranger.sign_in(ANNA, f"guess number {n}")
        locked, in_ = await stranger.sign_in(ANNA), await hers.sign_in(ANNA)

    assert (locked, in_) == (429, 303)


async def test_an_unknown_address_takes_as_long(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password is checked at the same price where there is nobody, or nobody chose one yet."""
    checked: list[Parameters] = []
    verify = PasswordHasher.verify

    def counted(self: PasswordHasher, hashed: str, password: str) -> bool:
        checked.append(extract_parameters(hashed))
        return verify(self, hashed, password)

    async with browser(base) as hers, browser(base) as stranger:
        await hers.sign_in(ANNA)
        await hers.post("/dashboard/people", email="invited@romashka.example", role="admin")
        monkeypatch.setattr(PasswordHasher, "verify", counted)
        seen = {}
        for who in (ANNA, "invited@romashka.example", "nobody@nowhere.example"):
            before = len(checked)
            answer = await stranger.post_raw("/login", {"email": who, "password": "wrong" * 3})
            seen[who] = (len(checked) - before, answer)

    assert len({str(told).replace(who, "…") for who, told in seen.items()}) == 1
    assert [times for times, _ in seen.values()] == [1, 1, 1]
    assert checked[0] == checked[1] == checked[2]


async def test_other_sign_ins_can_be_ended(base: str) -> None:
    """One of them, or all; never another person's."""
    async with browser(base) as phone, browser(base) as desk, browser(base) as boris:
        await phone.sign_in(ANNA)
        await desk.sign_in(ANNA)
        await boris.sign_in(BORIS)
        await boris.post("/dashboard/me/sign-ins/1/end")
        still, _ = await phone.get("/dashboard/me")
        await desk.post("/dashboard/me/sign-ins/end")
        ended, _ = await phone.get("/dashboard/me")
        here, _ = await desk.get("/dashboard/me")

    assert (still, ended, here) == (200, 303, 200)


async def test_an_owner_invites_and_cannot_take_a_password_over(
    base: str, db: Database, world: World
) -> None:
    """A newcomer gets a link; who opens another owner's salon is nobody's to invite."""
    async with browser(base) as here, browser(base) as newcomer:
        await here.sign_in(ANNA)
        _, page = await here.post("/dashboard/people", email="new@romashka.example", role="admin")
        link = re.search(r"/reset/([\w-]+)", page)
        assert link is not None
        _, known = await here.post("/dashboard/people", email=BORIS, role="admin")
        chosen, _ = await newcomer.post_raw(f"/reset/{link[1]}", {"new": NEW})
        inside = await newcomer.sign_in("new@romashka.example", NEW)
        last, page = await here.post(f"/dashboard/people/{await anna(db)}/remove")

    assert "/reset/" not in known and "ещё в одном салоне" in known
    assert (chosen, inside) == (303, 303)
    assert last == 400 and "хотя бы один владелец" in page
    assert len(await db.read(users.of_business, world.romashka.id)) == 2


async def test_a_cookie_is_for_us_alone(db: Database, world: World) -> None:
    """On HTTPS it is bound to the host, hidden from script and sent by nobody else."""
    await db.write(users.put, ANNA, digest(), world.romashka.id, "owner", clock.now())
    async with pages(db, "https://salon.example") as base, browser(base) as here:
        cookie = await here.cookie(ANNA, PASSWORD)

    assert cookie.startswith("__Host-beautybot=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
