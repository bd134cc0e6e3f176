"""What a model may cost in a day, and whose words may leave Russia."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection
from talk import Talk
from world import MONDAY, World, open_salons

from beautybot.agent.interpreting import SCHEMA
from beautybot.businesses import notices, salons
from beautybot.businesses.notices import NoticeKind
from beautybot.conversations import model_use
from beautybot.conversations.model_use import Budget, Purse
from beautybot.kit.db import Database
from beautybot.llm.base import Finish, LLMInvalid, LLMUnavailable, Purpose, Request, Said
from beautybot.llm.chain import Chain
from beautybot.llm.steady import Steady
from beautybot.llm.terms import Spent, Terms
from beautybot.llm.wire import Form, Heard
from beautybot.settings import Settings

TODAY = MONDAY.date()
UNDERSTOOD = json.dumps({"commands": [{"op": "ask_services", "value": "ноготочки"}], "mood": "ok"})
ASKED = Request(
    Purpose.UNDERSTAND, (Said("system", "Разбери."), Said("user", "мур")), "1", "s", 5.0
)
DEAR = Terms(price=10.0)  # a hundred tokens are a rouble


class Wire:
    """Says one thing, each time for a hundred tokens, and keeps what it was asked."""

    def __init__(self, text: str = UNDERSTOOD, name: str = "wire") -> None:
        self.name, self.text = name, text
        self.asked: list[Request] = []

    async def send(self, request: Request, _form: Form) -> Heard:
        self.asked.append(request)
        said = self.text if request.schema else "…"
        return Heard(said, Finish.STOP, self.name, input_tokens=90, output_tokens=10)

    async def close(self) -> None:
        """Nothing to give back."""


def priced(wire: Wire, terms: Terms = DEAR) -> Steady:
    """A model on these terms."""
    return Steady(wire, streams=4, terms=terms)


async def told(db: Database, business_id: int) -> Sequence[str]:
    """What the salon's people heard of the model's money."""
    found = await db.read(notices.listing, business_id)
    return [n.text for n in found if n.kind is NoticeKind.MODEL_BROKEN and "на день" in n.text]


async def test_spent_money_leaves_the_rules_and_is_told_once(db: Database, world: World) -> None:
    """The rival's purse is its own; tomorrow there is money again."""
    wire = Wire()
    talk = await Talk.open(db, world, priced(wire))
    talk.worker.understanding.budget = Budget(per_salon=250)
    for number in range(5):
        assert await talk.says(f"мур-мур {number}", client=f"client-{number}")
    spent, asked = await db.read(model_use.of_day, world.romashka.id, TODAY), len(wire.asked)
    offer = await talk.says("хочу на маникюр завтра")
    talk.now += timedelta(days=1)
    await talk.says("мур-мур снова")

    assert 250 <= spent.kopecks < 250 + 200  # one question may have cost two answers
    assert spent.kopecks == 100 * asked
    assert "1 800 ₽" in offer
    assert len(wire.asked) > asked
    (notice,) = await told(db, world.romashka.id)
    assert "2 рубля" in notice
    assert (await db.read(model_use.of_day, world.lilia.id, TODAY)).kopecks == 0


@pytest.mark.parametrize("limited", [True, False])
async def test_without_a_budget_a_flood_costs_what_it_likes(
    limited: bool, sqlite_db: Database
) -> None:
    """The control arm: the same forty messages with and without a limit."""
    wire = Wire()
    talk = await Talk.open(sqlite_db, await sqlite_db.write(open_salons), priced(wire))
    if limited:
        talk.worker.understanding.budget = Budget(per_salon=500)
    for number in range(20):
        await talk.says(f"мур-мур {number}", client=f"client-{number}")

    assert (len(wire.asked) <= 6) is limited


async def test_all_salons_share_one_purse_save_those_that_pay_themselves(
    db: Database, world: World
) -> None:
    """What a salon pays by its own account is neither counted nor refused there."""
    budget, romashka, lilia = Budget(in_all=300), world.romashka.id, world.lilia.id
    await db.write(model_use.paid, romashka, 1, TODAY, 200, own=False)
    await db.write(model_use.paid, lilia, 2, TODAY, 900, own=True)

    def empty(conn: Connection, salon: int, own: bool) -> Purse | None:
        return model_use.empty(conn, salon, TODAY, budget, own=own)

    assert await db.read(empty, lilia, False) is None
    await db.write(model_use.paid, romashka, 1, TODAY, 100, own=False)
    assert await db.read(model_use.spent_in_all, TODAY) == 300
    assert await db.read(empty, lilia, False) is Purse.INSTALLATION
    assert await db.read(empty, lilia, True) is None
    assert await db.read(model_use.spent_in_all, TODAY + timedelta(days=1)) == 0


async def test_answers_that_did_not_fit_are_paid_too() -> None:
    """A repair costs a second answer, also where the next model of a chain helps."""
    broken, well = Wire("не JSON", "broken"), Wire(name="well")
    request = replace(ASKED, schema=SCHEMA)
    with pytest.raises(LLMInvalid) as failed:
        await priced(broken).complete(request)
    reply = await Chain([priced(broken), priced(well)]).complete(request)

    assert failed.value.cost == 200
    assert reply.cost == 300
    assert [Spent(0.5, n).kopecks for n in (0, 1, 1_000, 1_580)] == [0, 1, 50, 79]


async def test_words_go_abroad_only_where_the_salon_allows_it(db: Database, world: World) -> None:
    """The chain skips a model abroad; the control, the same salon after its yes, asks it."""
    here, abroad = Wire("не JSON", "here"), Wire(name="abroad")
    chain = Chain([priced(here), priced(abroad, Terms(abroad=True))])
    talk = await Talk.open(db, world, chain)
    await talk.says("мур-мур")
    before = len(abroad.asked)
    await db.write(salons.update_agent, world.romashka.id, abroad=True)
    await talk.says("мур-мур опять", client="lena")

    assert here.asked
    assert before == 0
    assert abroad.asked
    assert not (await db.read(salons.get, world.lilia.id)).settings.model_abroad


async def test_what_is_abroad_says_so_itself() -> None:
    """Nobody asks it by another way than through its terms."""
    wire = Wire()
    with pytest.raises(LLMUnavailable, match="abroad"):
        await priced(wire, Terms(abroad=True)).complete(ASKED)

    assert wire.asked == []


@pytest.mark.parametrize(
    ("url", "region", "abroad"),
    [
        (None, None, False),
        ("http://127.0.0.1:11434/v1", None, False),
        ("http://localhost:8080/v1", None, False),
        ("https://api.example.com/v1", None, True),
        ("http://localhost.example.com/v1", None, True),
        ("https://ai.api.cloud.yandex.net/v1", "ru", False),
        ("http://127.0.0.1:1/v1", "abroad", True),
    ],
)
def test_what_nobody_has_placed_is_abroad(
    url: str | None, region: str | None, abroad: bool
) -> None:
    """Save a model on this very machine."""
    settings = Settings(
        openai_base_url=url, openai_region=region, speech_base_url=url, speech_region=region
    )

    assert settings.openai_abroad is settings.speech_abroad is abroad
