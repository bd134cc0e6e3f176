"""How much a salon asks its language model: daily limits, and how far its words are trusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, func, select, update

from beautybot.conversations.models import model_use
from beautybot.kit.db import across_salons, insert

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
    for subject in (SALON, client_id):
        _add(conn, business_id, subject, day, calls=1)
    return True


def paid(
    conn: Connection, business_id: int, client_id: int, day: date, kopecks: int, *, own: bool
) -> None:
    """Count what an answer cost; `own`: on the salon's own account."""
    for subject in (SALON, client_id):
        if own:
            _add(conn, business_id, subject, day, own_kopecks=kopecks)
        else:
            _add(conn, business_id, subject, day, kopecks=kopecks)


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
    summed = select(func.sum(model_use.c.kopecks)).where(
        model_use.c.day == day.isoformat(), model_use.c.client_id == SALON
    )
    return int(conn.execute(across_salons(summed)).scalar() or 0)


def judged(
    conn: Connection, business_id: int, day: date, *, untrue: bool, unfit: bool = False
) -> bool:
    """Count a wording that was looked at; True if by this one the salon's trust was lost."""
    before = wordings(conn, business_id, day)
    counts = {"untrue": int(untrue), "unfit": int(unfit or untrue)}
    _add(conn, business_id, SALON, day, wordings=1, **counts)
    return before.trusted and not wordings(conn, business_id, day).trusted


def wordings(conn: Connection, business_id: int, day: date) -> Wordings:
    """The wordings of the week up to a day."""
    seen, untrue, unfit = conn.execute(
        select(
            func.sum(model_use.c.wordings),
            func.sum(model_use.c.untrue),
            func.sum(model_use.c.unfit),
        ).where(
            model_use.c.business_id == business_id,
            model_use.c.client_id == SALON,
            model_use.c.day > (day - LOOK_BACK).isoformat(),
            model_use.c.day <= day.isoformat(),
        )
    ).one()
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
    found = conn.execute(
        select(model_use.c.calls).where(
            model_use.c.business_id == business_id,
            model_use.c.day == day.isoformat(),
            model_use.c.client_id == subject,
        )
    ).scalar()
    return int(found or 0)


def _spent(conn: Connection, business_id: int, day: date) -> int:
    found = conn.execute(
        select(model_use.c.kopecks + model_use.c.own_kopecks).where(
            model_use.c.business_id == business_id,
            model_use.c.day == day.isoformat(),
            model_use.c.client_id == SALON,
        )
    ).scalar()
    return int(found or 0)


def _add(conn: Connection, business_id: int, subject: int, day: date, **counts: int) -> None:
    key = {"business_id": business_id, "day": day.isoformat(), "client_id": subject}
    conn.execute(insert(conn, model_use).values(**key).on_conflict_do_nothing())
    conn.execute(
        update(model_use)
        .where(
            model_use.c.business_id == business_id,
            model_use.c.day == key["day"],
            model_use.c.client_id == subject,
        )
        .values({name: model_use.c[name] + count for name, count in counts.items()})
    )
