"""Several models, the next one where one cannot help; after the last come the rules."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from beautybot.kit import clock
from beautybot.llm.base import LLM, Finish, LLMUnavailable, Probe, Reply, Request

SHARE = 0.6
"""How much of a deadline one model may use while another still waits behind it."""


class Chain:
    """Asks the first; when it is away, full, silent or refuses the topic, the next."""

    paid_by_salon = False

    def __init__(self, models: Sequence[LLM]) -> None:
        self._models = tuple(models)
        self.name = " → ".join(model.name for model in models)

    @property
    def crowded(self) -> bool:
        """True while callers wait at every one of them."""
        return all(model.crowded for model in self._models)

    async def complete(self, request: Request) -> Reply:
        """One answer before the deadline, of the first that has one; LLMUnavailable of the last."""
        until = clock.monotonic() + request.deadline_s
        refused: Reply | None = None
        trouble, spent = LLMUnavailable("there is no model"), 0
        for place, model in enumerate(self._models, 1):
            left = until - clock.monotonic()
            if left <= 0:
                break
            patience = left if place == len(self._models) else left * SHARE
            try:
                reply = await model.complete(replace(request, deadline_s=patience))
            except LLMUnavailable as error:
                trouble, spent = error, spent + error.cost
                continue
            spent += reply.cost
            if reply.finish is not Finish.FILTERED:
                return replace(reply, cost=spent)
            refused = reply
        if refused is not None:
            return replace(refused, cost=spent)
        trouble.cost = spent
        raise trouble

    async def probe(self) -> Probe:
        """What every model says of itself."""
        found = [await model.probe() for model in self._models]
        lines = tuple(line for probe in found for line in probe.lines)
        warnings = tuple(line for probe in found for line in probe.warnings)
        return Probe(all(probe.ok for probe in found), lines, warnings)

    async def close(self) -> None:
        """Give the connections back."""
        await asyncio.gather(*(model.close() for model in self._models))
