"""Whose chat hears a salon: bound by a link and a code, and stolen by nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from owners_desk import ANNAS_TELEGRAM, STRANGER, OwnersDesk, owners_desk
from sqlalchemy import Connection, select
from town import town
from world import ANNA, BORIS

from beautybot.businesses import bindings, journal, users
from beautybot.businesses.bindings import Outcome
from beautybot.businesses.models import binding_links
from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.kit.db import Database
from beautybot.notifications.bot import binding

FORGED: dict[str, Any] = {
    "message_id": 1,
    "date": 1,
    "chat": {"id": STRANGER.id, "type": "private"},
    "from": STRANGER.shown(),
}


@pytest.fixture
async def desk(db: Database, tmp_path: Path) -> AsyncIterator[OwnersDesk]:
    """«Ромашка» and a global bot nobody has bound yet."""
    async with town(db, tmp_path) as here, owners_desk(here) as made:
        await made.add(ANNA)
        yield made


async def invited(desk: OwnersDesk, email: str = ANNA) -> str:
    return await desk.town.db.write(bindings.invite, desk.people[email], desk.town.hands())


async def confirmed(desk: OwnersDesk, code: str, email: str = ANNA) -> Outcome:
    verb = binding.confirm
    done = await desk.town.db.write(verb, desk.people[email], code, desk.town.hands())
    return done.outcome


async def chat_of(desk: OwnersDesk, email: str = ANNA) -> str | None:
    bound = await desk.town.db.read(bindings.of_user, desk.people[email])
    return bound.chat_id if bound else None


async def opens(desk: OwnersDesk, who: TgUser, param: str) -> str:
    desk.town.telegram.start(desk.bot, who, param)
    await desk.settle()
    return desk.last(who)


def everything_kept(conn: Connection) -> str:
    return str(conn.execute(select(binding_links)).all())


async def test_a_link_and_a_code_bind_a_chat(desk: OwnersDesk) -> None:
    """Both sides: the link is opened in Telegram, the code is typed where one is signed in."""
    token = await invited(desk)
    before = await desk.town.db.read(bindings.pending, desk.people[ANNA], desk.town.hands())
    told = await opens(desk, ANNAS_TELEGRAM, token)
    after = await desk.town.db.read(bindings.pending, desk.people[ANNA], desk.town.hands())

    assert len(token) >= 22 and len(token) <= 64
    assert before is not None and before.name is None
    assert after is not None and after.name == "Анна (@anna)"
    assert "«Ромашка»" in told and "Никому его не говорите" in told
    assert await chat_of(desk) is None
    assert await confirmed(desk, desk.code()) is Outcome.BOUND
    await desk.settle()
    assert await chat_of(desk) == str(ANNAS_TELEGRAM.id)
    assert "Готово" in desk.last()
    noted = await desk.town.db.read(journal.listing, desk.town.salon.id)
    assert "привязал Telegram: Анна" in noted[0].what


async def test_only_hashes_of_a_link_are_kept(desk: OwnersDesk) -> None:
    """Whoever reads the database can bind nothing."""
    token = await invited(desk)
    await opens(desk, ANNAS_TELEGRAM, token)
    code = desk.code().replace(" ", "")

    kept = await desk.town.db.read(everything_kept)

    assert token not in kept and code not in kept


async def test_the_chat_before_hears_of_it_and_no_more(desk: OwnersDesk) -> None:
    """A second Telegram takes the first one's place."""
    await desk.bound()
    phone = TgUser(900_200, "Анна", username="anna_new")
    await desk.bound(who=phone)

    assert "теперь приходят в другой Telegram: Анна (@anna_new)" in desk.last(ANNAS_TELEGRAM)
    assert await chat_of(desk) == str(phone.id)


async def test_a_binding_is_revoked_from_either_side(desk: OwnersDesk) -> None:
    """In the dashboard, or by /stop; the chat is told."""
    await desk.bound()
    await desk.town.db.write(binding.unbind, desk.people[ANNA], desk.town.hands())
    await desk.settle()
    told = desk.last()
    await desk.bound()
    await desk.says("/stop")
    await desk.press("Да, больше не писать")

    assert "больше не приходят" in told
    assert await chat_of(desk) is None


class TestHijack:
    """Ways to hear another's salon, none of which works."""

    async def test_a_guessed_link(self, desk: OwnersDesk) -> None:
        await invited(desk)
        for guess in ("", "A" * 32, "../../x", "o:1:accept", "x" * 64):
            await opens(desk, STRANGER, guess)

        assert "код" not in " ".join(desk.texts(STRANGER))
        assert await confirmed(desk, "000000") is Outcome.OVER

    async def test_a_link_that_is_too_old(self, desk: OwnersDesk) -> None:
        token = await invited(desk)
        desk.town.hands.ahead += timedelta(minutes=10, seconds=1)

        assert "не подходит" in await opens(desk, STRANGER, token)

    async def test_a_link_that_was_opened_already(self, desk: OwnersDesk) -> None:
        token = await invited(desk)
        await opens(desk, ANNAS_TELEGRAM, token)

        assert "не подходит" in await opens(desk, STRANGER, token)
        assert await confirmed(desk, desk.code()) is Outcome.BOUND
        assert await chat_of(desk) == str(ANNAS_TELEGRAM.id)

    async def test_a_link_made_void_by_a_newer_one(self, desk: OwnersDesk) -> None:
        old = await invited(desk)
        await invited(desk)

        assert "не подходит" in await opens(desk, STRANGER, old)

    async def test_a_stolen_link_without_the_dashboard(self, desk: OwnersDesk) -> None:
        """The thief has the code and nowhere to type it; the owner has none."""
        await opens(desk, STRANGER, await invited(desk))

        assert await chat_of(desk) is None
        assert await confirmed(desk, "123456") in (Outcome.WRONG, Outcome.OVER)

    async def test_guessing_the_code(self, desk: OwnersDesk) -> None:
        await opens(desk, STRANGER, await invited(desk))
        real = desk.code(STRANGER)
        tries = [await confirmed(desk, f"{n:06d}") for n in range(5)]

        assert Outcome.BOUND not in tries
        assert await confirmed(desk, real) is Outcome.OVER
        assert await chat_of(desk) is None

    async def test_a_code_for_another_person(self, desk: OwnersDesk) -> None:
        """Борис types Анна's code into his own dashboard."""
        await desk.add(BORIS)
        await opens(desk, ANNAS_TELEGRAM, await invited(desk))

        assert await confirmed(desk, desk.code(), BORIS) is Outcome.OVER
        assert await chat_of(desk, BORIS) is None

    async def test_the_chat_of_another_person(self, desk: OwnersDesk) -> None:
        """A chat that hears one person is not taken over for a second."""
        await desk.bound()
        await desk.add(BORIS)
        await opens(desk, ANNAS_TELEGRAM, await invited(desk, BORIS))

        assert await confirmed(desk, desk.code(), BORIS) is Outcome.CHAT_TAKEN
        assert await chat_of(desk) == str(ANNAS_TELEGRAM.id)

    @pytest.mark.parametrize("secret", [None, "", "wrong", "x" * 64])
    async def test_a_forged_delivery(self, desk: OwnersDesk, secret: str | None) -> None:
        token = await invited(desk)
        update = {"update_id": 77, "message": FORGED | {"text": f"/start {token}"}}
        status = await desk.knock(update, secret)
        await desk.settle()

        assert status == 401
        assert desk.texts(STRANGER) == []
        assert await desk.knock(update, desk.secret) == 200  # control: the true secret opens

    async def test_the_salons_own_bot(self, desk: OwnersDesk) -> None:
        """A link for the global bot means nothing to a bot for clients."""
        token = await invited(desk)
        desk.town.telegram.start(desk.town.bot, STRANGER, token)
        await desk.settle()

        pending = await desk.town.db.read(bindings.pending, desk.people[ANNA], desk.town.hands())
        assert pending is not None and pending.name is None

    async def test_a_group_or_another_bot(self, desk: OwnersDesk) -> None:
        token = await invited(desk)
        group = desk.town.telegram.add_group(desk.bot, [STRANGER])
        desk.town.telegram.client_says(desk.bot, STRANGER, f"/start {token}", chat=group)
        robot = FORGED | {
            "text": f"/start {token}",
            "from": STRANGER.shown() | {"is_bot": True},
        }
        await desk.knock({"update_id": 78, "message": robot}, desk.secret)
        await desk.settle()

        pending = await desk.town.db.read(bindings.pending, desk.people[ANNA], desk.town.hands())
        assert pending is not None and pending.name is None

    async def test_the_owner_who_did_not_ask(self, desk: OwnersDesk) -> None:
        """«Это не я» makes the link void, though the code was right."""
        await opens(desk, ANNAS_TELEGRAM, await invited(desk))
        code = desk.code()
        await desk.press("Это не я")

        assert await confirmed(desk, code) is Outcome.OVER

    async def test_somebody_who_left_the_salon(self, desk: OwnersDesk) -> None:
        """A role is looked up at every word; a specialist hears nothing of clients."""
        await desk.bound()
        demoted = (ANNA, "x", desk.town.salon.id, "specialist", desk.town.hands())
        await desk.town.db.write(users.put, *demoted)

        assert "для владельцев" in await desk.says("/today")
