"""Clauses of a message: where one ends, which of them wish, which settles it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from beautybot.russian.time.days import Days
from beautybot.russian.time.kinds import Kind, Token
from beautybot.russian.time.windows import Bound, Window

_ENDS = frozenset((Kind.COMMA, Kind.STOP, Kind.BUT, Kind.JOINT))
_WISHES = frozenset((Kind.SETTLED, Kind.WANTED, Kind.REFUSED))
_TIMES = (Days, Bound, Window)
_SPEAKING = frozenset((Kind.PART, Kind.UNKNOWN, Kind.FREE))


def speaks(token: Token) -> bool:
    """True if a reduced token says when."""
    if token.kind in _SPEAKING:
        return True
    return isinstance(token.value, _TIMES) and token.kind != Kind.MOVED


def place(token: Token) -> str:
    """Whether a token says which day or what time of it."""
    return "day" if isinstance(token.value, Days | Bound) else "hour"


def clauses(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where each clause begins and ends."""
    begin = 0
    for i, token in enumerate(tokens):
        if token.kind in _ENDS:
            yield begin, i
            begin = i + 1
    yield begin, len(tokens)


def is_wish(tokens: Sequence[Token], i: int) -> bool:
    """«Давайте», «хочу», «могу», and not «не могу»."""
    kind = tokens[i].kind
    return kind in _WISHES and not (
        kind == Kind.REFUSED and i > 0 and tokens[i - 1].kind == Kind.NOT
    )


def taken_back(tokens: Sequence[Token]) -> set[int]:
    """«Хотела на среду, но уже не могу, давайте на пятницу»: what the next clause only refuses."""
    if not any(t.kind in (Kind.REFUSED, Kind.GONE) for t in tokens):
        return set()
    spoken = [i for i, t in enumerate(tokens) if speaks(t)]
    back: set[int] = set()
    for told, after in pairwise(clauses(tokens)):
        if _only_refuses(tokens[after[0] : after[1]]) and spoken and spoken[-1] >= after[1]:
            back.update(range(*told))
    return back


def _only_refuses(clause: Sequence[Token]) -> bool:
    if any(speaks(t) or t.kind in (Kind.EARLIER, Kind.AFTER) for t in clause):
        return False
    refused = any(a.kind == Kind.NOT and b.kind == Kind.REFUSED for a, b in pairwise(clause))
    return refused or any(t.kind == Kind.GONE for t in clause)


def is_decided(tokens: Sequence[Token], begin: int, end: int) -> bool:
    """
    Between these two a new clause wishes what the clause of the first only told.

    «Подруга прилетает в пятницу, давайте в субботу», «субботу утро занято?
    тогда на воскресенье»; not «можно в пятницу, могу в субботу», where both do.
    """
    between = range(begin + 1, end)
    cut = next((i for i in between if tokens[i].kind in _ENDS), None)
    if cut is None or any(tokens[i].kind in (Kind.OR, Kind.AND) for i in between):
        return False
    if any(tokens[i].kind == Kind.SETTLED and tokens[i].text == "тогда" for i in between):
        return True
    last = next((i for i in range(end + 1, len(tokens)) if tokens[i].kind in _ENDS), len(tokens))
    if not any(is_wish(tokens, i) for i in range(cut, last)):
        return False
    told = begin
    while told > 0 and tokens[told - 1].kind not in _ENDS:
        told -= 1
    clause = range(told, cut)
    return any(tokens[i].kind == Kind.OTHER for i in clause) and not any(
        is_wish(tokens, i) for i in clause
    )
