"""«Уведомления»: a person binds their own Telegram and chooses what to hear."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from owners_desk import ANNAS_TELEGRAM, OwnersDesk, owners_desk
from town import town
from visitor import PASSWORD, browser
from world import ANNA

from beautybot.app import build
from beautybot.businesses import bindings, choices, users
from beautybot.businesses.choices import Topic
from beautybot.demo.fakes.server import serving
from beautybot.kit import clock
from beautybot.kit.db import Database
from beautybot.settings import Settings
from beautybot.web.dashboard.routes import routes
from beautybot.web.parts import Parts


@pytest.fixture
async def desk(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[tuple[OwnersDesk, str]]:
    """«Ромашка», its global bot, and its dashboard."""
    async with town(sqlite_db, tmp_path) as here, owners_desk(here) as made:
        digest = users.hashed(ANNA, PASSWORD)[1]
        member = await here.db.write(users.put, ANNA, digest, here.salon.id, "owner", clock.now())
        made.people[ANNA] = member.user_id
        settings = Settings(public_url="http://127.0.0.1", telegram_bot_token=made.bot.token)
        channels = here.worker.channels
        parts = Parts(settings, here.db, here.keyring, here.worker.wakeup, channels=channels)
        async with serving(build(parts, pages=routes(parts))) as base:
            yield made, base


async def test_a_telegram_is_bound_from_the_page(desk: tuple[OwnersDesk, str]) -> None:
    """The link with its picture, who opened it, the code, and unbinding."""
    owners, base = desk
    async with browser(base) as anna:
        await anna.sign_in(ANNA)
        _, offered = await anna.post("/dashboard/notices/invite")
        link = re.search(r"https://t\.me/beautybot_test_bot\?start=([\w-]+)", offered)
        assert link is not None
        owners.town.telegram.start(owners.bot, ANNAS_TELEGRAM, link[1])
        await owners.settle()
        _, waiting = await anna.get("/dashboard/notices")
        wrong, refused = await anna.post("/dashboard/notices/confirm", code="000000")
        right, _ = await anna.post("/dashboard/notices/confirm", code=owners.code())
        _, bound = await anna.get("/dashboard/notices")
        await anna.post("/dashboard/notices/unbind")
        _, free = await anna.get("/dashboard/notices")

    assert "data:image/svg+xml" in offered
    assert link[1] not in waiting, "a link is shown once"
    assert "Ссылку открыл" in waiting and "Анна (@anna)" in html.unescape(waiting)
    assert wrong == 400 and "Код не подошёл" in refused
    assert right == 303
    assert "Пишем сюда" in bound
    assert "Не привязан" in free
    assert await owners.town.db.read(bindings.of_user, owners.people[ANNA]) is None


async def test_choices_are_kept_and_bad_hours_refused(desk: tuple[OwnersDesk, str]) -> None:
    """In words; nothing is changed by what is refused."""
    owners, base = desk
    async with browser(base) as anna:
        await anna.sign_in(ANNA)
        fields = {"topic": "visits", "quiet": "22–8", "by_mail": "1"}
        kept, _ = await anna.post("/dashboard/notices/choices", **fields)
        bad, words = await anna.post("/dashboard/notices/choices", quiet="вечером")
        _, page = await anna.get("/dashboard/notices")

    chosen = await owners.town.db.read(choices.of_user, owners.people[ANNA])
    assert (kept, bad) == (303, 400)
    assert "22:00–08:00" in words
    assert chosen.muted == frozenset(Topic) - {Topic.VISITS}
    assert 'value="22:00–08:00"' in page
