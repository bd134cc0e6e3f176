"""What an owner does from the chat: each press and reply has its effect on the salon."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from owners_desk import ANNAS_TELEGRAM, STRANGER, OwnersDesk, owners_desk
from town import PHONE_ID, Town, town
from world import ANNA, BORIS

from beautybot.booking import answers
from beautybot.booking.visits import Status
from beautybot.businesses import notices
from beautybot.businesses.notices import NoticeKind
from beautybot.conversations import handoff, history
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.telegram import telegram_fault
from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.kit.db import Database

OLGA = WaClient("79161234567", name="Ольга")
ADMIN = TgUser(900_300, "Марина")


@pytest.fixture
async def desk(sqlite_db: Database, tmp_path: Path) -> AsyncIterator[OwnersDesk]:
    """«Ромашка», whose owner Анна hears the global bot."""
    async with town(sqlite_db, tmp_path) as here, owners_desk(here) as made:
        await made.bound()
        yield made


async def booked(desk: OwnersDesk, client: WaClient = OLGA) -> None:
    """The client books by talking."""
    for line in ("хочу на маникюр завтра в 15:00", "любой", "1", "да", "Ольга", "да", "да"):
        await desk.town.whatsapp(client, line)
        visits = await desk.town.appointments()
        if visits and visits[-1].status is Status.BOOKED:
            break
    await desk.settle()


def read_by(desk: OwnersDesk, client: WaClient = OLGA) -> list[str]:
    """What the client reads of ours."""
    return [b.text for b in desk.town.graph.transcripts.ours(PHONE_ID, client.key)]


async def talk_of(here: Town) -> int:
    [talk] = await here.db.read(history.listing, here.salon.id, here.hands())
    return talk.id


async def test_a_new_visit_is_accepted_once(desk: OwnersDesk) -> None:
    """Both people of the salon hear of it; the second one sees that it is done."""
    await desk.bound("marina@romashka.example", ADMIN)
    await booked(desk)
    assert "Новая запись" in desk.last() and "Новая запись" in desk.last(ADMIN)

    await desk.press("Принять")
    await desk.press("Позвонить", ADMIN)

    assert "✓ Анна: принято" in desk.texts()[-1]
    assert "✓ Анна: принято" in desk.texts(ADMIN)[-2]
    assert desk.last(ADMIN) == "Ольга: +79161234567"
    assert "Принять" not in [c.title for b in desk.bubbles(ADMIN) for c in b.choices]


async def test_a_visit_is_moved_and_the_client_reads_it(desk: OwnersDesk) -> None:
    """By a button with a free time; the old time is free again, the client hears of the new."""
    await booked(desk)
    [before] = await desk.town.appointments()

    await desk.press("Перенести")
    offered = desk.bubbles()[-1].choices[0]
    await desk.press(offered.title)

    [after] = await desk.town.appointments()
    assert after.start != before.start
    assert f"{after.start.astimezone(desk.town.salon.zone):%d.%m %H:%M}" == offered.title
    assert "Клиенту написали" in desk.last()
    assert "Салон перенёс ваш визит" in read_by(desk)[-1]


async def test_a_visit_is_moved_by_words(desk: OwnersDesk) -> None:
    """A reply in one's own words; a time that cannot be is refused with free ones."""
    await booked(desk)
    await desk.press("Перенести")
    await desk.replies("На когда перенести", "послезавтра в 23:00")
    refused = desk.last()
    await desk.replies("На когда перенести", "ну не знаю")
    unclear = desk.last()
    [before] = await desk.town.appointments()
    days = 2 if (before.start + timedelta(days=1)).weekday() != 6 else 3
    day = (desk.town.hands() + timedelta(days=days)).astimezone(desk.town.salon.zone)
    await desk.replies("На когда перенести", f"{day:%d.%m} в 16:00")

    [after] = await desk.town.appointments()
    local = after.start.astimezone(desk.town.salon.zone)
    assert "занято, закрыто или прошло" in refused
    assert "Время не понял" in unclear
    assert (local.date(), local.hour) == (day.date(), 16)


async def test_a_press_twice_and_too_late_does_nothing(desk: OwnersDesk) -> None:
    """Old buttons stay pressable for ever; forged ones were never there."""
    await booked(desk)
    await desk.press("Перенести")
    shown = desk.bubbles()[-1]
    data = str(shown.choices[0].id)
    for _ in range(2):
        desk.town.telegram.press(desk.bot, ANNAS_TELEGRAM, int(shown.id), data)
    number = data.split(":")[1]
    for forged in ("", "o:", "o:x:move", f"o:{number}:slot:nan", f"o:{number}:drop", "o:999:move"):
        desk.town.telegram.press(desk.bot, ANNAS_TELEGRAM, int(shown.id), forged or "-")
    await desk.settle()

    moves = [text for text in read_by(desk) if "перенёс" in text]
    assert len(moves) == 1
    assert len(await desk.town.appointments()) == 1


async def test_a_strangers_press_on_a_true_button_does_nothing(desk: OwnersDesk) -> None:
    """Neither somebody unbound nor another salon's owner can press Анна's buttons."""
    boris = TgUser(900_400, "Борис")
    lilia = await desk.town.neighbour()
    await desk.add(BORIS, business_id=lilia.id)
    await desk.bound(BORIS, boris)
    await booked(desk)
    [before] = await desk.town.appointments()
    await desk.press("Перенести")
    shown = desk.bubbles()[-1]
    for thief in (STRANGER, boris):
        for choice in (*shown.choices, *desk.bubbles()[-2].choices):
            if choice.id:
                desk.town.telegram.press(desk.bot, thief, int(shown.id), str(choice.id))
    await desk.settle()

    [after] = await desk.town.appointments()
    assert after.start == before.start
    assert not [text for text in desk.texts(boris) if "Новая запись" in text]


async def test_a_cancelled_visit_is_told(desk: OwnersDesk) -> None:
    """By the client, in chat."""
    await booked(desk)
    for line in ("отмените запись", "да"):
        await desk.town.whatsapp(OLGA, line)
    await desk.settle()

    assert "Запись отменена" in desk.last()


async def test_an_owner_answers_by_replying(desk: OwnersDesk) -> None:
    """The client gets it in WhatsApp, the agent is silent, what the client writes goes on."""
    await desk.town.whatsapp(OLGA, "позовите администратора")
    await desk.settle()
    assert "ждёт ответа человека" in desk.last()

    await desk.replies("ждёт ответа человека", "Добрый день! Это Анна, чем помочь?")
    await desk.town.whatsapp(OLGA, "а можно с подругой? http://evil.example/x")
    await desk.settle()

    assert read_by(desk)[-1] == "Добрый день! Это Анна, чем помочь?"
    passed = desk.last()
    assert "Ольга: а можно с подругой?" in passed
    assert "evil.example" not in passed, "a stranger's address must not be a link"

    await desk.replies("а можно с подругой", "Конечно, приходите вдвоём")
    assert read_by(desk)[-1] == "Конечно, приходите вдвоём"


async def test_a_conversation_is_taken_and_given_back(desk: OwnersDesk) -> None:
    """While a person has it the agent says nothing; afterwards it answers again."""
    await desk.town.whatsapp(OLGA, "позовите администратора")
    await desk.settle()
    await desk.press("Взять диалог")
    said = len(read_by(desk))
    await desk.town.whatsapp(OLGA, "сколько стоит маникюр?")
    await desk.settle()
    quiet = len(read_by(desk))
    held = await desk.town.db.read(
        handoff.current, desk.town.salon.id, await talk_of(desk.town), desk.town.hands()
    )
    await desk.press("Вернуть администратору")
    answer = await desk.town.whatsapp(OLGA, "сколько стоит маникюр?")

    assert quiet == said
    assert held is not None and held.claimed_by == f"user:{desk.people[ANNA]}"
    assert "1 800" in answer.replace("\u00a0", " ")


async def test_a_question_is_answered_and_taught(desk: OwnersDesk) -> None:
    """The client gets the answer; a tap makes it the salon's own, for the next client too."""
    await desk.town.whatsapp(OLGA, "можно оплатить картой?")
    await desk.settle()
    assert "нет ответа" in desk.last()

    await desk.replies("нет ответа", "Да, картой и наличными")
    assert read_by(desk)[-1] == "Да, картой и наличными"
    before = await desk.town.db.read(answers.listing, desk.town.salon.id)
    await desk.press("Добавить в ответы")
    after = await desk.town.db.read(answers.listing, desk.town.salon.id)
    ira = WaClient("79160001122", name="Ира")
    told = await desk.town.whatsapp(ira, "а картой оплатить можно?")

    assert len(after) == len(before) + 1
    assert "картой и наличными" in told


async def test_words_to_nobody_go_to_no_client(desk: OwnersDesk) -> None:
    """Only a reply to a message about a client reaches one."""
    await desk.town.whatsapp(OLGA, "позовите администратора")
    await desk.settle()
    before = read_by(desk)
    told = await desk.says("ну и денёк")

    assert "ответьте на сообщение" in told
    assert read_by(desk) == before


async def test_the_plan_and_the_numbers_on_demand(desk: OwnersDesk) -> None:
    """/today and /week."""
    await booked(desk)

    assert "Сегодня" in await desk.says("/today")
    week = (await desk.says("/week")).replace("\u00a0", " ")
    assert "1 запись на 1 800 ₽" in week and "Администратор записал сам: 1" in week


async def test_a_person_chooses_what_to_hear(desk: OwnersDesk) -> None:
    """Muted notices stay on the dashboard; the others still come."""
    await desk.says("/notices")
    title = next(c.title for c in desk.bubbles()[-1].choices if "записи" in c.title)
    await desk.press(title)
    assert desk.bubbles()[-1].choices[0].title.startswith("🔕")
    await booked(desk)
    kept = await desk.town.db.read(notices.listing, desk.town.salon.id)

    assert NoticeKind.BOOKED in {n.kind for n in kept}
    assert not [text for text in desk.texts() if "Новая запись" in text]


async def test_a_failing_bot_holds_up_no_client(desk: OwnersDesk) -> None:
    """Telegram refuses the owner's bot; the client books as if nothing were wrong."""
    fault = telegram_fault(500, "Internal", method="sendmessage")
    desk.town.telegram.faults.put(desk.bot.key, fault, 40)
    await booked(desk)

    [visit] = await desk.town.appointments()
    assert visit.status is Status.BOOKED
    assert "вы записаны" in read_by(desk)[-1]


async def test_who_blocked_the_bot_is_written_to_no_more(desk: OwnersDesk) -> None:
    """Until they come back; the notices wait on the dashboard."""
    desk.town.telegram.block(desk.bot, ANNAS_TELEGRAM)
    await desk.settle()
    await booked(desk)
    said = len(desk.texts())
    desk.town.telegram.start(desk.bot, ANNAS_TELEGRAM)
    await desk.settle()

    assert not [text for text in desk.texts()[:said] if "Новая запись" in text]
    assert "Кнопки под сообщениями" in desk.last()
