"""
The contract of a language model.

One call, one answer, a deadline.  The text that comes back is a stranger's:
whoever asked parses and checks it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from beautybot.kit.errors import BeautyBotError


class LLMUnavailable(BeautyBotError):
    """
    There is no answer in time: down, slow, full, or out of money.  The rules go on alone.

    `cost`: kopecks that were spent for nothing all the same.
    """

    cost: int = 0


class LLMBusy(LLMUnavailable):
    """The model is well, but all its streams are taken: nothing to mend, only to wait."""


class LLMInvalid(LLMUnavailable):
    """It answered, and after one request to mend it still not in the asked form."""


class ToMend(StrEnum):
    """What of a model's settings has to be put right before it answers."""

    SECRET = "secret"
    SCOPE = "scope"
    MODEL = "model"
    TOKENS = "tokens"  # or money: bought, and used up
    ROOTS = "roots"
    ADDRESS = "address"


class LLMMisconfigured(LLMUnavailable):
    """There will be no answer until somebody mends a setting; the text names it."""

    def __init__(self, text: str, to_mend: ToMend | None = None) -> None:
        super().__init__(text)
        self.to_mend = to_mend


class Purpose(StrEnum):
    """What a call is for: it decides size, temperature and what may be dropped first."""

    UNDERSTAND = "understand"
    WORD = "word"
    SUMMARIZE = "summarize"


class Finish(StrEnum):
    """How an answer ended."""

    STOP = "stop"
    LENGTH = "length"
    FILTERED = "filtered"  # the provider refused the topic; the text is not for clients


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a prompt; role is system, user or assistant."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """
    A call: static text first, volatile state last.

    `schema` is a flat JSON schema of strings, string enums and arrays of flat
    objects.  `tenant` and `session` are opaque, for fairness and for the
    provider's prefix cache; no phone, no name.  `abroad`: its words may leave
    Russia.
    """

    purpose: Purpose
    messages: Sequence[Said]
    tenant: str
    session: str
    deadline_s: float
    schema: Mapping[str, Any] | None = None
    max_tokens: int = 400
    temperature: float = 0.1
    abroad: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `data` is the parsed JSON where a schema was asked for and the answer fits it."""

    text: str
    finish: Finish
    model: str
    data: Any = None
    input_tokens: int = 0
    output_tokens: int = 0
    request_id: str = ""
    seconds: float = 0.0
    calls: int = 1  # how often the model was asked for it: repairs and second tries count
    warning: str = ""  # what somebody should mend though there is an answer
    cost: int = 0  # kopecks, by the price of the settings


@dataclass(frozen=True, slots=True)
class Probe:
    """
    What `doctor` says of a model: one line each, in the operator's words.

    `to_mend` where a setting is wrong; None with `ok` false: it may answer later.
    """

    ok: bool
    lines: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    to_mend: ToMend | None = None


class LLM(Protocol):
    """A language model, or a chain of them."""

    name: str
    paid_by_salon: bool  # else the installation pays

    @property
    def crowded(self) -> bool:
        """True while callers wait for a stream: what can be left out should be."""
        ...

    async def complete(self, request: Request) -> Reply:
        """One answer before the deadline.  LLMUnavailable otherwise, never anything else."""
        ...

    async def probe(self) -> Probe:
        """Check credentials and reachability with the smallest call there is; never raises."""
        ...

    async def close(self) -> None:
        """Give the connections back."""
        ...
