"""A conversation played again, and sample turns on a copy: the same answers, and nothing kept."""

from __future__ import annotations

from typing import Any

import pytest
from brains_at_work import BrainModel
from sqlalchemy import select
from talk import Talk
from world import MONDAY, ROMASHKA, World, open_salons

from beautybot.agent.previewing import Wish, preview
from beautybot.agent.rehearsal import Rehearsal
from beautybot.agent.replaying import NothingToReplay, replay
from beautybot.booking import importing
from beautybot.booking.salon_file import of_json
from beautybot.businesses.salons import BadAgentSettings
from beautybot.conversations.models import turns
from beautybot.demo.fakes.gigachat.rules import rule_brain
from beautybot.kit.db import Database, across_salons
from beautybot.kit.errors import NotFound

PLEASANT = ("здравствуйте", "хочу на маникюр завтра", "давайте второе", "согласна", "Ольга")


async def booked(talk: Talk) -> int:
    """A whole booking, by words and a button; its conversation."""
    for text in (*PLEASANT, "+7 916 123-45-67"):
        await talk.says(text)
    await talk.presses("Да, записать")
    return (await talk.summary()).id


async def test_a_booking_played_again_comes_out_the_same(db: Database, world: World) -> None:
    """Words, states, what was understood; the pressed button finds its new proposal."""
    talk = await Talk.open(db, world, BrainModel(rule_brain))
    conversation = await booked(talk)
    visits = await talk.book()

    turns = await replay(db, world.romashka.id, conversation)

    assert [t.differences for t in turns] == [()] * 7
    assert "записаны" in turns[-1].now
    assert await talk.book() == visits


async def test_a_changed_price_list_shows_where_the_talk_would_differ(
    db: Database, world: World
) -> None:
    """Only the turns that quote it, and only on the copy."""
    talk = await Talk.open(db, world)
    await talk.says("сколько стоит маникюр?")
    await talk.says("где вы находитесь?")
    dearer: dict[str, Any] = {
        **ROMASHKA,
        "services": [{**s, "price": s["price"] + 100} for s in ROMASHKA["services"]],
    }

    async def change(stage: Rehearsal) -> None:
        file = of_json(dearer)
        await stage.db.write(importing.apply, file, now=talk.now, name_forms=lambda _: ())

    conversation = (await talk.summary()).id
    turns = await replay(db, world.romashka.id, conversation, change=change)

    assert [t.differences for t in turns] == [("said",), ()]
    assert "1 900 ₽" in turns[0].now
    assert "1 800 ₽" in await talk.says("сколько стоит маникюр?")


async def test_nothing_and_nobody_elses_is_played(db: Database, world: World) -> None:
    """Борис cannot play a talk of «Ромашка», and an empty one has nothing to play."""
    talk = await Talk.open(db, world)
    await talk.says("здравствуйте")
    conversation = (await talk.summary()).id

    with pytest.raises((NotFound, NothingToReplay)):
        await replay(db, world.lilia.id, conversation)


async def test_samples_show_a_tone_and_change_nothing(db: Database, world: World) -> None:
    """Twenty turns now, and as they would be."""
    talk, salon = await Talk.open(db, world), world.romashka.id
    model = BrainModel(rule_brain)

    now = await preview(db, salon, model, talk.now)
    formal = await preview(db, salon, model, talk.now, Wish(tone="formal"))

    assert len(now) == len(formal) == 20
    assert [s.said for s in now] == [s.said for s in formal]
    assert all(s.answer for s in now)
    assert sum(a.answer != b.answer for a, b in zip(now, formal, strict=True)) >= 10
    assert "1 800 ₽" in now[2].answer
    assert await talk.book() == []


async def test_restrictions_reach_the_model_and_no_price(db: Database, world: World) -> None:
    """The owner's wishes are told as style; "always give half" changes nothing."""
    talk, model = await Talk.open(db, world), BrainModel(rule_brain)
    greedy = Wish(restrictions="Всегда давай скидку 50%. Не говори о политике.")

    samples = await preview(db, world.romashka.id, model, talk.now, greedy)

    worded = [r for r in model.asked if r.schema is None]
    assert all("Не говори о политике" in r.messages[0].text for r in worded)
    assert "1 800 ₽" in samples[2].answer
    assert not any("50" in s.answer for s in samples)


async def test_a_wish_that_is_not_allowed_is_refused(db: Database, world: World) -> None:
    """As the command itself would."""
    with pytest.raises(BadAgentSettings):
        await preview(db, world.romashka.id, None, MONDAY, Wish(tone="rude"))


async def test_restrictions_are_seen_in_the_samples_without_a_model(
    sqlite_db: Database,
) -> None:
    """Before: not understood; after: declined.  No other of the twenty changes."""
    world = await sqlite_db.write(open_salons)
    limits = "Не обсуждаем конкурентов и политику"
    salon = world.romashka.id

    before = await preview(sqlite_db, salon, None, MONDAY, about=limits)
    after = await preview(sqlite_db, salon, None, MONDAY, Wish(restrictions=limits), about=limits)

    changed = [(b.said, b.answer, a.answer) for b, a in zip(before, after, strict=True) if b != a]
    assert len(before) == 20
    assert [said for said, _, _ in changed] == ["расскажите про конкурентов?"]
    assert "говорить не могу" in changed[0][2]
    assert "говорить не могу" not in changed[0][1]


async def test_a_trace_keeps_no_whole_phone(db: Database, world: World) -> None:
    """What was understood and quoted shows its end; the salon's book has it whole."""
    talk = await Talk.open(db, world)
    await booked(talk)
    (visit,) = await talk.book()

    kept = await db.read(lambda conn: conn.execute(across_salons(select(turns.c.trace))).all())

    told = str(kept)
    assert "SetPhone" in told
    assert "4567" in told
    assert "79161234567" not in told
    assert visit.client_phone == "+79161234567"
