"""Jobs: rows the worker must run, now or later, each at most once at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    select,
)

from beautybot.kit import log
from beautybot.kit.db import Database, Instant, Json, across_salons, insert, insist, metadata
from beautybot.kit.leases import (
    LeaseLost,
    backoff,
    beginning,
    claim,
    due_index,
    finish,
    lease_columns,
)

logger = log.get(__name__)
GIVE_UP_AFTER = 8

jobs = Table(
    "jobs",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("key", String(200), nullable=False),
    Column("args", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_error", Text, nullable=True),
    *lease_columns(),
    UniqueConstraint("name", "key"),
    due_index("jobs"),
)


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job; `attempts` counts this run too."""

    id: int
    name: str
    key: str
    args: dict[str, Any]
    attempts: int
    lease: int


def put(
    conn: Connection, name: str, key: str, args: dict[str, Any], *, due_at: datetime, now: datetime
) -> bool:
    """Schedule a job once: a second one of the same name and key is ignored and gives False."""
    done = conn.execute(
        insert(conn, jobs)
        .values(name=name, key=key, args=args, created_at=now, due_at=due_at, lease=beginning())
        .on_conflict_do_nothing()
    )
    return done.rowcount > 0


def take(conn: Connection, now: datetime, worker: str, limit: int) -> list[Job]:
    """Claim due jobs."""
    rows = claim(conn, jobs, now, worker, limit=limit)
    return [Job(r.id, r.name, r.key, r.args, r.attempts, r.lease) for r in rows]


def done(conn: Connection, job: Job) -> None:
    """Forget a finished job, so that its key may be used again."""
    conn.execute(across_salons(delete(jobs).where(jobs.c.id == job.id, jobs.c.lease == job.lease)))


def again(conn: Connection, job: Job, at: datetime) -> None:
    """Run a job again at a time: how a repeating job repeats."""
    finish(conn, jobs, job.id, job.lease, due_at=at, last_error=None)


def failed(conn: Connection, job: Job, now: datetime, error: str) -> bool:
    """Note a failure: later again, or given up (kept, never due) after eight tries: then True."""
    given_up = job.attempts >= GIVE_UP_AFTER
    finish(
        conn,
        jobs,
        job.id,
        job.lease,
        due_at=None if given_up else now + backoff(job.attempts),
        keep_attempts=True,
        last_error=error[:500],
    )
    return given_up


async def settle(db: Database, verb: Callable[..., Any], job: Job, *given: Any) -> None:
    """
    Write down how a job ended (`done`, `again`, `failed`), however long the database is away.

    Nothing is written if the job took so long that another worker has it.
    """
    try:
        await insist(db, verb, job, *given)
    except LeaseLost:
        logger.warning("job was taken over", job=job.name)


def given_up(conn: Connection) -> list[tuple[str, str, str]]:
    """The jobs that will not be tried again: name, key, and the last error."""
    rows = conn.execute(
        select(jobs.c.name, jobs.c.key, jobs.c.last_error)
        .where(jobs.c.due_at.is_(None), jobs.c.last_error.is_not(None))
        .order_by(jobs.c.id)
    )
    return [(row.name, row.key, row.last_error) for row in rows]
