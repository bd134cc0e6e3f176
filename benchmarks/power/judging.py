"""The product opens what a cut left, and is asked for everything it had promised."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from pathlib import Path

from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DatabaseError

from beautybot.conversations.models import inbound_events
from beautybot.kit.db import across_salons, connect
from beautybot.kit.errors import BeautyBotError
from beautybot.kit.jobs import jobs
from benchmarks.power.recording import DATABASE, Recording
from benchmarks.power.replaying import Image, acknowledged, images, steps_of

FAST = Path("/dev/shm")


def judge(recording: Recording, count: int, seed: str) -> Counter[str]:
    """Cut `count` times and look: how many images lost something, were corrupt, or did not open."""
    steps = steps_of(recording.trace)
    promised = acknowledged(steps)
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(dir=FAST if FAST.is_dir() else None) as folder:
        for image in images(recording, steps, count, seed):
            found.update(asyncio.run(_looked(Path(folder), image, promised)))
            found["images"] += 1
    return found


async def _looked(folder: Path, image: Image, promised: list[str]) -> Counter[str]:
    for left in folder.iterdir():
        left.unlink()
    for name, data in image.files.items():
        (folder / name).write_bytes(data)
    try:
        db = connect(f"sqlite:///{folder / DATABASE}", owner=True)
        try:
            sound, kept = await db.read(_kept)
        finally:
            await db.close()
    except (BeautyBotError, DatabaseError):
        return Counter({"did not open": 1})
    lost = len(set(promised[: image.acknowledged]) - kept)
    return Counter({"corrupt": not sound, "with losses": bool(lost), "acknowledged lost": lost})


def _kept(conn: Connection) -> tuple[bool, set[str]]:
    sound = conn.execute(text("PRAGMA quick_check")).scalars().all() == ["ok"]
    keys = set(conn.execute(select(inbound_events.c.key)).scalars())
    return sound, keys | set(conn.execute(across_salons(select(jobs.c.key))).scalars())
