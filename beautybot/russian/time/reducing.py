"""Running rules over tokens: one pass, left to right, linear."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from beautybot.russian.alternatives import by_first_letter, name_of
from beautybot.russian.time.kinds import Kind, Token, pattern


class Rule(NamedTuple):
    """Kinds in a row, the kind they make, and how; without a way, or if it makes
    False, they are only masked."""

    kinds: str
    makes: Kind
    build: Callable[[Sequence[Token], date], Any] | None


class Grammar:
    """Rules in order of preference."""

    def __init__(self, *rules: Rule) -> None:
        self._rules = rules
        spelt = by_first_letter([(str(n), pattern(rule.kinds)) for n, rule in enumerate(rules)])
        self._regex = re.compile(spelt)

    def reduce(self, tokens: list[Token], today: date) -> list[Token]:
        """The tokens with what fits a rule put together."""
        out: list[Token] = []
        done = 0
        for match in self._regex.finditer("".join(t.kind for t in tokens)):
            begin, end = match.span()
            if begin == end:
                continue
            rule = self._rules[int(name_of(match))]
            used = tokens[begin:end]
            value = rule.build(used, today) if rule.build else None
            if value is None and rule.build is not None:
                continue
            out.extend(tokens[done:begin])
            makes = Kind.OTHER if value is False else rule.makes
            out.append(Token(makes, value, used[0].text, used[0].start, used[-1].end))
            done = end
        out.extend(tokens[done:])
        return out
