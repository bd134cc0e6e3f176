"""Record every write of the product to its database file, with what it acknowledged when."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from beautybot.conversations import inbox
from beautybot.conversations.inbox import RawEvent
from beautybot.kit import clock, jobs, migrate
from beautybot.kit.batching import Batcher
from beautybot.kit.db import connect, locks, sqlite

DATABASE = "power.db"
WAL = f"{DATABASE}-wal"
ACKS = "acks"
"""A file that only carries marks: its bytes are the key that was just acknowledged."""
AT_ONCE = 8


class NoCompiler(RuntimeError):
    """There is no C compiler to build the recorder with."""


@dataclass(frozen=True, slots=True)
class Recording:
    """The database as it was before, and everything that was written since."""

    base: bytes
    trace: Path


def record(folder: Path, *, events: int, seed: int, synchronous: str = "FULL") -> Recording:
    """Run the product in a process of its own and record it; NoCompiler without a compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise NoCompiler("the recorder is written in C: install a compiler")
    library, trace, data = folder / "recorder.so", folder / "trace", folder / "data"
    source = Path(__file__).with_name("recorder.c")
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    data.mkdir()
    asyncio.run(migrate.upgrade(f"sqlite:///{data / DATABASE}"))
    base = (data / DATABASE).read_bytes()
    given = {"LD_PRELOAD": library, "POWER_FOLDER": data, "POWER_TRACE": trace}
    subprocess.run(
        [sys.executable, "-m", "benchmarks.power.recording", str(data), str(events), str(seed)]
        + [synchronous],
        env=os.environ | {name: str(value) for name, value in given.items()},
        check=True,
    )
    return Recording(base, trace)


async def _live(folder: Path, events: int, seed: int) -> None:
    """Deliveries through the inbox's door, and jobs, side by side; each marked when durable."""
    db = connect(f"sqlite:///{folder / DATABASE}", owner=True)
    door = Batcher[RawEvent](db, inbox.accepting)
    dice = random.Random(seed)
    marks = os.open(folder / ACKS, os.O_WRONLY | os.O_CREAT)
    numbers = iter(range(events))

    async def client() -> None:
        for number in numbers:
            now = clock.now()
            if dice.random() < 0.7:
                key, body = f"e{number}", dice.randbytes(dice.randrange(200, 6_000))
                await door.add(RawEvent("whatsapp", key, now, body))
            else:
                key = f"j{number}"
                await db.write(jobs.put, "power", key, {}, due_at=now, now=now)
            os.pwrite(marks, key.encode(), 0)

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))
    os._exit(0)  # the power goes: nothing is closed, no last checkpoint


def main() -> None:
    """In the recorded process."""
    folder, events, seed, synchronous = sys.argv[1:]
    sqlite.CHECKPOINT_PAGES, locks.LOOK_S = 60, 0.0  # many checkpoints in a short record
    if synchronous != "FULL":
        _sync_less(synchronous)
    asyncio.run(_live(Path(folder), int(events), int(seed)))


def _sync_less(how: str) -> None:
    """Control: the writer's connections sync as `how` says."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "begin")
    def _weaken(conn: object) -> None:
        raw = conn.connection.driver_connection  # type: ignore[attr-defined]
        if not raw.in_transaction:
            raw.execute(f"PRAGMA synchronous={how}")


if __name__ == "__main__":
    main()
