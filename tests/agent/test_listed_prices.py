"""Of prices just listed a service is taken by the word that tells it apart."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from beautybot.agent import commands as c, rules
from beautybot.agent.memory import Asked, Memory
from beautybot.agent.wishes import ServiceWish
from benchmarks.hostile.salon import NOW, open_salon


@pytest.fixture(scope="module")
def salon(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """The demo's salon and its words."""
    return asyncio.run(open_salon(tmp_path_factory.mktemp("salon")))


def wished(text: str, salon: tuple[Any, Any], memory: Memory) -> set[tuple[str, ...]]:
    """The services that a text wishes for, by the rules."""
    business, words = salon
    found = rules.of_text(text, NOW, business, memory, words)
    sets = [command for command in found if isinstance(command, c.SetServices)]
    return {wish.refs for command in sets for wish in command.wishes if not wish.ask}


MANICURES = Memory(asked=Asked.BOOKING, topic=(ServiceWish(("mani", "mani_gel"), "маникюр"),))


@pytest.mark.parametrize("text", ["классический", "запишите на классический в пятницу"])
def test_one_of_the_listed_is_taken(text: str, salon: tuple[Any, Any]) -> None:
    """After the prices of manicures; without them nobody knows which classic it is."""
    assert wished(text, salon, MANICURES) == {("mani",)}
    assert wished(text, salon, Memory()) != {("mani",)}


def test_another_service_is_another_wish(salon: tuple[Any, Any]) -> None:
    """What is not listed is not taken for one of the list."""
    found = {ref for refs in wished("запишите на стрижку чёлки", salon, MANICURES) for ref in refs}

    assert found == {"bang"}
