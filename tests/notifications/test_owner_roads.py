"""By what roads an owner hears: asked for in place of a webhook, by letters, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from owners_desk import ANNAS_TELEGRAM, OwnersDesk, owners_desk
from post_office import post_office
from sqlalchemy import Connection
from town import PHONE_ID, town
from world import ANNA

from beautybot.agent import guests
from beautybot.agent.guests import Plea
from beautybot.booking.visits import Status
from beautybot.businesses import bindings, notices, salons
from beautybot.businesses.notices import NoticeKind
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.kit.db import Database
from beautybot.kit.mail import Mailer
from beautybot.notifications import pacing
from beautybot.notifications.bot import binding
from beautybot.notifications.bot.asking import Asking
from beautybot.notifications.owner import Voices

OLGA = WaClient("79161234567", name="Ольга")


@pytest.fixture
async def desk(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[OwnersDesk]:
    """«Ромашка» and its global bot."""
    async with town(sqlite_db, tmp_path) as here, owners_desk(here) as made:
        yield made


async def booked(desk: OwnersDesk) -> str:
    """The client books by talking; the last words they read."""
    for line in ("хочу на маникюр завтра в 15:00", "любой", "1", "да", "Ольга", "да", "да"):
        await desk.town.whatsapp(OLGA, line)
        visits = await desk.town.appointments()
        if visits and visits[-1].status is Status.BOOKED:
            break
    return desk.town.graph.transcripts.ours(PHONE_ID, OLGA.key)[-1].text


async def kinds(desk: OwnersDesk) -> list[NoticeKind]:
    return [n.kind for n in await desk.town.db.read(notices.listing, desk.town.salon.id)]


@asynccontextmanager
async def asked(desk: OwnersDesk) -> AsyncIterator[None]:
    """The global bot is asked for what was said to it; no webhook is set."""
    here = desk.town
    bot = here.worker.voices.bot
    assert bot is not None
    asking = Asking(here.db, bot, here.worker.wakeup, "tests", here.hands, wait_s=1, pause_s=0.05)
    task = asyncio.create_task(asking.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(desk: OwnersDesk, what: Callable[[], bool]) -> None:
    """Work until it is so, for at most ten seconds."""
    for _ in range(200):
        await desk.town.worker.drain()
        if what():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(desk.texts())


async def test_the_global_bot_may_be_asked_instead(desk: OwnersDesk) -> None:
    """`TELEGRAM_MODE=polling`: bound, told, pressed and replied to, without a webhook."""
    user_id = await desk.add(ANNA)
    async with asked(desk):
        await until(desk, lambda: desk.bot.webhook.url == "")
        token = await desk.town.db.write(bindings.invite, user_id, desk.town.hands())
        desk.town.telegram.start(desk.bot, ANNAS_TELEGRAM, token)
        await until(desk, lambda: "код " in desk.last())
        done = await desk.town.db.write(binding.confirm, user_id, desk.code(), desk.town.hands())
        await booked(desk)
        await until(desk, lambda: any("Новая запись" in text for text in desk.texts()))
        desk.town.telegram.press_latest(desk.bot, ANNAS_TELEGRAM, "Принять")
        await until(desk, lambda: any("✓ Анна: принято" in text for text in desk.texts()))
        await desk.town.whatsapp(OLGA, "позовите администратора")
        await until(desk, lambda: any("ждёт ответа человека" in text for text in desk.texts()))
        shown = next(b for b in desk.bubbles() if "ждёт ответа человека" in b.text)
        reply = {"message_id": int(shown.id), "text": shown.text}
        said = {"text": "Это Анна, слушаю вас", "reply_to_message": reply}
        desk.town.telegram.client_sends(desk.bot, ANNAS_TELEGRAM, said)
        await until(desk, lambda: any("✓ Передано" in text for text in desk.texts()))
    await desk.town.settle()

    assert done.outcome == "bound"
    read = [b.text for b in desk.town.graph.transcripts.ours(PHONE_ID, OLGA.key)]
    assert read[-1] == "Это Анна, слушаю вас"


async def test_where_nothing_is_set_up_the_dashboard_has_it_all(desk: OwnersDesk) -> None:
    """No bot and no mail: the client books, the notice waits, nothing is retried for ever."""
    await desk.add(ANNA)
    desk.town.worker.voices = Voices()
    told = await booked(desk)
    await desk.settle()

    assert "вы записаны" in told
    assert NoticeKind.BOOKED in await kinds(desk)
    assert desk.texts() == []


async def test_a_dead_mail_server_holds_up_no_client(desk: OwnersDesk) -> None:
    """It refuses every visitor; the client books as if nothing were wrong, the dashboard has it."""
    await desk.add(ANNA)
    async with post_office(refusals=1_000) as office:
        mailer = Mailer("127.0.0.1", office.port, "bot@salon.example", tls="none")
        desk.town.worker.voices = Voices(mailer=mailer)
        told = await booked(desk)
        await desk.settle()

    assert "вы записаны" in told
    assert NoticeKind.BOOKED in await kinds(desk)
    assert office.letters == []


@pytest.mark.parametrize(("calls", "callers", "most"), [(200, 1, 5), (80, 40, 20)])
async def test_many_requests_for_a_person_are_few_messages(
    desk: OwnersDesk, calls: int, callers: int, most: int
) -> None:
    """Of one caller and of all together; each is on the dashboard."""
    await desk.bound()
    before, now = len(desk.texts()), desk.town.hands()
    salon = desk.town.salon
    open_ = salons.settings_json(salon.settings) | {"assistants": True}
    await desk.town.db.write(salons.change, salon.id, settings=open_)

    def ask(conn: Connection, numbers: range) -> int:
        wishes = (Plea(f"Вопрос {n}", phone="+79161234567") for n in numbers)
        answers = [
            guests.ask(conn, "romashka", wish, subject=f"caller-{n % callers}", now=now)
            for n, wish in zip(numbers, wishes, strict=True)
        ]
        return sum(answer["notified"] for answer in answers)

    notified = sum([await desk.town.db.write(ask, range(n, n + 40)) for n in range(0, calls, 40)])
    await desk.settle()
    desk.town.hands.ahead += pacing.HOUR
    await desk.settle()
    kept = await desk.town.db.read(notices.count, salon.id, NoticeKind.SUPPORT, "")

    assert kept == calls
    assert notified == most
    assert 1 <= len(desk.texts()) - before <= most
