"""The rows that the tests of a database write, here and from another process."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, func, select

from beautybot.kit import jobs

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


WRITES_ONE_JOB = """
import asyncio, sys
from datetime import UTC, datetime
from beautybot.kit import jobs
from beautybot.kit.db import connect

async def main():
    db = connect(sys.argv[1])
    now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    for n in range(20):
        await db.write(jobs.put, "theirs", str(n), {}, due_at=now, now=now)
    await db.close()

asyncio.run(main())
"""


def put(conn: Connection, key: str) -> bool:
    return jobs.put(conn, "test", key, {}, due_at=NOW, now=NOW)


def keys(conn: Connection) -> list[str]:
    return list(conn.scalars(select(jobs.jobs.c.key).order_by(jobs.jobs.c.id)))


def count(conn: Connection) -> int:
    return conn.scalar(select(func.count()).select_from(jobs.jobs)) or 0
