"""
A page of real-life phrasing for every state: however it is said, the same comes of it.

`ways/<state>.md`: a heading; «до:» what the client said before, «/» between the lines; «все:» what
every answer holds and the state that follows («а|б»: either), or «не:» what none may hold; then
the ways to say it.  {день} and {телефон} are other ones for every way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from talk import Talk
from world import MONDAY, open_salons

from beautybot.agent.flow import State
from beautybot.kit.db import Database

FOLDER = Path(__file__).with_name("ways")
FEWEST = 20
MONTHS = {3: "марта", 4: "апреля", 5: "мая"}


@dataclass(slots=True)
class Way:
    """Many ways to say one thing."""

    title: str
    before: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)
    state: str = ""
    said: list[str] = field(default_factory=list)


def page(state: State) -> list[Way]:
    """The page of a state."""
    ways: list[Way] = []
    for line in (FOLDER / f"{state}.md").read_text(encoding="utf-8").splitlines():
        head, _, rest = line.partition(" ")
        if head == "#":
            ways.append(Way(rest))
        elif head == "до:":
            ways[-1].before = rest.split(" / ")
        elif head == "все:":
            ways[-1].words = re.findall("«([^»]+)»", rest)
            ways[-1].state = rest.rpartition(" · ")[2]
        elif head == "не:":
            ways[-1].never = re.findall("«([^»]+)»", rest)
        elif head == "-":
            ways[-1].said.append(rest)
        else:
            assert not line, f"{state}: what is «{line}»?"
    return ways


@pytest.mark.parametrize("state", list(State))
async def test_however_it_is_said(state: State, sqlite_db: Database) -> None:
    """Every way on the page is read alike, each by a new client, through inbox, turn and outbox."""
    talk = await Talk.open(sqlite_db, await sqlite_db.write(open_salons))

    wrong = [
        fault
        for number, (way, said) in enumerate(
            (way, said) for way in page(state) for said in way.said
        )
        if (fault := await fault_of(talk, way, said, number))
    ]

    assert not wrong, "\n\n".join(wrong)
    assert sum(len(way.said) for way in page(state)) >= FEWEST


async def test_a_wrong_expectation_is_told(sqlite_db: Database) -> None:
    """Control: another price, another state, a word that must not be there."""
    talk = await Talk.open(sqlite_db, await sqlite_db.write(open_salons))
    price = Way("цена", words=["999 ₽"], state="pricing")
    state = Way("цена", words=["1 800 ₽"], state="booking")
    never = Way("цена", never=["1 800 ₽"])

    said = "сколько стоит маникюр"
    told = [await fault_of(talk, w, said, n) for n, w in enumerate((price, state, never))]

    assert all(told)


async def fault_of(talk: Talk, way: Way, said: str, number: int) -> str:
    """What is wrong with the answer to one way of saying it; "" if nothing is."""
    client = f"client-{number}"
    for line in way.before:
        await talk.says(_filled(line, number), client)
    answer = await talk.says(_filled(said, number), client)
    state = str((await talk.summary(client)).state)
    low = answer.lower()
    missing = [w for w in way.words if not any(one.lower() in low for one in w.split("|"))]
    there = [w for w in way.never if w.lower() in low]
    if answer and not missing and not there and way.state in ("", state):
        return ""
    return f"{way.title}: «{said}» · {state}, нет {missing}, лишнее {there}:\n{answer}"


def _filled(line: str, number: int) -> str:
    """Another day and another phone for every way, so that none is in another's way."""
    day = MONDAY + timedelta(days=1 + number + (number + 1) // 6)
    phone = f"8 916 000-{number // 100:02}-{number % 100:02}"
    return line.replace("{день}", f"{day.day} {MONTHS[day.month]}").replace("{телефон}", phone)
