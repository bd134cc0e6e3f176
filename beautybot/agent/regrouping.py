"""What is put to the wanted services, or taken from them: «и ещё педикюр», «без педикюра»."""

from __future__ import annotations

import re
from collections.abc import Callable

from beautybot.agent.commands import Command, GiveUp, Reject, SetServices, Unclear
from beautybot.agent.memory import Draft
from beautybot.agent.wishes import ServiceWish

_ADDS = re.compile(
    r"^\W*(?:плюс|ещ[её]|также|добав\w+)\b|^\W*[иа]\b.*\b(?:ещ[её]|также|тоже|плюс|добав\w+)\b"
)
_TAKES = re.compile(
    r"\b(?:убер\w+|убрать|вычеркн\w+|исключ\w+)\b|\bне (?:надо|нужен|нужна|нужно|нужны|буду)\b"
)
_WITHOUT = re.compile(r"\bбез\s+")
_CLAUSE = re.compile(r"[,;.!\n]|\b(?:а|но|лучше|давай(?:те)?)\b")

Understood = Callable[[str], list[Command]]


def regrouped(found: list[Command], text: str, draft: Draft, read: Understood) -> list[Command]:
    """
    The commands with the services that stay wanted, where a message only changes some of them.

    `read` gives the commands of a text; it is asked of what stands after «без».
    """
    if not draft.active or not draft.services:
        return found
    low = text.lower()
    named = _named(found)
    if not named and _WITHOUT.search(low) and all(isinstance(k, Unclear) for k in found):
        named = _named(read(_WITHOUT.sub("", low)))
        return _without(found, named, text, draft)
    if not named:
        return found
    if _TAKES.search(low):
        return _swapped(found, named, text, draft, read) or _without(found, named, text, draft)
    if _ADDS.search(low):
        kept = tuple(ServiceWish((ref,), text[:200]) for ref in draft.services)
        return [SetServices((*kept, *k.wishes)) if isinstance(k, SetServices) else k for k in found]
    return found


def _named(found: list[Command]) -> tuple[ServiceWish, ...]:
    return next((k.wishes for k in found if isinstance(k, SetServices)), ())


def _swapped(
    found: list[Command],
    named: tuple[ServiceWish, ...],
    text: str,
    draft: Draft,
    read: Understood,
) -> list[Command]:
    """«Маникюр не буду, давайте педикюр»: one goes, another comes; nothing if it is not so."""
    refused = [clause for clause in _CLAUSE.split(text.lower()) if _TAKES.search(clause)]
    wishes = [wish for clause in refused for wish in _named(read(_TAKES.sub(" ", clause)))]
    gone = {ref for wish in wishes for ref in wish.refs}
    new = tuple(wish for wish in named if not {*wish.refs} & (gone | {*draft.services}))
    if not new or not gone & {*draft.services}:
        return []
    left = tuple(ServiceWish((r,), text[:200]) for r in draft.services if r not in gone)
    others = [k for k in found if not isinstance(k, SetServices | Unclear | Reject)]
    return [*others, SetServices((*left, *new))]


def _without(
    found: list[Command], named: tuple[ServiceWish, ...], text: str, draft: Draft
) -> list[Command]:
    """What is left of the wish; as it was read where another service is named."""
    gone = {ref for wish in named for ref in wish.refs}
    left = tuple(ref for ref in draft.services if ref not in gone)
    if not named or not all({*draft.services} & {*wish.refs} for wish in named):
        return found
    others = [k for k in found if not isinstance(k, SetServices | Unclear | Reject)]
    if not left:
        return found if others else [GiveUp()]
    return [*others, SetServices(tuple(ServiceWish((ref,), text[:200]) for ref in left))]
