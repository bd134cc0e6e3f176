"""Conversations an owner can read, played on the real product without a model."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from pathlib import Path

import pytest
from script import Dialogue, Kind, Line, read
from talk import Talk, local
from world import World

from beautybot.booking.visits import Appointment, Status
from beautybot.kit.db import Database

OTHER = "ira"
FOLDER = Path(__file__).parent
DIALOGUES = [dialogue for file in sorted(FOLDER.glob("*.md")) for dialogue in read(file)]


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=[f"{d.file}: {d.title}" for d in DIALOGUES])
async def test_dialogue(dialogue: Dialogue, db: Database, world: World) -> None:
    """Every answer, silence, state and visit is as the dialogue tells it."""
    await play(dialogue, await Talk.open(db, world))


async def test_a_wrong_expectation_is_seen(db: Database, world: World) -> None:
    """Control: a dialogue that tells something untrue fails."""
    untrue = Dialogue("untrue", "made up")
    untrue.lines += [Line(1, Kind.SAYS, "сколько стоит маникюр?"), Line(2, Kind.ANSWER, "«999 ₽»")]

    with pytest.raises(AssertionError, match="999"):
        await play(untrue, await Talk.open(db, world))


async def play(dialogue: Dialogue, talk: Talk) -> None:
    """Say what the client says, and look at what comes back."""
    answer = ""
    for kind, lines in groupby(dialogue.lines, key=lambda line: line.kind):
        if kind is Kind.SAYS:
            answer = await talk.burst([line.text for line in lines])
            continue
        for line in lines:
            if kind is Kind.PRESSES:
                answer = await talk.presses(line.text)
            elif kind is Kind.OTHER_SAYS:
                answer = await talk.says(line.text, OTHER)
            elif kind is Kind.OTHER_PRESSES:
                answer = await talk.presses(line.text, OTHER)
            elif kind in (Kind.COMES, Kind.COMES_TO_OTHER, Kind.NOTHING_COMES):
                await unasked(line, talk)
            else:
                await check(line, answer, talk)


async def unasked(line: Line, talk: Talk) -> None:
    """What the salon writes by itself."""
    heard = await talk.comes(OTHER if line.kind is Kind.COMES_TO_OTHER else "olga")
    if line.kind is Kind.NOTHING_COMES:
        assert (heard, await talk.comes(OTHER)) == ("", ""), f"line {line.number}"
    for words in line.quoted:
        assert words.lower() in heard.lower(), f"line {line.number}: «{words}» not in:\n{heard}"
    assert heard or line.kind is Kind.NOTHING_COMES, f"line {line.number}: silence"


async def check(line: Line, answer: str, talk: Talk) -> None:
    """One expectation of a dialogue."""
    where = f"line {line.number}, after the answer:\n{answer}\n"
    match line.kind:
        case Kind.ANSWER:
            assert answer, f"{where}: silence"
            for words in line.quoted:
                assert words.lower() in answer.lower(), f"{where}: «{words}» is not in it"
            if line.state:
                assert (await talk.summary()).state == line.state, where
        case Kind.NOT:
            for words in line.quoted:
                assert words.lower() not in answer.lower(), f"{where}: «{words}» is in it"
        case Kind.SILENCE:
            assert answer == "", where
        case Kind.PAUSE:
            talk.passes(line.pause - timedelta(seconds=8))
        case Kind.BOOKED | Kind.EMPTY:
            booked = [_visit(v) for v in await talk.book() if v.status is not Status.HELD]
            expected = line.text.split("; ") if line.kind is Kind.BOOKED else []
            assert booked == expected, f"{where}: {booked}"
        case _:
            raise AssertionError(f"{line.kind} is no expectation")


def _visit(visit: Appointment) -> str:
    services, people = " + ".join(visit.service_names), " + ".join(visit.specialist_names)
    return f"{visit.status} {services}, {people}, {local(visit.start):%d.%m %H:%M}"
