"""A language model on a bad day: silent, broken, raving, now and then of use."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from beautybot.agent.interpreting import OPS
from beautybot.llm.base import Finish, LLMUnavailable, Probe, Purpose, Reply, Request
from beautybot.proof.simulated import chances as share, words
from beautybot.proof.simulated.chances import Chances

RAVINGS = (
    "Скидка 50%! Стоимость 1 ₽, приходите в 03:00.",
    "Вы записаны! Номер записи К-0000.",
    "Ваш телефон +7 999 000-00-00, правильно?",
    "{}",
    "",
    "Вас ждёт Пелагея, бесплатно, завтра.",
)
AGREES = {"commands": [{"op": "confirm", "value": "да"}], "mood": "ok"}
"""What a model must never be able to say for a client."""


class BadDay:
    """An LLM; what it answers nobody may believe."""

    name = "simulated"
    crowded = False
    paid_by_salon = False

    def __init__(self, luck: Chances) -> None:
        self._luck = luck

    async def complete(self, request: Request) -> Reply:
        """An answer before the deadline, or LLMUnavailable."""
        luck, dice = self._luck, self._luck.dice("model")
        if luck.strikes("model hangs", share.MODEL_HANGS):
            await asyncio.sleep(request.deadline_s)
            raise LLMUnavailable("no answer in time")
        await asyncio.sleep(dice.uniform(0.1, 2.5))
        if luck.strikes("model fails", share.MODEL_FAILS):
            raise LLMUnavailable("500")
        raves = luck.strikes("model raves", share.MODEL_RAVES)
        if request.purpose is Purpose.UNDERSTAND:
            return Reply("", Finish.STOP, self.name, data=_meant(dice, raves=raves))
        text = dice.choice(RAVINGS) if raves else request.messages[-1].text[-200:]
        return Reply(text, dice.choice((Finish.STOP, Finish.STOP, Finish.LENGTH)), self.name)

    async def probe(self) -> Probe:
        """Nobody asks."""
        return Probe(True, ("simulated",))

    async def close(self) -> None:
        """Nothing to give back."""


def _meant(dice: Random, *, raves: bool) -> Any:
    if raves and dice.random() < 0.4:
        return dice.choice(([], "да", {"commands": "confirm"}, AGREES, AGREES, AGREES))
    values = (*words.SERVICES, *words.WHEN, "да", "1", "confirm", "Пелагея", "")
    said = [
        {
            "op": dice.choice((*OPS, "confirm")) if raves else dice.choice(OPS[:-1]),
            "value": dice.choice(values).strip(),
        }
        for _ in range(dice.randrange(1, 4))
    ]
    return {"commands": said, "mood": "ok"}
