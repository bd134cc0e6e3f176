"""A server of one file whose syncs fail for a while; what became of each write, as JSON."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from beautybot.kit import jobs
from beautybot.kit.db import Database, DatabaseUnavailable, connect

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def attempt(db: Database, key: str) -> bool:
    """One write: was it promised?"""
    try:
        await db.write(jobs.put, "work", key, {}, due_at=NOW, now=NOW)
    except DatabaseUnavailable:
        return False
    return True


async def live(url: str) -> dict[str, object]:
    """Before, while no sync works (a checkpoint too), and after."""
    fails = Path(os.environ["SYNC_FAILS"])
    db = connect(url, owner=True)
    told = {"before": [await attempt(db, "before")]}
    await db.scrub()
    fails.touch()
    told["while"] = [await attempt(db, f"while{n}") for n in range(3)]
    fails.unlink()
    told["between"] = [await attempt(db, "between")]
    fails.write_text("only those of a checkpoint")
    told["checkpoint"] = [await asyncio.wait_for(db.scrub(), 10)]
    fails.unlink()
    told["after"] = [await asyncio.wait_for(attempt(db, f"after{n}"), 10) for n in range(3)]
    told["checkpoint after"] = [await db.scrub()]
    await db.close()
    return told


print(json.dumps(asyncio.run(live(sys.argv[1]))))
