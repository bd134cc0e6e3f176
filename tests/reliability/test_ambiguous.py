"""The messenger took our message and its answer was lost: who gets it twice, and who never."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection
from town import PHONE_ID, Town

from beautybot.businesses import access, notices
from beautybot.businesses.notices import NoticeKind
from beautybot.cli import doctor
from beautybot.conversations import delivery, history, outbox
from beautybot.conversations.envelope import MOST_DEATHS, Weight
from beautybot.conversations.outbox import Draft
from beautybot.demo.fakes.faults import cut_answer, refused
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.graph_world import StatusTiming
from beautybot.demo.fakes.telegram_people import TgUser

LATER = timedelta(seconds=40)
OLGA, MARIA = WaClient("79161234567", name="Ольга"), TgUser(5_001, "Мария")
PRICE = "сколько стоит педикюр?"


def on_screen(here: Town, client: WaClient) -> int:
    return len(here.graph.transcripts.ours(PHONE_ID, client.key))


async def test_whatsapps_status_settles_it(here: Town) -> None:
    """The status comes though the answer was lost: nothing is sent again."""
    here.graph.faults.put(PHONE_ID, cut_answer(method="messages"))

    await here.whatsapp(OLGA, PRICE)
    here.hands.ahead += LATER
    await here.settle()

    assert on_screen(here, OLGA) == 1


async def test_the_status_of_a_first_bubble_is_not_the_whole_texts(here: Town) -> None:
    """Who died between two bubbles said half: the rest is not taken for said."""
    await here.whatsapp(OLGA, PRICE)
    before = on_screen(here, OLGA)
    await _waits(here, Weight.CONFIRMATION, "whatsapp", text=("а" * 3000 + "\n") * 2 + "конец")
    [envelope], _ = await here.db.write(delivery.take, here.keyring, here.hands(), "dead", 10)
    channel = here.worker.channels["whatsapp"]
    first = delivery._part(envelope.message, channel.split(envelope.message.text), 0)
    await channel.send(envelope.account, first)
    await here.graph.idle()
    await here.settle()
    assert on_screen(here, OLGA) == before + 1

    here.hands.ahead += LATER
    await here.settle()

    said = here.graph.transcripts.ours(PHONE_ID, OLGA.key)
    assert said[-1].text.endswith("конец")


async def test_without_a_status_it_never_left(here: Town) -> None:
    """WhatsApp tells of everything it took: its silence means that the client has nothing."""
    here.graph.statuses = StatusTiming.NEVER
    here.graph.faults.put(PHONE_ID, refused(504, method="messages"))

    await here.whatsapp(OLGA, PRICE)
    here.hands.ahead += LATER
    await here.settle()

    assert on_screen(here, OLGA) == 1


async def test_telegram_tells_nothing_so_weight_decides(here: Town) -> None:
    """A confirmation is worth saying twice, with its number; talk is not."""
    here.telegram.start(here.bot, MARIA)
    await here.settle()

    async def told(text: str) -> list[str]:
        before = len(here.telegram.transcripts.ours(here.bot.key, str(MARIA.id)))
        here.telegram.faults.put(here.bot.key, cut_answer(method="sendmessage"))
        await here.telegram_says(MARIA, text)
        here.hands.ahead += LATER
        await here.settle()
        said = here.telegram.transcripts.ours(here.bot.key, str(MARIA.id))[before:]
        return [bubble.text for bubble in said]

    talk = await told(PRICE)
    for line in ("хочу на педикюр", "1", "согласна"):
        await here.telegram_says(MARIA, line)
    here.telegram.share_contact(here.bot, MARIA, "+79161234567")
    await here.settle()
    confirmed = await told("да")

    assert len(talk) == 1
    assert len(confirmed) == 2 and confirmed[0] == confirmed[1]
    assert "вы записаны" in confirmed[0] and "Номер записи" in confirmed[0]


@pytest.mark.parametrize(("deaths", "arrives"), [(2, 1), (MOST_DEATHS + 1, 0)])
async def test_a_confirmation_outlives_those_who_died_with_it(
    here: Town, deaths: int, arrives: int
) -> None:
    """Who died may never have called Telegram: it is said at least once, or the salon hears."""
    here.telegram.start(here.bot, MARIA)
    await here.settle()
    await _waits(here, Weight.CONFIRMATION)

    for _ in range(deaths):
        await _taken_and_dropped(here)
    await here.settle()

    assert _said(here).count(BOOKED) == arrives
    assert await _told(here) == 1 - arrives


@pytest.mark.parametrize(("deaths", "arrives"), [(3, 1), (MOST_DEATHS + 1, 0)])
async def test_small_talk_by_whatsapp_outlives_its_senders(
    here: Town, deaths: int, arrives: int
) -> None:
    """A status would have told of it; given up, the salon and doctor know."""
    await here.whatsapp(OLGA, PRICE)
    before = on_screen(here, OLGA)
    await _waits(here, Weight.TALK, "whatsapp")

    for _ in range(deaths):
        await _taken_and_dropped(here)
    await here.settle()

    assert on_screen(here, OLGA) == before + arrives
    assert await _told(here) == 1 - arrives
    assert ("did not arrive" in await here.db.read(_doctor, here)) is not bool(arrives)


def _doctor(conn: Connection, here: Town) -> str:
    """What doctor finds in the salon."""
    return " ".join(finding.what for finding in doctor._lost(conn, here.salon))


async def test_small_talk_dies_with_its_sender(here: Town) -> None:
    """At most once, and no notice: the control of the above."""
    here.telegram.start(here.bot, MARIA)
    await here.settle()
    await _waits(here, Weight.TALK)

    await _taken_and_dropped(here)
    await here.settle()

    assert _said(here).count(BOOKED) == 0
    assert await _told(here) == 0


async def test_what_is_given_up_is_told_in_the_same_commit(here: Town) -> None:
    """A worker that dies right after it leaves neither without the other."""
    here.telegram.start(here.bot, MARIA)
    await here.settle()
    await _waits(here, Weight.CONFIRMATION)

    for _ in range(MOST_DEATHS + 2):
        await _taken_and_dropped(here)

    assert await _told(here) == 1


BOOKED = "Вы записаны, номер 7"


async def _waits(here: Town, weight: Weight, channel: str = "telegram", text: str = BOOKED) -> None:
    [talk] = await here.db.read(history.listing, here.salon.id, here.hands())
    account = next(
        one
        for one in await here.db.read(access.of_business, here.salon.id)
        if one.channel == channel
    )
    await here.db.write(
        outbox.put,
        business_id=here.salon.id,
        conversation_id=talk.id,
        account_id=account.id,
        draft=Draft(text, weight=weight),
        now=here.hands(),
    )


async def _taken_and_dropped(here: Town) -> None:
    """A worker claims what is due, and is gone before it calls anybody."""
    await here.db.write(delivery.take, here.keyring, here.hands(), "dead", 10)
    here.hands.ahead += timedelta(minutes=2)


def _said(here: Town) -> list[str]:
    return [b.text for b in here.telegram.transcripts.ours(here.bot.key, str(MARIA.id))]


async def _told(here: Town) -> int:
    kept = await here.db.read(notices.listing, here.salon.id)
    return sum(one.kind is NoticeKind.NOT_DELIVERED for one in kept)
