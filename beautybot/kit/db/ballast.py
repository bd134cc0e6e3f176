"""
Room kept in hand: a file that is given up when the disk is full.

On a full disk SQLite can neither commit nor make its file smaller, so nobody
could even delete something.  The ballast is what lets a server go on for a
while, and its absence is an alarm; it is made again when there is room.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

PLENTY = 8
"""The ballast is made only where so many of it are free: it must not fill the disk itself."""


class Ballast:
    """The file beside a database; of size 0 there is none."""

    def __init__(self, database: Path, size: int) -> None:
        self.path = database.with_name(database.name + ".ballast")
        self.size = size

    def lies(self) -> bool:
        """Whether it is there to be given up."""
        return self.path.exists() and self.path.stat().st_size > 0

    def lay(self) -> None:
        """Make it, where there is plenty of room and it is not there yet."""
        if self.size <= 0 or self.lies():
            return
        try:
            if shutil.disk_usage(self.path.parent).free < PLENTY * self.size:
                return
            with self.path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self.size)
        except OSError:
            self.give_up()

    def give_up(self) -> bool:
        """Free its room; False if there was none left to free."""
        laid = self.lies()
        try:
            self.path.unlink(missing_ok=True)
        except OSError:  # a disk that is read-only takes nothing back
            return False
        return laid
