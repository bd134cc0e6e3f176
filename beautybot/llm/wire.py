"""
What a provider's adapter has to do: one call in one form, and errors named by what helps.

Waiting, retries, deadlines, the ladder of forms and repairs are the business
of `Steady`, the same for every provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from beautybot.kit.errors import BeautyBotError
from beautybot.llm.base import Finish, Request


class Form(StrEnum):
    """How an answer is asked for; an account can do some of these."""

    TEXT = "text"
    SCHEMA = "json_schema"
    FUNCTION = "function"


class NotThisWay(BeautyBotError):
    """The account cannot answer in this form: ask in the next one."""


class TooLong(BeautyBotError):
    """The prompt is longer than the model takes."""


class TryAgain(BeautyBotError):
    """
    A passing trouble.  `after_s` is when the provider wants to be asked again.

    `full`: all streams are taken; the provider itself is well.
    """

    def __init__(self, reason: str, *, after_s: float = 0.0, full: bool = False) -> None:
        super().__init__(reason)
        self.after_s = after_s
        self.full = full


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer of a provider; `data` is what it gave as a structure, unchecked."""

    text: str
    finish: Finish
    model: str
    data: Any = None
    input_tokens: int = 0
    output_tokens: int = 0
    request_id: str = ""
    warning: str = ""  # what somebody should mend though there is an answer


# How models of the GigaChat family begin when they refuse a topic under an ordinary "stop".
CANNED = (
    "Не люблю менять тему разговора",
    "Что-то в вашем вопросе меня смущает",
    "Как у нейросетевой языковой модели",
    "Как и любая языковая модель",
    "Генеративные языковые модели не обладают",
)


def is_refusal(text: str) -> bool:
    """True if a text is a provider's ready refusal; not a word of it is for clients."""
    return text.lstrip(" \n\t\"'«*").startswith(CANNED)


class Wire(Protocol):
    """One account of a provider."""

    name: str

    async def send(self, request: Request, form: Form) -> Heard:
        """
        One call, without retries; it may be cancelled at any moment.

        NotThisWay, TooLong, TryAgain, LLMMisconfigured or LLMUnavailable; never
        anything else, and no text of a provider in any of them.
        """
        ...

    async def close(self) -> None:
        """Give the connections back."""
        ...
