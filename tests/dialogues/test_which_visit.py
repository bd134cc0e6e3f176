"""Two visits, and a client who does not say which one is meant."""

from __future__ import annotations

import pytest
from talk import Talk
from world import World

from beautybot.kit.db import Database

BOOKED = ("маникюр к вере в пятницу в 14", "да", "Ольга 89161234567", "да")
BOOKED_TOO = ("педикюр к вере в субботу в 12", "да")


@pytest.fixture
async def talk(db: Database, world: World) -> Talk:
    """Ольга at the desk of «Ромашка»."""
    return await Talk.open(db, world)


@pytest.mark.parametrize(
    ("wish", "question", "chosen"),
    [
        ("перенесите запись", "Какую запись перенести?", "Переносим: суббота"),
        ("отмените запись", "Какую запись отменить?", "Отменить"),
    ],
)
async def test_a_bare_yes_is_asked_again(talk: Talk, wish: str, question: str, chosen: str) -> None:
    """No new visit is begun; the number then still answers."""
    for line in (*BOOKED, *BOOKED_TOO):
        await talk.says(line)

    asked = await talk.says(wish)
    again = await talk.says("да")
    answer = await talk.says("2")

    assert question in asked and question in again
    assert chosen in answer and "суббота" in answer
    assert [visit.status for visit in await talk.book()] == ["booked", "booked"]
