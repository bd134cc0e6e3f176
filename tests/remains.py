"""Looking for words in everything a database keeps: its file and log, or each row as text."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from draft_migration import all_tables
from sqlalchemy import Connection, select

from beautybot.kit.db import Database, across_salons


async def remains(db: Database, words: Iterable[str]) -> dict[str, int]:
    """Which of the words are still there, and how often; on SQLite byte by byte."""
    if db.url.startswith("sqlite"):
        kept = _bytes(Path(db.url.removeprefix("sqlite:///")))
    else:
        kept = await db.read(_rows)
    found = {word: _count(kept, word) for word in words}
    return {word: times for word, times in found.items() if times}


def _count(kept: bytes, word: str) -> int:
    escaped = word.encode("ascii", "backslashreplace")  # as JSON may spell it
    return kept.count(word.encode()) + (kept.count(escaped) if not word.isascii() else 0)


def _bytes(path: Path) -> bytes:
    return b"".join(p.read_bytes() for p in sorted(path.parent.glob(path.name + "*")))


def _rows(conn: Connection) -> bytes:
    everything: list[bytes] = []
    for table in all_tables().sorted_tables:
        for row in conn.execute(across_salons(select(table))):
            everything += [_as_bytes(value) for value in row]
    return b"\n".join(everything)


def _as_bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
