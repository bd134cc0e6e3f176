"""Masters told by what they do: «к массажисту», «Аня, та что стрижёт»."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from beautybot.russian.reading import table

AS_FAR = 6
"""Within so many words behind a name is told which of those who bear it is meant."""


def by_role(word: str, roles: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Those who are called so by their work, in any case: «барберу»."""
    for role, refs in roles.items():
        if word.startswith(role) and len(word) <= len(role) + 3:
            return refs
    return frozenset()


def told_by_work(
    behind: Sequence[str],
    refs: frozenset[str],
    called: Mapping[str, str],
    roles: Mapping[str, frozenset[str]],
) -> frozenset[str]:
    """
    Of several who bear a name, those who do what is told behind it; all if nothing is.

    `called` is what each is called by the salon, `roles` who is called so.
    """
    behind = behind[:AS_FAR]
    if len(refs) < 2 or not {*behind[:2]} & (_lead("that") | _lead("she")):
        return refs
    works = [r for w in behind for stem, r in _works_as() if w.startswith(stem)]
    told = {ref for ref in refs for work in works if any(r in called[ref] for r in work)}
    told |= {ref for word in behind for ref in by_role(word, roles) & refs}
    return frozenset(told) or refs


@cache
def _works_as() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((stem, tuple(r.split())) for stem, r in table("names")["works_as"].items())


@cache
def _lead(name: str) -> frozenset[str]:
    return frozenset(table("names")["lead"][name].split())
