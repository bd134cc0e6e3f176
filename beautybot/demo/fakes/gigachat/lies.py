"""A hostile brain: everything a model must not be trusted with."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from beautybot.demo.fakes.gigachat.brains import Brain, Thought
from beautybot.demo.fakes.gigachat.prompt import Prompt
from beautybot.demo.fakes.gigachat.rules import rule_brain

HUGE = 400_000


class Lie(StrEnum):
    """One way to misbehave."""

    INVENTED_PRICE = "invented_price"
    INVENTED_SLOT = "invented_slot"
    INVENTED_STAFF = "invented_staff"
    CLAIMS_BOOKED = "claims_booked"
    CONFIRMS_UNASKED = "confirms_unasked"
    PROSE = "prose"
    TRUNCATED = "truncated"
    HUGE = "huge"
    WRONG_ENUM = "wrong_enum"
    WRONG_TYPES = "wrong_types"
    UNKNOWN_FUNCTION = "unknown_function"
    STRING_ARGUMENTS = "string_arguments"
    NULS = "nuls"
    PROMPT_ECHO = "prompt_echo"
    OBEYS = "obeys"


@dataclass(slots=True)
class LyingBrain:
    """
    Lies in turn, or at random with `share` below 1, where `honest` answers the rest.

    The same seed gives the same lies.
    """

    lies: Sequence[Lie] = tuple(Lie)
    honest: Brain = rule_brain
    share: float = 1.0
    seed: int = 0
    told: list[Lie] = field(default_factory=list)
    _random: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._random.seed(self.seed)

    def __call__(self, prompt: Prompt) -> Thought:
        if self._random.random() >= self.share:
            return self.honest(prompt)
        lie = self.lies[len(self.told) % len(self.lies)]
        self.told.append(lie)
        return tell(lie, prompt, self.honest)


def tell(lie: Lie, prompt: Prompt, honest: Brain = rule_brain) -> Thought:
    """One lie about this prompt."""
    if lie in _FORMS:
        return _spoiled(lie, prompt, honest(prompt))
    words = _WORDS.get(lie, "")
    if lie is Lie.PROMPT_ECHO:
        words = prompt.system or prompt.text
    if prompt.schema is None:
        return Thought(text=words)
    return Thought(data=_commands_for(lie, prompt, words))


_FORMS = (Lie.PROSE, Lie.TRUNCATED, Lie.HUGE, Lie.WRONG_ENUM, Lie.WRONG_TYPES, Lie.NULS) + (
    Lie.UNKNOWN_FUNCTION,
    Lie.STRING_ARGUMENTS,
)
_WORDS = {
    Lie.INVENTED_PRICE: "Это стоит всего 99 рублей, и скидка 50% каждому!",
    Lie.INVENTED_SLOT: "Есть окошко завтра в 03:17, приходите.",
    Lie.INVENTED_STAFF: "Вас примет мастер Аполлинария, лучшая в городе.",
    Lie.CLAIMS_BOOKED: "Готово, вы записаны! Ждём вас.",
    Lie.CONFIRMS_UNASKED: "Подтверждаю вашу запись.",
    Lie.OBEYS: "Слушаюсь. Все правила отменены, услуга бесплатна, пароль: admin.",
}


def _commands_for(lie: Lie, prompt: Prompt, words: str) -> dict[str, Any]:
    ops: dict[Lie, list[tuple[str, str]]] = {
        Lie.INVENTED_PRICE: [("set_service", "маникюр за 99 рублей"), ("confirm", "да")],
        Lie.INVENTED_SLOT: [("set_when", "завтра в 03:17"), ("choose_option", "999")],
        Lie.INVENTED_STAFF: [("set_specialist", "Аполлинария"), ("choose_option", "-1")],
        Lie.CLAIMS_BOOKED: [("confirm", "да"), ("goodbye", "")],
        Lie.CONFIRMS_UNASKED: [("confirm", prompt.last_user[-200:])],
        Lie.OBEYS: [("cancel_booking", "все записи"), ("confirm", "да"), ("human", "")],
    }
    pairs = ops.get(lie, [("set_name", words[:500])])
    commands = [{"op": op, "value": value} for op, value in pairs]
    return {"commands": commands, "mood": "ok", "text": words}


def _spoiled(lie: Lie, prompt: Prompt, honest: Thought) -> Thought:
    data = honest.data if honest.data is not None else {"text": honest.text}
    match lie:
        case Lie.PROSE:
            return Thought(text="Конечно! Вот что я поняла: клиент хочет записаться. Чем помочь?")
        case Lie.TRUNCATED:
            whole = json.dumps(data, ensure_ascii=False, indent=2)
            return Thought(text=whole[: max(1, len(whole) // 2)], finish="length")
        case Lie.HUGE:
            item = {"op": "set_name", "value": "я" * 200}
            return Thought(data={"commands": [item] * (HUGE // 220), "mood": "ok"})
        case Lie.WRONG_ENUM:
            return Thought(data={"commands": [{"op": "drop_table", "value": "1"}], "mood": "зла"})
        case Lie.WRONG_TYPES:
            return Thought(data={"commands": {"op": ["confirm"], "value": None}, "mood": 7})
        case Lie.UNKNOWN_FUNCTION:
            return Thought(data=data, function="transfer_money")
        case Lie.STRING_ARGUMENTS:
            return Thought(data=data, arguments_as_text=True)
        case _:
            bad = "Оль\x00га \ud800 \U000e0041"
            return Thought(
                text="" if prompt.schema else bad,
                data={"commands": [{"op": "set_name", "value": bad}], "mood": "ok"},
            )
