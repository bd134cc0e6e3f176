"""
Is the file whole?  Asked once, before a server writes the first byte.

SQLite finds a bad page when it comes across it, which may be days later, and
throws the rest of a damaged write-ahead log away without a word.  So a server
looks before it starts, writes nothing if something is wrong, and says which
command puts a copy back.
"""

from __future__ import annotations

import sqlite3
import struct
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

from beautybot.kit.errors import BeautyBotError

LARGE = 2_000_000_000
"""Bytes; a larger file would take too long at each start: `beautybot doctor` looks at it."""

_HEADER = struct.Struct(">8I")  # magic, version, page size, checkpoint, two salts, two sums
_FRAME = struct.Struct(">6I")  # page, size of the database after a commit, two salts, two sums
_LITTLE_ENDIAN, _BIG_ENDIAN = 0x377F0682, 0x377F0683
_PAGE = 4096  # unless the head says otherwise
_LAST_FRAME_AT = 16  # in the index beside the log (https://sqlite.org/walformat.html)


class DatabaseDamaged(BeautyBotError):
    """The database file is not whole; nothing was written."""


def miss(path: Path) -> None:
    """DatabaseDamaged, with the command that mends it, if a file that was in use is gone."""
    if not path.exists():
        raise DatabaseDamaged(
            f"the database {path} is gone: put a copy back by `beautybot restore COPY` "
            f"(or delete {path.name}.owner to begin anew)"
        )


def look(path: Path, most: int | None = LARGE) -> None:
    """
    DatabaseDamaged, with the command that mends it, if the file is not whole.

    A file above `most` bytes is not read through; None reads any.
    """
    if path.exists() and (wrong := _wrong(path, most)):
        raise DatabaseDamaged(
            f"the database {path} is damaged ({wrong}); nothing was written: keep the file, "
            "and put a copy back by `beautybot restore COPY`"
        )


def _wrong(path: Path, most: int | None) -> str | None:
    wal = path.with_name(path.name + "-wal")
    try:
        # Read-only: the last connection that may write would empty the log when it closes.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as conn:
            conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if wal.exists() and (lost := lost_commits(wal)) > 1:
                return f"{lost} commits in its write-ahead log cannot be read"
            if most is not None and path.stat().st_size > most:
                return None
            verdict = str(conn.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError:
        return None  # busy, or not to be opened: whoever opens it next says so in words
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if verdict == "ok" else " ".join(verdict.split())


def lost_commits(wal: Path) -> int:
    """
    Commits in a log, just opened by SQLite, that SQLite does not see.

    One may be what a power cut spoilt: it was not promised to anybody.  A
    commit begins after the one before it was synced, so two mean that bytes
    that were safe have changed.
    """
    index = wal.with_name(wal.name.removesuffix("-wal") + "-shm")
    data = wal.read_bytes()
    if len(data) < _HEADER.size + _FRAME.size or not index.exists():
        return 0
    seen = int.from_bytes(index.read_bytes()[_LAST_FRAME_AT:][:4], sys.byteorder)
    magic, _, page, _, *salts, _, _ = _HEADER.unpack_from(data)
    whole = _is_whole(data, magic)
    step = _FRAME.size + (page if whole else _PAGE)
    frames = range(_HEADER.size + seen * step, len(data) - step + 1, step)
    heads = [_FRAME.unpack_from(data, at) for at in frames]
    commits = Counter(tuple(two) for _, after, *two, _, _ in heads if after)
    return commits[tuple(salts)] if whole else max(commits.values(), default=0)


def _is_whole(data: bytes, magic: int) -> bool:
    """Whether the head of a log carries its own checksum."""
    if magic not in (_LITTLE_ENDIAN, _BIG_ENDIAN):
        return False
    words = struct.unpack_from("<6I" if magic == _LITTLE_ENDIAN else ">6I", data)
    one = two = 0
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return (one, two) == _HEADER.unpack_from(data)[6:]
