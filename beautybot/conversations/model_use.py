"""How much a salon asks its language model: daily limits, and how far its words are trusted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

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
class Wordings:
    """How often rewording was looked at in a week, and how often it claimed what is not so."""

    seen: int
    untrue: int

    @property
    def trusted(self) -> bool:
        """False once more than one in twenty was untrue: then the phrases go as they are."""
        return self.seen < ENOUGH or self.untrue <= self.seen * UNTRUE_SHARE


@dataclass(frozen=True, slots=True)
class Use:
    """A salon's use of its model on one day."""

    calls: int
    wordings: Wordings


def spend(conn: Connection, business_id: int, client_id: int, day: date) -> bool:
    """Count one call to come; False, and nothing is counted, when the day's budget is spent."""
    for subject, limit in ((SALON, CALLS_PER_SALON), (client_id, CALLS_PER_CLIENT)):
        if _calls(conn, business_id, subject, day) >= limit:
            return False
    for subject in (SALON, client_id):
        _add(conn, business_id, subject, day, calls=1)
    return True


def judged(conn: Connection, business_id: int, day: date, *, untrue: bool) -> bool:
    """Count a wording that was looked at; True if by this one the salon's trust was lost."""
    before = wordings(conn, business_id, day)
    _add(conn, business_id, SALON, day, wordings=1, untrue=int(untrue))
    return before.trusted and not wordings(conn, business_id, day).trusted


def wordings(conn: Connection, business_id: int, day: date) -> Wordings:
    """The wordings of the week up to a day."""
    seen, untrue = conn.execute(
        select(func.sum(model_use.c.wordings), func.sum(model_use.c.untrue)).where(
            model_use.c.business_id == business_id,
            model_use.c.client_id == SALON,
            model_use.c.day > (day - LOOK_BACK).isoformat(),
            model_use.c.day <= day.isoformat(),
        )
    ).one()
    return Wordings(int(seen or 0), int(untrue or 0))


def of_day(conn: Connection, business_id: int, day: date) -> Use:
    """What the dashboard shows of a salon's model."""
    return Use(_calls(conn, business_id, SALON, day), wordings(conn, business_id, day))


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
