"""The double's brains as a model without a network: good, lying, slow."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from beautybot.demo.fakes.gigachat.brains import Brain
from beautybot.demo.fakes.gigachat.prompt import Prompt, Turn
from beautybot.llm.base import Finish, LLMInvalid, LLMUnavailable, Probe, Reply, Request
from beautybot.llm.json_reading import fits, read_object


@dataclass(slots=True)
class BrainModel:
    """
    A model that thinks with one of the double's brains, at once.

    A structure that is not of the schema is an invalid answer, as after a
    repair that failed.
    """

    brain: Brain
    asked: list[Request] = field(default_factory=list)
    name: str = "brain"
    crowded: bool = False
    paid_by_salon: bool = False

    async def complete(self, request: Request) -> Reply:
        """What the brain thinks of it."""
        self.asked.append(request)
        turns = [Turn(m.role, m.text) for m in request.messages]
        thought = self.brain(Prompt(2, "GigaChat-2-Pro", turns, request.schema))
        if request.schema is None:
            return Reply(thought.text, Finish.STOP, self.name)
        data: Any = thought.data if thought.text == "" else read_object(thought.text)
        if not isinstance(data, dict) or not fits(data, request.schema):
            raise LLMInvalid("not in the asked form")
        return Reply(json.dumps(data), Finish.STOP, self.name, data=data)

    async def probe(self) -> Probe:
        """Always well."""
        return Probe(True, ())

    async def close(self) -> None:
        """Nothing to give back."""


@dataclass(slots=True)
class NeverInTime:
    """A model that is too slow for every deadline."""

    name: str = "slow"
    crowded: bool = False
    paid_by_salon: bool = False
    asked: int = 0

    async def complete(self, request: Request) -> Reply:
        """No answer before the deadline."""
        self.asked += 1
        raise LLMUnavailable("did not answer in time")

    async def probe(self) -> Probe:
        """It does not answer."""
        return Probe(False, ("slow",))

    async def close(self) -> None:
        """Nothing to give back."""
