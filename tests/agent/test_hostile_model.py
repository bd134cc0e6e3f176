"""A model that says anything: what it can bring about, and what it cannot."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pytest
from world import MONDAY, ROMASHKA, open_salons

from beautybot.agent import commands as c, interpreting
from beautybot.agent.memory import Asked, Memory
from beautybot.agent.rewording import PLACEHOLDER, why_not
from beautybot.agent.rules import Salon, lexicon_of
from beautybot.booking import catalogue
from beautybot.demo.fakes.gigachat.wild import CLAIMS, WildBrain
from beautybot.kit.db import Database

SCRIPTS = 300
MAY_MEAN = (
    *(c.Greet, c.Leave, c.Thank, c.OffTopic, c.AskInfo, c.AskPrice, c.ListBookings, c.Book),
    *(c.SetServices, c.SetSpecialist, c.SetWhen, c.CancelBooking, c.Reschedule, c.Human),
)
SAID = (
    "ну это самое, сделайте мне как в прошлый раз, только красиво",
    "хочу чтоб ноготочки были к празднику, у Веры, послезавтра",
    "сколько с меня возьмёте за волосы",
    "ничего не понимаю в ваших кнопках",
)
MOULDS = (
    "{{services}}. Свободно:\n{{lines}}\nКакое время подойдёт? Можно ответить номером.",
    "{{service}}: {{price}}, по времени — {{duration}}.\n\nЗаписать вас?",
    "На «{{time}}» свободного времени нет.",
    "Подскажу цены и свободное время, запишу, перенесу или отменю запись. Что вас интересует?",
)


@dataclass(frozen=True, slots=True)
class Heard:
    """As much of what a turn sees as understanding a value needs."""

    business: Any
    unanswered: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """One message's time."""

    sent_at: Any = MONDAY


@pytest.fixture
async def salon(sqlite_db: Database) -> tuple[Any, Salon]:
    """«Ромашка» and its words."""
    business = (await sqlite_db.write(open_salons)).romashka
    found = await sqlite_db.read(catalogue.load, business.id)
    return business, Salon(found, lexicon_of(found, business))


def meant(brain: WildBrain, said: str, salon: tuple[Any, Salon], memory: Memory) -> list[Any]:
    """The commands that come out of whatever the model answered."""
    business, words = salon
    seen: Any = Heard(business, (Word(),))
    return interpreting.meant(brain.commands(said), said, seen, memory, words)


async def test_no_answer_of_a_model_is_a_yes_a_choice_a_name_or_a_phone(
    salon: tuple[Any, Salon],
) -> None:
    """Whatever it emits, in whatever state: the gate opens only to the client's own words."""
    dice, came = random.Random(7), set()
    for seed in range(SCRIPTS):
        memory = Memory(asked=dice.choice(list(Asked)))
        for command in meant(WildBrain(seed), dice.choice(SAID), salon, memory):
            came.add(type(command))
            assert isinstance(command, MAY_MEAN)

    assert len(came) >= 10


async def test_a_model_names_no_service_person_or_time_of_its_own(
    salon: tuple[Any, Salon],
) -> None:
    """Ids are of this salon, and times are those that the client's words mean."""
    services = {s["id"] for s in ROMASHKA["services"]}
    people = {s["id"] for s in ROMASHKA["staff"]}
    for seed in range(SCRIPTS):
        said = SAID[seed % len(SAID)]
        for command in meant(WildBrain(seed), said, salon, Memory()):
            match command:
                case c.SetServices(wishes) | c.AskPrice(wishes):
                    assert {ref for w in wishes for ref in w.refs} <= services
                case c.SetSpecialist(refs=refs, unknown=unknown):
                    assert set(refs) <= people
                    assert not unknown
                case c.SetWhen(when):
                    assert when.text.lower() in said.lower()
                case _:
                    pass


def test_no_wild_wording_that_passes_holds_a_claim() -> None:
    """Nothing of what it wove in is left in a text that may go."""
    passed = 0
    for seed in range(SCRIPTS):
        mould = MOULDS[seed % len(MOULDS)]
        said = WildBrain(seed).words(mould)
        if why_not(mould, said) is None:
            passed += 1
            assert not [claim for claim in CLAIMS if claim in said]
            assert PLACEHOLDER.findall(said) == PLACEHOLDER.findall(mould)
    assert passed < SCRIPTS // 2


def test_without_the_check_claims_would_go() -> None:
    """Control: the same wordings, unchecked, are full of them."""
    wild = [WildBrain(seed).words(MOULDS[seed % len(MOULDS)]) for seed in range(SCRIPTS)]

    assert sum(any(claim in said for claim in CLAIMS) for said in wild) > SCRIPTS // 2
