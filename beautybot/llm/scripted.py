"""A model whose answers are known beforehand: for tests, rehearsals and replays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from beautybot.llm.base import Finish, LLMUnavailable, Probe, Reply, Request

Answer = str | dict[str, Any] | Reply | Exception
"""A text, a structure, a whole reply, or the error to raise."""


class ScriptedModel:
    """
    Answers from a script in order, or by a function of the request.

    After the last answer it is unavailable.  `asked` keeps every request.
    """

    name = "script"
    crowded = False
    paid_by_salon = False

    def __init__(self, answers: Sequence[Answer] | Callable[[Request], Answer]) -> None:
        self.asked: list[Request] = []
        self._by = answers if callable(answers) else None
        self._left = [] if callable(answers) else list(answers)

    async def complete(self, request: Request) -> Reply:
        """The next answer."""
        self.asked.append(request)
        if self._by is not None:
            answer = self._by(request)
        elif self._left:
            answer = self._left.pop(0)
        else:
            raise LLMUnavailable("the script is over")
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Reply):
            return answer
        if isinstance(answer, str):
            return Reply(answer, Finish.STOP, self.name)
        return Reply("", Finish.STOP, self.name, data=answer)

    async def probe(self) -> Probe:
        """Always well."""
        return Probe(True, ("a script answers",))

    async def close(self) -> None:
        """Nothing to give back."""
