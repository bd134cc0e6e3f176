"""What things are called, and what the project does not speak of."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from source import ROOT, Module, imported, modules

# They say nothing about the salon, so anything ends up in them.
EMPTY_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "service",
    "misc",
    "base2",
}

# What belongs to the place where the code was written, not to the product.
FOREIGN = re.compile(
    r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/"  # somebody's machine
    r"|\b(?:TODO|FIXME|XXX|HACK)\b|NotImplementedError"  # unfinished
    r"|https?://(?:pypi|registry|files\.pythonhosted|proxy)\.\S+"  # somebody's registry
    r"|(?:issue|pull request|PR) #\d+",
    re.ASCII,
)
SPOKEN_OF_HERE = {"tests/house/test_names.py"}


def tracked() -> list[Path]:
    """Every text file of the repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:  # an unpacked archive
        paths = [p for folder in ("beautybot", "tests", "docs") for p in (ROOT / folder).rglob("*")]
    return [path for path in paths if path.is_file() and path.suffix not in (".png", ".ico")]


def foreign(text: str) -> list[str]:
    return [match[0] for match in FOREIGN.finditer(text)]


def empty_names(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if Path(path).stem in EMPTY_NAMES]


def mocked(of: Iterable[Module]) -> list[str]:
    """Tests that replace a part of our own code."""
    return [
        module.path
        for module in of
        if any(
            name.startswith("unittest.mock") or name == "mock" for name, _ in imported(module.tree)
        )
        or re.search(r"setattr\(\s*[\"']beautybot", module.text)
    ]


def written_tests() -> list[Module]:
    return [
        Module(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "tests").rglob("*.py"))
    ]


def test_no_module_has_an_empty_name() -> None:
    """A module is a noun of the salon."""
    assert empty_names(m.path for m in modules()) == []


def test_the_project_speaks_of_itself_alone() -> None:
    """No machine's paths, nobody's registry, nothing left for later."""
    found = {
        path.relative_to(ROOT).as_posix(): words
        for path in tracked()
        if path.relative_to(ROOT).as_posix() not in SPOKEN_OF_HERE
        if (words := foreign(path.read_text(encoding="utf-8", errors="replace")))
    }

    assert found == {}


def test_tests_use_fakes_and_no_mocks() -> None:
    """What is patched is not tested."""
    assert mocked(m for m in written_tests() if m.path not in SPOKEN_OF_HERE) == []


def test_no_two_test_modules_share_a_name() -> None:
    """They are imported by their bare names, so the second would hide behind the first."""
    names = Counter(Path(m.path).name for m in written_tests())
    shared = {name for name, count in names.items() if count > 1}

    assert shared <= {"conftest.py", "__init__.py"}


def test_what_is_forbidden_is_seen() -> None:
    """Control."""
    assert foreign("see /home/anna/notes, TODO, fixes issue #12")
    assert not foreign("GET /api/webhooks/work/ and https://graph.facebook.com/v26.0")
    assert empty_names(["booking/utils.py"])
    assert mocked([Module("t.py", "from unittest.mock import patch")])
    assert mocked([Module("t.py", 'monkeypatch.setattr("beautybot.kit.clock.now", f)')])
