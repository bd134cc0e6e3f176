"""What a clause only tells and does not wish: a visit that was, another's hours, one's own work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from enum import IntEnum
from typing import NamedTuple

from beautybot.russian.time.clauses import clauses, is_wish, place, speaks
from beautybot.russian.time.days import Days
from beautybot.russian.time.kinds import Kind, Token
from beautybot.russian.time.verbs import listed, starting
from beautybot.russian.time.windows import Bound, Window


class Told(IntEnum):
    """How surely a stretch is no wish: the last keeps neither day nor hour."""

    AGREED = 1  # «была записана на среду»: gives way to another day or hour alone
    OWN = 2  # «завтра совещание до 4»: the hour goes, the day stays while there is no other
    PAST = 3  # «была в среду», «муж до шести работает»


class _Stretch(NamedTuple):
    begin: int
    end: int
    told: Told


class _About(NamedTuple):
    """What else a clause says: where it hopes, of whom, of a booking."""

    hopes: tuple[int, ...]
    somebody: bool
    agreed: bool

    @classmethod
    def of(cls, tokens: Sequence[Token], begin: int, end: int, today: date) -> _About:
        clause = tokens[begin:end]
        been = any(t.kind == Kind.BEEN for t in clause)
        return cls(
            hopes=tuple(
                i
                for i in range(begin, end)
                if _hopes(tokens, i) and not (been and tokens[i].text == "тогда")
            ),
            somebody=any(t.kind in _NOT_SALON for t in clause),
            agreed=any(
                t.text.startswith(starting("agreed")) or _is_at_hand(t, today) for t in clause
            ),
        )


_NOT_SALON = (Kind.SOMEBODY, Kind.EVENT)
_PURPOSE = (Kind.ON, Kind.BY, Kind.FROM, Kind.IN, Kind.AFTER, Kind.UNTIL)
_SURE = {
    Kind.BEEN: Told.PAST,
    Kind.OTHERS: Told.PAST,
    Kind.CALL: Told.PAST,
    Kind.OWN: Told.OWN,
    Kind.EVENT: Told.OWN,
}
_SIGNS = frozenset((*_SURE, Kind.WORKS, Kind.SOMEBODY, Kind.TERMS))
_MARKS = _SIGNS | {Kind.HOPED, Kind.OPENING, Kind.JOINT, Kind.REFERRED}
DAY_AFTER_TOMORROW = 2
_BOUNDS = ("до", "с", "со")


def wished(tokens: Sequence[Token], today: date, *, asked: bool) -> list[Token]:
    """
    The reduced tokens, with times that are only told made other words.

    `asked`: we asked when, so that a day told with no other word may be the answer.
    """
    if not any(t.kind in _MARKS for t in tokens):
        return list(tokens)
    tokens = _before_that(tokens)
    stretches = [s for begin, end in clauses(tokens) for s in _told(tokens, begin, end, today)]
    if not stretches:
        return _plain(tokens)
    inside = {i for s in stretches for i in range(s.begin, s.end)}
    beside = [i for i in range(len(tokens)) if i not in inside]
    others = {place(tokens[i]) for i in beside if speaks(tokens[i])}
    hoped = asked or bool(others) or any(_hopes(tokens, i) for i in beside)
    gone = {
        i
        for s in stretches
        for i in range(s.begin, s.end)
        if speaks(tokens[i]) and not _stays(place(tokens[i]), s.told, others, hoped=hoped)
    }
    return _plain([_other(t) if i in gone else t for i, t in enumerate(tokens)])


def _before_that(tokens: Sequence[Token]) -> list[Token]:
    """«В пятницу улетаю, можно до этого?» wishes a time before the one that was told."""
    out = list(tokens)
    told: int | None = None
    for at, token in enumerate(tokens):
        if speaks(token):
            told = at
        if token.kind != Kind.REFERRED or told is None:
            continue
        value = out[told].value
        if isinstance(value, Days):
            out[at] = out[told]._replace(value=Bound("before", value))
        elif isinstance(value, Window):
            out[at] = out[told]._replace(value=Window("before", value.clock))
        out[told] = _other(out[told])
        told = at
    return out


def _stays(what: str, told: Told, others: set[str], *, hoped: bool) -> bool:
    if told == Told.AGREED:
        return what not in others
    return told == Told.OWN and what == "day" and hoped and what not in others


def _hopes(tokens: Sequence[Token], i: int) -> bool:
    return tokens[i].kind in (Kind.HOPED, Kind.OPENING) or is_wish(tokens, i)


def _told(tokens: Sequence[Token], begin: int, end: int, today: date) -> Iterator[_Stretch]:
    """The stretch of a clause that tells, up to where it begins to wish."""
    if not any(t.kind in _SIGNS for t in tokens[begin:end]):
        return
    about = _About.of(tokens, begin, end, today)
    signs = [(i, told) for i in range(begin, end) if (told := _sign(tokens, i, about))]
    if not signs:
        return
    at = signs[0][0]
    before = any(i < at for i in about.hopes)
    last = min((i for i in about.hopes if i > at), default=end)
    if tokens[at].kind == Kind.BEEN and last < end:
        coming = (i for i in range(at, last) if _is_at_hand(tokens[i], today))
        last = min(coming, default=last)  # «сломала ноготь завтра утром примете?»
    first = _since_subject(tokens, at) if before else begin
    yield _Stretch(first, last, max(told for _, told in signs))


def _since_subject(tokens: Sequence[Token], at: int) -> int:
    """«Хочу на этой неделе я в четверг работаю»: where the new thought begins."""
    first = at
    while first > 0 and speaks(tokens[first - 1]):
        first -= 1
    subject = tokens[first - 1] if first else None
    return first if subject and subject.text in listed("subjects") else at


def _sign(tokens: Sequence[Token], i: int, about: _About) -> Told | None:
    """Whether this word tells that its clause is no wish."""
    kind = tokens[i].kind
    if kind not in _SIGNS:
        return None
    before = tokens[i - 1].kind if i else Kind.OTHER
    if kind == Kind.WORKS:
        return Told.PAST if about.somebody else None
    if kind == Kind.TERMS:
        return None if about.hopes else Told.PAST
    if kind == Kind.EVENT and before in _PURPOSE:
        return None
    if before == Kind.NOT and tokens[i].text.startswith(starting("free")):
        return None  # «в пятницу не работаю»
    if kind == Kind.BEEN and any(t.text == "бы" for t in tokens[max(0, i - 1) : i + 2]):
        return None  # «пришла бы в пятницу»
    if kind == Kind.BEEN and about.agreed:
        return Told.AGREED
    if kind == Kind.SOMEBODY:  # «няня до семи»
        return Told.OWN if i + 1 < len(tokens) and tokens[i + 1].text in _BOUNDS else None
    return _SURE[Kind(kind)]


def _is_at_hand(token: Token, today: date) -> bool:
    """«Завтра», «послезавтра»: nobody tells of them as of what was."""
    days = token.value
    if not isinstance(days, Days) or days.weekday is not None or token.text == "через":
        return False
    return days.first == days.last and 0 < (days.first - today).days <= DAY_AFTER_TOMORROW


def _other(token: Token) -> Token:
    return token._replace(kind=Kind.OTHER, value=None)


def _plain(tokens: Sequence[Token]) -> list[Token]:
    """Without the kinds that only tell; other words in a row are one."""
    out: list[Token] = []
    for token in tokens:
        plain = _other(token) if token.kind in _MARKS else token
        if plain.kind != Kind.OTHER or not out or out[-1].kind != Kind.OTHER:
            out.append(plain)
    return out
