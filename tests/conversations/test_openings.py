"""Approved templates: named by the salon, known by what Meta said of them."""

from __future__ import annotations

from asyncio import to_thread
from pathlib import Path
from typing import Any

import pytest
from operator_console import Operator
from sqlalchemy import Connection
from visitor import PASSWORD, browser, pages
from world import ANNA, World

from beautybot.businesses import access, users
from beautybot.channels.base import Identity, IdentityKind
from beautybot.conversations import clients, messages, openings, routes
from beautybot.conversations.openings import BadTemplate, Opening
from beautybot.kit import clock
from beautybot.kit.db import Database
from beautybot.kit.errors import NotFound


def number(conn: Connection, salon_id: int, **details: Any) -> int:
    """A salon's WhatsApp number."""
    return access.connect(
        conn,
        business_id=salon_id,
        channel="whatsapp",
        external_id=f"1065403522429{salon_id}",
        display="+7 916 000-00-00",
        details=details,
        now=clock.now(),
    ).id


def of(conn: Connection, salon_id: int) -> dict[str, str | None]:
    """The template of each purpose."""
    (account,) = openings.of_salon(conn, salon_id)
    return {str(named.opening): named.name for named in openings.listing(account)}


def silent_client(conn: Connection, account_id: int, salon_id: int) -> int:
    """Somebody whose window is closed."""
    account = access.get(conn, salon_id, account_id)
    who = [Identity(IdentityKind.WA_PHONE, "+79161234567")]
    client_id = clients.recognise(
        conn, salon_id, "whatsapp", who, name="Ольга", phone=None, now=clock.now()
    )
    messages.open_conversation(conn, account, client_id, "79161234567", clock.now())
    return client_id


def paused(conn: Connection, account_id: int, salon_id: int) -> None:
    """Meta has stopped the template."""
    details = access.get(conn, salon_id, account_id).details
    told = openings.told(details, {"templates": {"its_own": "PAUSED"}})
    access.note(conn, salon_id, account_id, details=told)


async def test_a_name_is_kept_changed_and_forgotten(db: Database, world: World) -> None:
    """What is not given stays; an empty name forgets one; ours serves where none is named."""
    salon = world.romashka.id
    await db.write(number, salon, templates={openings.OURS: "APPROVED"})

    await db.write(openings.rename, salon, {Opening.WAITLIST: "time_is_free", Opening.NUDGE: "x"})
    await db.write(openings.rename, salon, {Opening.NUDGE: ""})

    assert await db.read(of, salon) == {
        "reminder_template": openings.OURS,
        "waitlist_template": "time_is_free",
        "nudge_template": None,
    }


@pytest.mark.parametrize("name", ["Напоминание", "Two Words", "a" * 513, "x;drop", "with-dash"])
async def test_a_name_that_cannot_be_changes_nothing(db: Database, world: World, name: str) -> None:
    """The purpose is named, and the good name beside it is not kept either."""
    salon = world.romashka.id
    await db.write(number, salon)

    with pytest.raises(BadTemplate, match="nudge_template"):
        await db.write(openings.rename, salon, {Opening.WAITLIST: "fine", Opening.NUDGE: name})

    assert set((await db.read(of, salon)).values()) == {None}


async def test_another_salon_s_number_keeps_its_names(db: Database, world: World) -> None:
    """Борис names his own, and Анна's have not changed; without a number there is none to name."""
    await db.write(number, world.romashka.id)

    with pytest.raises(NotFound):
        await db.write(openings.rename, world.lilia.id, {Opening.NUDGE: "come_again"})
    await db.write(number, world.lilia.id)
    await db.write(openings.rename, world.lilia.id, {Opening.NUDGE: "come_again"})

    assert (await db.read(of, world.romashka.id))["nudge_template"] is None


@pytest.mark.parametrize("opening", Opening)
async def test_a_closed_window_opens_with_the_template_of_its_own_purpose(
    db: Database, world: World, opening: Opening
) -> None:
    """Not with one that is named for something else, and not once Meta has paused it."""
    salon = world.romashka.id
    account = await db.write(number, salon)
    client = await db.write(silent_client, account, salon)

    async def way() -> str | None:
        here = (salon, client, clock.now())
        route = await db.read(lambda conn: routes.open_for(conn, *here, opening=opening))
        return route.template if route is not None else None

    others = {other: f"for_{other}" for other in Opening if other is not opening}
    await db.write(openings.rename, salon, others)
    closed = await way()
    await db.write(openings.rename, salon, {opening: "its_own"})
    opened = await way()
    await db.write(paused, account, salon)

    assert (closed, opened, await way()) == (None, "its_own", None)


def test_a_look_at_the_channel_forgets_no_decision() -> None:
    """What Meta said of a template the look did not mention stays known, and a refusal closes."""
    kept = {"waitlist_template": "free_time", "templates": {"free_time": "PAUSED"}, "waba_id": "1"}

    after = openings.told(kept, {"templates": {openings.OURS: "APPROVED"}})

    assert after == kept | {"templates": {"free_time": "PAUSED", openings.OURS: "APPROVED"}}
    assert openings.template_of(after, Opening.WAITLIST) is None
    assert openings.template_of(after, Opening.REMINDER) == openings.OURS


async def test_the_command_names_them_and_shows_what_each_needs(
    db: Database,
    world: World,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A wrong name is one line and a failure."""
    operator = Operator(database_url, tmp_path, monkeypatch, capsys)
    await db.write(number, world.romashka.id)
    whose = ("templates", "--business", "romashka")

    named = await to_thread(operator.types, *whose, "--waitlist", "time_is_free", "--json")
    wrong = await to_thread(operator.types, *whose, "--nudge", "Приходите!")

    rows = {row["for"]: row for row in named.json}
    assert rows["waitlist"]["template"] == "time_is_free"
    assert rows["waitlist"]["parameters"].split(", ")[:2] == ["дата", "время"]
    assert rows["nudge"]["template"] is None
    assert wrong.status == 1 and wrong.err.count("\n") == 1 and "nudge_template" in wrong.err


async def test_an_owner_names_them_on_the_page(db: Database, world: World) -> None:
    """The form shows what goes into each; a name in Russian is refused in words."""
    await db.write(number, world.romashka.id)
    await db.write(
        users.put, ANNA, users.hashed(ANNA, PASSWORD)[1], world.romashka.id, "owner", clock.now()
    )
    async with pages(db) as base, browser(base) as anna:
        await anna.sign_in(ANNA)
        status, _ = await anna.post("/dashboard/settings/templates", waitlist_template="free_now")
        refused, words = await anna.post("/dashboard/settings/templates", nudge_template="Ждём!")
        shown = await anna.get("/dashboard/settings")

    assert (status, refused) == (303, 400)
    assert "только строчные латинские буквы" in words
    assert 'value="free_now"' in shown[1]
    assert "{{1}} дата" in shown[1]
