"""What a clause only tells and does not wish: a visit that was, what is so every Tuesday."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from beautybot.russian.time.kinds import Kind, Token

_ENDS = frozenset((Kind.COMMA, Kind.STOP, Kind.BUT))
_WISHES = frozenset((Kind.SETTLED, Kind.WANTED, Kind.REFUSED))


def wished(tokens: Sequence[Token], *, customs: bool) -> list[Token]:
    """
    The tokens with those that only tell made other words.

    `customs`: «по вторникам» is such a Tuesday, else a custom («скидки по вторникам»).
    """
    out = [_of_custom(token, customs=customs) for token in tokens]
    if any(t.kind == Kind.BEEN for t in out):
        for begin, end in _clauses(out):
            _tell_what_was(out, begin, end)
    return out


def _of_custom(token: Token, *, customs: bool) -> Token:
    if token.kind != Kind.CUSTOM:
        return token
    return token._replace(kind=Kind.WEEKDAY if customs else Kind.OTHER)


def _clauses(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    begin = 0
    for i, token in enumerate(tokens):
        if token.kind in _ENDS:
            yield begin, i
            begin = i + 1
    yield begin, len(tokens)


def _tell_what_was(tokens: list[Token], begin: int, end: int) -> None:
    """«В субботу приходила», «была у вас в мае»; «была записана на субботу» is still to come."""
    been = next((i for i in range(begin, end) if tokens[i].kind == Kind.BEEN), None)
    if been is None:
        return
    for one, two in zip(tokens[begin:end], tokens[begin + 1 : end], strict=False):
        if one.kind == Kind.ON and two.kind != Kind.UNKNOWN:
            return
    wishes = [i for i in range(begin, end) if is_wish(tokens, i)]
    first = max((i for i in wishes if i < been), default=begin)
    last = min((i for i in wishes if i > been), default=end)
    for i in range(been if first in wishes else first, last):
        tokens[i] = tokens[i]._replace(kind=Kind.OTHER, value=None)


def is_wish(tokens: Sequence[Token], i: int) -> bool:
    """«Давайте», «хочу», «могу», and not «не могу»."""
    kind = tokens[i].kind
    return kind in _WISHES and not (
        kind == Kind.REFUSED and i > 0 and tokens[i - 1].kind == Kind.NOT
    )


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
