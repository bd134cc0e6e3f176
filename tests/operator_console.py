"""The operator at a terminal: types a command, sees what comes out."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from beautybot.cli.running import run
from beautybot.kit.crypto import new_key


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left: its exit status and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Operator:
    """Runs commands in this process, on a database of this test's own."""

    def __init__(
        self,
        url: str,
        folder: Path,
        patch: pytest.MonkeyPatch,
        captured: pytest.CaptureFixture[str],
    ) -> None:
        self.url = url
        self.folder = folder
        self._patch = patch
        self._captured = captured
        patch.chdir(folder)
        self.sets({"DATABASE_URL": url, "ENCRYPTION_KEYS": new_key()})

    def sets(self, settings: Mapping[str, str]) -> None:
        """Set environment variables for the commands that follow."""
        for name, value in settings.items():
            self._patch.setenv(name, value)

    def types(self, *words: str, stdin: str = "") -> Outcome:
        """Run one command."""
        self._patch.setattr("sys.stdin", io.StringIO(stdin))
        self._captured.readouterr()
        status = run(words)
        written = self._captured.readouterr()
        return Outcome(status, written.out, written.err)
