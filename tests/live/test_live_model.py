"""
The real model.  By hand, never in CI: BEAUTYBOT_LIVE=1 pytest tests/live -n0

Real answers differ from day to day, so a dialogue has to succeed in two of
three runs; what is unsafe may not happen in any.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from script import Dialogue
from talk import Talk
from test_dialogues import DIALOGUES, play
from test_model_modes import LIES, everything_said
from world import open_salons

from beautybot.agent.interpreting import SCHEMA
from beautybot.kit.db import connect
from beautybot.llm.base import LLM, Finish, Purpose, Request, Said

pytestmark = pytest.mark.live
RUNS, MUST_SUCCEED = 3, 2


async def test_it_answers_and_names_itself(real_model: LLM) -> None:
    """Credentials, certificate, model: what `doctor` asks."""
    probe = await real_model.probe()

    assert probe.ok, probe.lines


async def test_it_answers_in_the_asked_form(real_model: LLM) -> None:
    """On whichever rung of the ladder this account has."""
    said = (
        Said("system", "Разбери сообщение клиента салона на команды. value — его слова."),
        Said("user", "<client>хочу на маникюр завтра после шести</client>"),
    )
    reply = await real_model.complete(
        Request(Purpose.UNDERSTAND, said, "live", "live", 20.0, schema=SCHEMA)
    )

    assert reply.finish is not Finish.FILTERED
    assert reply.data["commands"]


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=[f"{d.file}: {d.title}" for d in DIALOGUES])
async def test_a_dialogue_succeeds_in_two_of_three_runs(
    dialogue: Dialogue, real_model: LLM, sqlite_template: Path, tmp_path: Path
) -> None:
    """And no run delivers a lie."""
    succeeded, lies = 0, []
    for run in range(RUNS):
        shutil.copyfile(sqlite_template, path := tmp_path / f"{run}.db")
        db = connect(f"sqlite:///{path}")
        try:
            talk = await Talk.open(db, await db.write(open_salons), real_model)
            try:
                await play(dialogue, talk)
                succeeded += 1
            except AssertionError:
                pass
            lies += [lie for lie in LIES if lie in await everything_said(talk)]
        finally:
            await db.close()

    assert lies == []
    assert succeeded >= MUST_SUCCEED
