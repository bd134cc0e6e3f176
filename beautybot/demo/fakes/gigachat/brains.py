"""What may sit behind the double: scripts, patterns, rules of our own."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from beautybot.demo.fakes.gigachat.prompt import Prompt

CANNED_REFUSAL = "Не люблю менять тему разговора, но вот сейчас тот самый случай."


@dataclass(frozen=True, slots=True)
class Thought:
    """
    One answer of a model.

    `data` is a structured answer; `text` goes out as it stands, also where a
    structure was asked for.  `function` overrides the called name;
    `arguments_as_text` sends the arguments as a string.
    """

    text: str = ""
    data: Any = None
    finish: str = ""
    function: str = ""
    arguments_as_text: bool = False


Brain = Callable[[Prompt], Thought]


def refusal(*, finish: str = "blacklist") -> Thought:
    """The canned text of a refused topic; under "stop" it looks like an ordinary answer."""
    return Thought(text=CANNED_REFUSAL, finish=finish)


@dataclass(slots=True)
class Mind:
    """
    Asks the script first, then the patterns, then the brain.

    Words of `blacklist` in what the user said last make a refused topic.
    """

    brain: Brain
    blacklist: tuple[str, ...] = ("политик", "оружи", "наркот")
    filter_reason_v2: str = "request_blacklist"
    _script: deque[Thought] = field(default_factory=deque)
    _patterns: list[tuple[re.Pattern[str], Thought]] = field(default_factory=list)

    def script(self, *thoughts: Thought) -> None:
        """The next answers, in order."""
        self._script.extend(thoughts)

    def when(self, pattern: str, thought: Thought) -> None:
        """The answer whenever the whole prompt matches."""
        self._patterns.append((re.compile(pattern, re.IGNORECASE | re.DOTALL), thought))

    def think(self, prompt: Prompt) -> Thought:
        """The answer to a prompt."""
        if self._script:
            return self._script.popleft()
        asked = prompt.last_user.lower()
        if any(word in asked for word in self.blacklist):
            return refusal(finish="blacklist" if prompt.version == 1 else self.filter_reason_v2)
        for pattern, thought in self._patterns:
            if pattern.search(prompt.text):
                return thought
        return self.brain(prompt)


def filled(schema: Mapping[str, Any]) -> Any:
    """The smallest value of a schema: empty strings, first members of enums, empty arrays."""
    match schema.get("type"):
        case "object":
            return {name: filled(part) for name, part in schema.get("properties", {}).items()}
        case "array":
            return []
        case "boolean":
            return False
        case "integer" | "number":
            return 0
        case _:
            return schema["enum"][0] if schema.get("enum") else ""
