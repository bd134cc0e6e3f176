"""Who may use an SQLite file, and when: locks beside it that end with the process."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from beautybot.kit import clock

LOOK_S = 0.02
"""How often the size of the log is looked at: asking the system costs as much as a small commit."""


class FileLocks:
    """Two locks beside the database file: who owns it, and "no checkpoint now"."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._looked = 0.0
        self._log = path.with_name(path.name + "-wal")
        self._owner: IO[bytes] = (path.with_name(path.name + ".owner")).open("ab")
        self._checkpoint: IO[bytes] = (path.with_name(path.name + ".checkpoint")).open("ab")

    @property
    def known(self) -> bool:
        """Whether something was committed to the file before: then it must be there."""
        return self._owner.tell() > 0

    def remember(self) -> None:
        """Something is committed: if the file is gone one day, that is a loss."""
        if not self.known:
            with suppress(OSError):  # a full disk: another time
                self._owner.write(b"the database beside this is in use\n")
                self._owner.flush()

    def own(self) -> bool:
        """Take the file for this process; False if another has it."""
        try:
            fcntl.flock(self._owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def wal_size(self) -> int:
        """Bytes in the write-ahead log; 0 if there is none."""
        try:
            return self._log.stat().st_size
        except FileNotFoundError:
            return 0

    def log_is_long(self, size: int) -> bool:
        """Whether the log has so many bytes; False, too, if it was looked at just now."""
        now = clock.monotonic()
        if now - self._looked < LOOK_S:
            return False
        self._looked = now
        return self.wal_size() >= size

    @contextmanager
    def committing(self, *, alone: bool) -> Iterator[None]:
        """Hold off checkpoints while a commit runs; free for the owner, who does them itself."""
        if alone:
            yield
            return
        fcntl.flock(self._checkpoint, fcntl.LOCK_SH)
        try:
            yield
        finally:
            fcntl.flock(self._checkpoint, fcntl.LOCK_UN)

    @contextmanager
    def checkpointing(self) -> Iterator[None]:
        """Hold off the commits of other processes."""
        fcntl.flock(self._checkpoint, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._checkpoint, fcntl.LOCK_UN)

    def close(self) -> None:
        self._owner.close()
        self._checkpoint.close()
