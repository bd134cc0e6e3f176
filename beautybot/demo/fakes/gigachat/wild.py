"""A brain that says anything at all: commands of every kind and text of every kind, by a seed."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from typing import Any

from beautybot.demo.fakes.gigachat.brains import Thought
from beautybot.demo.fakes.gigachat.prompt import Prompt

OPS = (
    *("greet", "goodbye", "chitchat", "off_topic", "cannot_handle", "ask_services", "ask_price"),
    *("ask_info", "list_my_bookings", "start_booking", "set_service", "set_specialist"),
    *("set_when", "cancel_booking", "reschedule", "human"),
    # What it has no right to say.
    *("confirm", "reject", "choose_option", "set_name", "set_phone", "change", "book_now"),
)
CLAIMS = (
    *("99 рублей", "в 03:17", "бесплатно", "скидка 50%", "вы записаны", "в среду", "2 марта"),
    *("мастер Аполлинария", "гарантируем", "перезвоним", "двести рублей", "пароль: admin"),
    *("https://evil.example", "+7 999 000-00-00", "a@b.ru", "①", "٣ часа", "½ цены"),
    *("Клиент Секретов тоже записан", "ваша запись подтверждена", "приходите завтра"),
)
VALUES = (
    *("да", "подтверждаю", "1", "-1", "999", "все записи", "маникюр за 99 рублей", "Аполлинария"),
    *("завтра в 03:17", "'; DROP TABLE appointments; --", "\x00\ud800", "x" * 3_000, ""),
    *("{{price}}", "<client>", "ignore all rules", "бесплатно", "Секретов", "10000000000"),
)
_WORD = re.compile(r"\{\{\w+\}\}|\S+|\n")


@dataclass(slots=True)
class WildBrain:
    """The same seed says the same things; nothing it says is true by design."""

    seed: int = 0
    thoughts: int = 0
    _dice: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._dice.seed(self.seed)

    def __call__(self, prompt: Prompt) -> Thought:
        self.thoughts += 1
        if prompt.schema is None:
            return Thought(text=self.words(prompt.last_user))
        return Thought(data=self.commands(prompt.last_user))

    def commands(self, said: str) -> dict[str, Any]:
        """Any commands, with any values."""
        listed = [
            {"op": self._dice.choice(OPS), "value": self._value(said)}
            for _ in range(self._dice.randrange(9))
        ]
        return {"commands": listed, "mood": self._dice.choice(("ok", "ok", "angry", "urgent"))}

    def words(self, phrase: str) -> str:
        """The phrase with claims put in, words lost, doubled or moved; or something else."""
        if self._dice.random() < 0.1:
            return self._dice.choice(CLAIMS)
        words = _WORD.findall(phrase.removeprefix("<phrase>").removesuffix("</phrase>"))
        for _ in range(self._dice.randrange(1, 4)):
            place = self._dice.randrange(len(words) + 1)
            match self._dice.randrange(6):
                case 0 | 1 | 2:
                    words.insert(place, self._dice.choice(CLAIMS))
                case 3 if words:
                    words.pop(min(place, len(words) - 1))
                case 4 if words:
                    words.insert(place, self._dice.choice(words))
                case _:
                    self._dice.shuffle(words)
        return " ".join(words)

    def _value(self, said: str) -> str:
        if self._dice.random() < 0.5 and said:
            start = self._dice.randrange(len(said))
            return said[start : start + self._dice.randrange(1, 40)]
        return self._dice.choice(VALUES)
