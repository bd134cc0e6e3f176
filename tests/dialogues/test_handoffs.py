"""A person is called: who is told what, for how long the receptionist is silent, and what then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from brains_at_work import BrainModel, NeverInTime
from talk import Talk
from world import FORMS, ROMASHKA, World, open_salons

from beautybot.agent import unanswered
from beautybot.booking import importing
from beautybot.booking.salon_file import of_json
from beautybot.booking.visits import Status
from beautybot.businesses import notices, salons
from beautybot.businesses.notices import NoticeKind
from beautybot.conversations import handoff, history, outbox
from beautybot.conversations.envelope import Weight
from beautybot.demo.fakes.gigachat.rules import rule_brain
from beautybot.kit.db import Database
from beautybot.llm.base import Purpose, Reply, Request

STILL = "Администратор пока занят"


@pytest.fixture
async def talk(db: Database, world: World) -> Talk:
    """A client at «Ромашка», a minute after noon."""
    return await Talk.open(db, world)


async def minutes_pass(talk: Talk, minutes: int) -> str:
    """Minute by minute, the chore runs; what the client is told meanwhile."""
    said = []
    for _ in range(minutes):
        talk.passes(timedelta(minutes=1))
        await talk.db.write(unanswered.remind, talk.now)
        said.append(await talk._answer("olga"))
    return "\n".join(filter(None, said))


async def reminded(talk: Talk) -> list[str]:
    """What the salon was told of clients who wait in vain."""
    found = await talk.db.read(notices.listing, talk.world.romashka.id)
    return [n.text for n in found if n.kind is NoticeKind.HANDOFF and "всё ещё ждёт" in n.text]


async def a_person_writes(talk: Talk, text: str = "Здравствуйте, это Анна") -> None:
    """As the dashboard does it: taken, then put into the same outbox."""
    salon, conversation = talk.world.romashka.id, (await talk.summary()).id
    await talk.db.write(
        handoff.start, salon, conversation, reason="taken", by="user:1", now=talk.now
    )
    account = await talk.db.read(history.account_of, salon, conversation)
    await talk.db.write(
        outbox.put,
        business_id=salon,
        conversation_id=conversation,
        account_id=account,
        draft=outbox.Draft(text, weight=Weight.PERSON, author="user:1"),
        now=talk.now,
    )


async def test_where_the_agent_is_silent_only_the_salon_hears_who_waits(talk: Talk) -> None:
    """The owner took the channel from the agent after the client had asked for a person."""
    await talk.says("позовите администратора")
    salon = await talk.db.read(salons.get, talk.world.romashka.id)
    rules = salons.settings_json(salon.settings) | {"agent_silent_in": ["console"]}
    await talk.db.write(salons.change, salon.id, settings=rules)
    said = await minutes_pass(talk, 18)

    assert said == ""
    assert len(await reminded(talk)) == 1


async def test_a_client_nobody_answers_is_told_so_once_and_the_salon_is_reminded(
    talk: Talk,
) -> None:
    """After a quarter of an hour both; after an hour the salon again; then no more."""
    await talk.says("позовите администратора")
    early = await minutes_pass(talk, 13)
    late = await minutes_pass(talk, 5)
    later = await minutes_pass(talk, 120)

    assert early == ""
    assert late.count(STILL) == 1
    assert later == ""
    assert len(await reminded(talk)) == 2


async def test_a_person_who_wrote_is_not_reminded(talk: Talk) -> None:
    """Control: the same wait, answered."""
    await talk.says("позовите администратора")
    talk.passes(timedelta(minutes=3))
    await a_person_writes(talk)

    assert STILL not in await minutes_pass(talk, 90)
    assert await reminded(talk) == []


async def test_at_night_nobody_is_told_that_a_person_is_busy(talk: Talk) -> None:
    """The quarter of an hour begins when the salon's quiet hours end."""
    talk.passes(timedelta(hours=10))  # ten in the evening
    await talk.says("позовите администратора")
    night = await minutes_pass(talk, 30)
    talk.passes(timedelta(hours=10, minutes=45))  # a quarter past nine
    morning = await minutes_pass(talk, 10)

    assert night == ""
    assert STILL in morning


async def test_after_its_hours_of_silence_the_receptionist_is_back_and_reads_nothing_old(
    talk: Talk,
) -> None:
    """Each message of a person renews the silence; what was said meanwhile is history."""
    await talk.says("позовите администратора")
    await a_person_writes(talk)
    talk.passes(timedelta(hours=8))
    await a_person_writes(talk, "Вы ещё тут?")
    talk.passes(timedelta(hours=8))
    heard = await talk._answer("olga")
    muted = await talk.says("позовите администратора, хочу на педикюр завтра")
    talk.passes(timedelta(hours=5))

    back = await talk.says("сколько стоит маникюр?")

    assert "Вы ещё тут?" in heard
    assert muted == ""
    assert "1 800 ₽" in back
    assert "едикюр" not in back
    assert (await talk.summary()).handoff is None
    shown = await talk.db.read(history.thread, talk.world.romashka.id, (await talk.summary()).id)
    assert any("педикюр завтра" in message.text for message in shown)


async def test_a_salon_chooses_how_long_the_silence_lasts(talk: Talk) -> None:
    """Two hours instead of twelve."""
    rules = {**ROMASHKA["settings"], "handoff_h": 2}
    file = of_json({**ROMASHKA, "settings": rules})
    await talk.db.write(importing.apply, file, now=talk.now, name_forms=FORMS.__getitem__)
    await talk.says("позовите администратора")
    talk.passes(timedelta(hours=1, minutes=50))
    muted = await talk.says("сколько стоит маникюр?")
    talk.passes(timedelta(minutes=15))

    assert muted == ""
    assert "1 800 ₽" in await talk.says("сколько стоит педикюр? и маникюр?")


@dataclass(slots=True)
class TakingOver(BrainModel):
    """While it rewords a finished reply, Анна opens the dialogue and takes it."""

    talk: Talk | None = None

    async def complete(self, request: Request) -> Reply:
        """The reply stands in the outbox already; now a person has the client."""
        if request.purpose is Purpose.WORD and self.talk is not None:
            talk = self.talk
            talk.passes(timedelta(seconds=1))
            await a_person_writes(talk, "Отвечаю сама")
        return await BrainModel.complete(self, request)


async def test_an_owner_who_takes_over_between_writing_and_sending_is_not_talked_over(
    talk: Talk,
) -> None:
    """The finished reply is dropped; only the person is heard."""
    alone = await talk.says("сколько стоит маникюр?")
    talk.worker.llm = TakingOver(rule_brain, talk=talk)

    said = await talk.says("сколько стоит педикюр?")

    assert "1 800 ₽" in alone
    assert said == "Отвечаю сама"


async def test_an_agent_that_is_off_stores_and_shows_and_says_nothing(talk: Talk) -> None:
    """And answers the next message once it is on."""
    salon = talk.world.romashka.id
    await talk.db.write(salons.update_agent, salon, enabled=False)
    silent = await talk.says("сколько стоит маникюр?")
    kept = await talk.db.read(history.thread, salon, (await talk.summary()).id)
    await talk.db.write(salons.update_agent, salon, enabled=True)

    assert silent == ""
    assert [message.text for message in kept] == ["сколько стоит маникюр?"]
    assert "2 400 ₽" in await talk.says("сколько стоит педикюр?")


BOOKING = ("хочу на маникюр завтра", "2", "согласна", "Ольга", "+7 916 123-45-67", "да")


@pytest.mark.parametrize("killed_after", range(len(BOOKING) + 1))
async def test_a_model_killed_in_mid_talk_changes_no_booking(
    killed_after: int, sqlite_db: Database
) -> None:
    """Whenever it dies: the same visit."""
    talk = await Talk.open(sqlite_db, await sqlite_db.write(open_salons), BrainModel(rule_brain))
    for number, text in enumerate(BOOKING):
        if number == killed_after:
            talk.worker.llm = NeverInTime()
        await talk.says(text)

    [visit] = await talk.book()
    assert visit.status is Status.BOOKED
    assert (visit.service_names, visit.start.hour) == (("Маникюр",), 9)
