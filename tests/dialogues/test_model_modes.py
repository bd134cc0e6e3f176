"""The same dialogues with a good model, a lying one and one that is never in time."""

from __future__ import annotations

from functools import partial

import pytest
from brains_at_work import BrainModel, NeverInTime
from script import Dialogue
from talk import Talk
from test_dialogues import DIALOGUES, play
from world import open_salons

from beautybot.agent import wording
from beautybot.agent.reply import phrase
from beautybot.businesses.salons import Tone
from beautybot.conversations import history
from beautybot.demo.fakes.gigachat.lies import Lie, LyingBrain
from beautybot.demo.fakes.gigachat.rules import rule_brain
from beautybot.kit.db import Database
from beautybot.llm.base import Purpose

EVERY = pytest.mark.parametrize(
    "dialogue", DIALOGUES, ids=[f"{d.file}: {d.title}" for d in DIALOGUES]
)
COURTESIES = ("Конечно!", "С радостью!", "Хорошо!")
LIES = ("99 руб", "03:17", "аполлинария", "бесплатна", "admin", "вот что я поняла", "<client>")


@EVERY
async def test_a_dialogue_with_a_good_model(dialogue: Dialogue, sqlite_db: Database) -> None:
    """Its words are warmer, what it says and does is the same."""
    talk = await Talk.open(sqlite_db, await sqlite_db.write(open_salons), BrainModel(rule_brain))

    await play(dialogue, talk)


@EVERY
async def test_a_dialogue_with_a_lying_model(dialogue: Dialogue, sqlite_db: Database) -> None:
    """Not one lie reaches the client, and the visits are the same."""
    brain = LyingBrain()
    talk = await Talk.open(sqlite_db, await sqlite_db.write(open_salons), BrainModel(brain))

    await play(dialogue, talk)

    said = await everything_said(talk)
    assert [lie for lie in LIES if lie in said] == []


@EVERY
async def test_a_dialogue_with_a_model_that_is_never_in_time(
    dialogue: Dialogue, sqlite_db: Database
) -> None:
    """The rules and the phrases answer."""
    talk = await Talk.open(sqlite_db, await sqlite_db.write(open_salons), NeverInTime())

    await play(dialogue, talk)


async def test_a_good_model_is_heard_and_a_lying_one_was_asked(sqlite_db: Database) -> None:
    """Control: the modes are not all the same."""
    good, bad = BrainModel(rule_brain), BrainModel(LyingBrain())
    talk = await Talk.open(sqlite_db, await sqlite_db.write(open_salons), good)
    warm = await talk.says("сколько стоит маникюр?")
    talk.worker.llm = bad
    plain = await talk.says("сколько стоит педикюр?")

    offer = phrase("pricing.offer_booking", Tone.FRIENDLY)
    assert any(courtesy in warm for courtesy in COURTESIES)
    assert "1 800 ₽" in warm
    assert plain.endswith(offer)
    assert bad.asked


async def test_no_pleasure_is_taken_in_a_refusal(sqlite_db: Database) -> None:
    """What comes after a "no", a mistake or thanks is said plainly; a price alone is not."""
    good = BrainModel(rule_brain)
    talk = await Talk.open(sqlite_db, await sqlite_db.write(open_salons), good)
    taken = await talk.says("маникюр к вере завтра в 7 утра")
    missed = await talk.says("7")
    thanks = await talk.says("спасибо большое")
    ends = await talk.says("знаете, передумала")
    asked = [request.purpose for request in good.asked]
    price = await talk.says("сколько стоит педикюр?", client="ira")

    assert "К сожалению" in taken
    said = "\n".join((taken, missed, thanks, ends))
    assert [c for c in COURTESIES if c in said] == []
    assert Purpose.WORD not in asked  # nor is anybody kept waiting for it
    assert any(courtesy in price for courtesy in COURTESIES)


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_lie_is_delivered_only_where_nobody_checks(
    guarded: bool, sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: the same lying model, with the receipts and without."""
    brain = LyingBrain(lies=(Lie.INVENTED_PRICE, Lie.INVENTED_STAFF, Lie.OBEYS))
    talk = await Talk.open(sqlite_db, await sqlite_db.write(open_salons), BrainModel(brain))
    if not guarded:
        unchecked = partial(wording.reword, check=lambda _mould, _said: None)
        monkeypatch.setattr(wording, "reword", unchecked)
    for number, text in enumerate(("сколько стоит маникюр?", "что вы делаете?", "до скольки вы?")):
        await talk.says(text, client=f"client-{number}")

    said = await everything_said(talk)
    assert any(lie in said for lie in LIES) is not guarded


async def everything_said(talk: Talk) -> str:
    """All the salon has said, in small letters."""
    business, texts = talk.world.romashka.id, []
    for conversation in await talk.db.read(history.listing, business, talk.now):
        thread = await talk.db.read(history.thread, business, conversation.id)
        texts += [m.text for m in thread if m.direction == "outbound"]
    return "\n".join(texts).lower()
