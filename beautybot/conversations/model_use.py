"""How much a salon asks its language model: daily limits, and how far its words are trusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from beautybot.conversations.models import model_use
from beautybot.kit.db import across_salons

CALLS_PER_CLIENT = 60
CALLS_PER_SALON = 3_000
LOOK_BACK = timedelta(days=7)
ENOUGH = 20
"""So many wordings have to be seen before their share of untrue ones means anything."""
UNTRUE_SHARE = 0.05
SALON = 0


@dataclass(frozen=True, slots=True)
class Budget:
    """The day's money for language models in kopecks; 0 is without a limit."""

    per_salon: int = 0
    in_all: int = 0


NO_LIMIT = Budget()


class Purse(StrEnum):
    """Whose money is spent."""

    SALON = "salon"
    INSTALLATION = "installation"


@dataclass(frozen=True, slots=True)
class Wordings:
    """
    How often rewording was looked at in a week, and what came of it.

    `unfit` were not said for any reason; of these `untrue` claimed what is not so.
    """

    seen: int
    untrue: int
    unfit: int = 0

    @property
    def trusted(self) -> bool:
        """False once more than one in twenty was untrue: then the phrases go as they are."""
        return self.seen < ENOUGH or self.untrue <= self.seen * UNTRUE_SHARE


@dataclass(frozen=True, slots=True)
class Use:
    """A salon's use of its model on one day."""

    calls: int
    wordings: Wordings
    kopecks: int = 0  # the salon's own account included


def spend(conn: Connection, business_id: int, client_id: int, day: date) -> bool:
    """Count one call to come; False, and nothing is counted, when the day's budget is spent."""
    for subject, limit in ((SALON, CALLS_PER_SALON), (client_id, CALLS_PER_CLIENT)):
        if _calls(conn, business_id, subject, day) >= limit:
            return False
    _add(conn, business_id, (SALON, client_id), day, calls=1)
    return True


def paid(
    conn: Connection, business_id: int, client_id: int, day: date, kopecks: int, *, own: bool
) -> None:
    """Count what an answer cost; `own`: on the salon's own account."""
    if own:
        _add(conn, business_id, (SALON, client_id), day, own_kopecks=kopecks)
    else:
        _add(conn, business_id, (SALON, client_id), day, kopecks=kopecks)


def empty(
    conn: Connection, business_id: int, day: date, budget: Budget, *, own: bool
) -> Purse | None:
    """Which of the day's budgets is spent, if one is; its own account is not the installation's."""
    if budget.per_salon and _spent(conn, business_id, day) >= budget.per_salon:
        return Purse.SALON
    if budget.in_all and not own and spent_in_all(conn, day) >= budget.in_all:
        return Purse.INSTALLATION
    return None


def spent_in_all(conn: Connection, day: date) -> int:
    """The kopecks the installation paid for all its salons on one day of theirs."""
    return int(conn.execute(_in_all(), {"on": day.isoformat()}).scalar() or 0)


def judged(
    conn: Connection, business_id: int, day: date, *, untrue: bool, unfit: bool = False
) -> bool:
    """Count a wording that was looked at; True if by this one the salon's trust was lost."""
    before = wordings(conn, business_id, day)
    counts = {"untrue": int(untrue), "unfit": int(unfit or untrue)}
    _add(conn, business_id, (SALON,), day, wordings=1, **counts)
    return before.trusted and not wordings(conn, business_id, day).trusted


def wordings(conn: Connection, business_id: int, day: date) -> Wordings:
    """The wordings of the week up to a day."""
    days = {"after": (day - LOOK_BACK).isoformat(), "until": day.isoformat()}
    seen, untrue, unfit = conn.execute(_wordings(), days | {"whose": business_id}).one()
    return Wordings(int(seen or 0), int(untrue or 0), int(unfit or 0))


def of_day(conn: Connection, business_id: int, day: date) -> Use:
    """What is shown of a salon's model."""
    return Use(
        _calls(conn, business_id, SALON, day),
        wordings(conn, business_id, day),
        _spent(conn, business_id, day),
    )


def forget(conn: Connection, before: date) -> int:
    """Drop the counts of days that no limit looks at any more."""
    gone = delete(model_use).where(model_use.c.day < before.isoformat())
    return conn.execute(across_salons(gone)).rowcount


def _calls(conn: Connection, business_id: int, subject: int, day: date) -> int:
    return _of(conn, business_id, subject, day, ("calls",))


def _spent(conn: Connection, business_id: int, day: date) -> int:
    return _of(conn, business_id, SALON, day, ("kopecks", "own_kopecks"))


def _of(
    conn: Connection, business_id: int, subject: int, day: date, columns: tuple[str, ...]
) -> int:
    whose = {"whose": business_id, "subject": subject, "on": day.isoformat()}
    return int(conn.execute(_sum_of(columns), whose).scalar() or 0)


def _add(
    conn: Connection, business_id: int, subjects: tuple[int, ...], day: date, **counts: int
) -> None:
    rows = [
        {"business_id": business_id, "day": day.isoformat(), "client_id": subject, **counts}
        for subject in subjects
    ]
    conn.execute(_upsert(conn.dialect.name, tuple(counts)), rows)


# Built once: a turn that asks a model runs six of these, and to build one costs four times more.


@cache
def _upsert(dialect: str, counted: tuple[str, ...]) -> Any:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    names = ("business_id", "day", "client_id", *counted)
    statement = make(model_use).values({name: bindparam(name) for name in names})
    return statement.on_conflict_do_update(
        index_elements=("business_id", "day", "client_id"),
        set_={name: model_use.c[name] + statement.excluded[name] for name in counted},
    )


@cache
def _sum_of(columns: tuple[str, ...]) -> Select[Any]:
    first, *rest = (model_use.c[name] for name in columns)
    return select(sum(rest, first)).where(
        model_use.c.business_id == bindparam("whose"),
        model_use.c.day == bindparam("on"),
        model_use.c.client_id == bindparam("subject"),
    )


@cache
def _in_all() -> Select[Any]:
    summed = select(func.sum(model_use.c.kopecks)).where(
        model_use.c.day == bindparam("on"), model_use.c.client_id == SALON
    )
    return across_salons(summed)


@cache
def _wordings() -> Select[Any]:
    counts = (model_use.c.wordings, model_use.c.untrue, model_use.c.unfit)
    return select(*(func.sum(count) for count in counts)).where(
        model_use.c.business_id == bindparam("whose"),
        model_use.c.client_id == SALON,
        model_use.c.day > bindparam("after"),
        model_use.c.day <= bindparam("until"),
    )
