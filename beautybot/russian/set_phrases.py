"""Set phrases of a message written over by what they stand for, each place keeping its length."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from beautybot.russian.patterns import Patterns

_WORD = re.compile(r"\d+|[^\W\d_]+")
_BREAK = re.compile(r"[^\w\s/–—-]")
"""No phrase goes on behind a stop or a comma."""


class SetPhrases:
    """
    Turns of phrase, spelt in the language of `patterns`.

    `first_word_only`: meanings whose other words only tell that they are meant
    («in two days») and stay.
    """

    def __init__(
        self, spelt: Iterable[tuple[str, str]], first_word_only: Iterable[str] = ()
    ) -> None:
        self._patterns = Patterns.of(spelt)
        self._first_word_only = frozenset(first_word_only)

    def written_over(self, text: str, instead: Callable[[str, int], str]) -> str:
        """
        The text with `instead(meaning, length)` in place of every phrase.

        Of several that begin at one word the longest counts; what `instead`
        gives must be as long as what it replaces.
        """
        places = [m.span() for m in _WORD.finditer(text)]
        words = [text[begin:end] for begin, end in places]
        out: list[str] = []
        done = 0
        for meaning, first, behind in self._patterns.stretches_in(words):
            begin, end = places[first][0], places[behind - 1][1]
            if _BREAK.search(text, begin, end):
                continue
            if meaning in self._first_word_only:
                end = places[first][1]
            out += text[done:begin], instead(meaning, end - begin)
            done = end
        return "".join((*out, text[done:])) if out else text
