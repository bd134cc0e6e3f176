"""What guards an account beside its password: sign-ins that end, second steps, links, the log."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator

import pytest
from salons_at_work import digest
from visitor import PASSWORD, browser, pages
from world import ANNA, BORIS, World

from beautybot.businesses import sign_ins, users
from beautybot.kit import clock, log
from beautybot.kit.db import Database

VERA = "vera@romashka.example"
WORDS = "лампа чашка облако семь"


@pytest.fixture
async def base(sqlite_db: Database, two: World) -> AsyncIterator[str]:
    """The dashboard with Анна and Борис."""
    async with pages(sqlite_db) as address:
        yield address


@pytest.fixture
async def two(sqlite_db: Database) -> World:
    from world import open_salons

    world = await sqlite_db.write(open_salons)
    for email, salon in ((ANNA, world.romashka), (BORIS, world.lilia)):
        await sqlite_db.write(users.put, email, digest(), salon.id, "owner", clock.now())
    return world


@pytest.fixture
def lines() -> io.StringIO:
    """Every line of the log."""
    log.configure(fmt="json", stream=(written := io.StringIO()))
    return written


async def test_a_link_opens_nobody_elses_salon(base: str, sqlite_db: Database) -> None:
    """Вера was invited by Анна and has no password yet; Борис gets no link in her name."""
    async with browser(base) as anna, browser(base) as boris:
        await anna.sign_in(ANNA)
        await boris.sign_in(BORIS)
        await anna.post("/dashboard/people", email=VERA, role="admin")
        status, page = await boris.post("/dashboard/people", email=VERA, role="admin")
        _, mine = await anna.post(f"/dashboard/people/{await _id(sqlite_db, VERA)}/link")

    assert status == 400 and "/reset/" not in page
    assert "/reset/" in mine, "control: her own salon's owner gets one"


async def test_whoever_left_comes_back_by_a_new_link(base: str, sqlite_db: Database) -> None:
    """Her sign-ins end and her password with them: a later salon does not trust an older one."""
    async with browser(base) as anna, browser(base) as vera, browser(base) as boris:
        await anna.sign_in(ANNA)
        _, page = await anna.post("/dashboard/people", email=VERA, role="admin")
        await vera.post_raw(_link(page), {"new": WORDS})
        inside = await vera.sign_in(VERA, WORDS)
        number = await _id(sqlite_db, VERA)
        await anna.post(f"/dashboard/people/{number}/remove")
        left, _ = await vera.get("/dashboard")
        kept = await sqlite_db.read(sign_ins.places, number)
        await boris.sign_in(BORIS)
        _, invited = await boris.post("/dashboard/people", email=VERA, role="admin")
        old = await vera.sign_in(VERA, WORDS)

    assert (inside, left, kept, old) == (303, 303, [], 401)
    assert "/reset/" in invited


async def test_signing_in_again_ends_what_was_before(base: str) -> None:
    """A token that somebody planted or saw is worth nothing after the next sign-in."""
    async with browser(base) as here, browser(base) as thief:
        await here.sign_in(ANNA)
        thief.http.cookie_jar.update_cookies({c.key: c.value for c in here.http.cookie_jar})
        before, _ = await thief.get("/dashboard/me")
        await here.sign_in(ANNA)
        after, _ = await thief.get("/dashboard/me")
        mine, _ = await here.get("/dashboard/me")

    assert (before, after, mine) == (200, 303, 200)


async def test_a_planted_cookie_is_not_taken_over(base: str) -> None:
    """Fixation: the id after signing in is a new one, whatever the browser came with."""
    async with browser(base) as here:
        here.http.cookie_jar.update_cookies({"beautybot": "planted-by-a-stranger"})
        cookie = await here.cookie(ANNA, PASSWORD)
        token = cookie.partition("=")[2].partition(";")[0]

    assert token != "planted-by-a-stranger" and len(token) == 43


async def test_a_stolen_sign_in_changes_no_second_step(base: str) -> None:
    """Switching it on or off, and a new password, ask for the password; guesses are counted."""
    async with browser(base) as thief:
        await thief.sign_in(ANNA)
        answers = [
            (await thief.post("/dashboard/me/second"))[0],
            (await thief.post("/dashboard/me/second", old="wrong wrong wrong"))[0],
            (await thief.post("/dashboard/me/second/off", old="wrong wrong wrong"))[0],
            (await thief.post("/dashboard/me/password", old="wrong", new=WORDS))[0],
        ]
        status, page = await thief.post("/dashboard/me/second", old=PASSWORD)
        confirmed, _ = await thief.post("/dashboard/me/second/confirm", code="000000")

    assert answers == [400, 400, 400, 400]
    assert status == 200 and "<code>" in page
    assert confirmed == 400


async def test_where_a_second_step_is_demanded_nothing_else_opens(
    sqlite_db: Database, two: World
) -> None:
    """Only one's own page, until the code of the phone is on."""
    async with pages(sqlite_db, second_step="required") as base, browser(base) as here:
        await here.sign_in(ANNA)
        today, _ = await here.get("/dashboard")
        form, _ = await here.post("/dashboard/agent", on="1")
        mine, page = await here.get("/dashboard/me?second=1")
        out, _ = await here.post("/logout")

    assert (today, form, mine, out) == (303, 303, 200, 303)
    assert "только с кодом" in page


async def test_a_weak_password_is_refused_in_words(base: str) -> None:
    """By a link and on one's own page; the salon's name is known to be easy."""
    async with browser(base) as anna, browser(base) as vera:
        await anna.sign_in(ANNA)
        _, page = await anna.post("/dashboard/people", email=VERA, role="admin")
        weak, told = await vera.post_raw(_link(page), {"new": "1234567890"})
        own, own_told = await anna.post("/dashboard/me/password", old=PASSWORD, new="romashka2026")

    assert (weak, own) == (400, 400)
    assert "легко угадать" in told and "легко угадать" in own_told


async def test_every_way_in_is_in_the_log(base: str, lines: io.StringIO) -> None:
    """In, out, wrong, refused: who and where, and never what was typed."""
    async with browser(base) as here, browser(base) as boris:
        await here.sign_in(ANNA, "wrong wrong wrong")
        await here.sign_in(ANNA)
        await here.post_raw("/dashboard/agent", {"csrf": "made up"})
        await boris.sign_in(BORIS)
        await boris.get("/dashboard/conversations/999999")
        await here.post("/logout")
    written = lines.getvalue()

    for told in ("Неверный пароль", "Вход в кабинет", "Форма не с нашей", "Нет такого", "Выход"):
        assert told in written
    assert "wrong wrong" not in written and PASSWORD not in written and ANNA not in written


async def test_leaving_empties_the_browser(base: str) -> None:
    """What it kept of our pages goes with the sign-in."""
    async with browser(base) as here:
        await here.sign_in(ANNA)
        token = await here.token()
        async with here.http.post(
            f"{base}/logout", data={"csrf": token}, allow_redirects=False
        ) as answer:
            told = answer.headers.get("Clear-Site-Data", "")

    assert '"cache"' in told and '"storage"' in told


async def _id(db: Database, email: str) -> int:
    found = await db.read(sign_ins.password_of, email)
    assert found is not None
    return found[0]


def _link(page: str) -> str:
    found = re.search(r"/reset/[\w-]+", page)
    assert found is not None
    return found[0]
