"""From a client's thumb to the salon's book and back, over the messengers' own protocols."""

from __future__ import annotations

from town import PHONE_ID, Town

from beautybot.booking.visits import Status
from beautybot.businesses import notices
from beautybot.conversations import history
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.kit import clock


async def test_a_client_books_in_whatsapp(here: Town) -> None:
    """Name and phone are known there already: wish, time, consent, yes."""
    olga = WaClient("79161234567", name="Ольга")

    offered = await here.whatsapp(olga, "здраствуйте! хочу на манекюр")
    asked = await here.whatsapp(olga, "1")
    proposed = await here.whatsapp(olga, "да")
    done = await here.whatsapp(olga, "да")

    assert "Маникюр" in offered and "1. " in offered
    assert "согласны" in asked
    assert "1 800 ₽" in proposed and "Записать вас?" in proposed
    assert "вы записаны" in done
    (visit,) = await here.appointments()
    assert visit.status is Status.BOOKED
    assert (visit.client_name, visit.client_phone) == ("Ольга", "+79161234567")
    assert visit.source == "whatsapp"


async def test_a_client_books_in_telegram_with_buttons(here: Town) -> None:
    """Telegram gives a name and no phone: the contact button brings it."""
    olga = TgUser(5_001, "Ольга")
    here.telegram.start(here.bot, olga)
    await here.settle()

    await here.telegram_says(olga, "запишите на педикюр")
    await press(here, olga, first=True)  # the soonest time
    await press(here, olga, "Согласен")
    asked = here.telegram.transcripts.ours(here.bot.key, str(olga.id))[-1].text
    here.telegram.share_contact(here.bot, olga, "+79161234567")
    await here.settle()
    await press(here, olga, "Да, записать")

    assert "номер телефона" in asked
    (visit,) = await here.appointments()
    assert visit.status is Status.BOOKED
    assert visit.client_phone == "+79161234567"
    assert "вы записаны" in here.telegram.transcripts.ours(here.bot.key, str(olga.id))[-1].text


async def test_the_salon_is_told_of_a_booking(here: Town) -> None:
    """Once, with the visit and the client."""
    await book_in_whatsapp(here)

    told = await here.db.read(notices.listing, here.salon.id)

    booked = [notice for notice in told if notice.kind is notices.NoticeKind.BOOKED]
    assert len(booked) == 1
    assert "Маникюр" in booked[0].text and "Ольга" in booked[0].text


async def test_the_same_delivery_ten_times_is_one_turn(here: Town) -> None:
    """What Meta repeats for days is answered once."""
    olga = WaClient("79161234567", name="Ольга")
    event = here.graph.event(PHONE_ID, olga, "сколько стоит маникюр?")

    answered = await here.graph.deliver([event], times=10)
    await here.settle()

    assert answered == [200] * 10
    answers = here.graph.transcripts.ours(PHONE_ID, olga.key)
    assert len(answers) == 1


async def test_two_clients_want_one_time_and_one_gets_it(here: Town) -> None:
    """The other one hears of it and is offered what is left."""
    olga, ira = WaClient("79161234567", name="Ольга"), WaClient("79160001122", name="Ира")
    for client in (olga, ira):
        await here.whatsapp(client, "хочу наращивание ресниц")
    await here.whatsapp(olga, "1")

    answer = await here.whatsapp(ira, "1")

    assert "заняли" in answer and "1. " in answer
    held = await here.appointments()
    assert len(held) == 1


async def test_a_person_who_takes_over_silences_the_agent(here: Town) -> None:
    """Asked for, promised, and then quiet; the messages are kept for the person."""
    olga = WaClient("79161234567", name="Ольга")

    promised = await here.whatsapp(olga, "позовите администратора")
    silence = await here.whatsapp(olga, "сколько стоит маникюр?")

    assert "ответят здесь" in promised
    assert silence == ""
    (talk,) = await here.db.read(history.listing, here.salon.id, clock.now())
    assert talk.handoff is not None and talk.handoff.reason == "asked"
    thread = await here.db.read(history.thread, here.salon.id, talk.id)
    assert [m.text for m in thread if m.direction == "inbound"][-1] == "сколько стоит маникюр?"


async def book_in_whatsapp(here: Town) -> None:
    """A whole booking."""
    olga = WaClient("79161234567", name="Ольга")
    for line in ("хочу на маникюр", "1", "да", "да"):
        await here.whatsapp(olga, line)


async def press(here: Town, user: TgUser, title: str = "", *, first: bool = False) -> None:
    """The client presses a button of the last message that has some."""
    if first:
        shown = here.telegram.transcripts.ours(here.bot.key, str(user.id))
        title = next(bubble for bubble in reversed(shown) if bubble.choices).choices[0].title
    here.telegram.press_latest(here.bot, user, title)
    await here.settle()
