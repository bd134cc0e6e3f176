"""Every test there is, by its file and name: for the tables that name tests."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@cache
def every_test() -> frozenset[str]:
    """Read from the source of all of them: `tests/cli/test_cli.py::test_help_is_quick`."""
    found = set()
    for file in (ROOT / "tests").rglob("test_*.py"):
        where = file.relative_to(ROOT).as_posix()
        for node in ast.parse(file.read_text("utf-8")).body:
            for test in node.body if isinstance(node, ast.ClassDef) else [node]:
                if isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef):
                    owner = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
                    if test.name.startswith("test_"):
                        found.add(f"{where}::{owner}{test.name}")
    return frozenset(found)
