"""Small rooms: a module fits in one reading, a function on one screen."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from source import Module, modules

MODULE_LINES = 300
FUNCTION_LINES = 40

# What may be longer, and why.
LONG_MODULES: dict[str, str] = {
    "migrations/versions/0001_all_tables.py": "drafted by Alembic, and frozen",
}
LONG_FUNCTIONS: dict[str, str] = {
    "migrations/versions/0001_all_tables.py:upgrade": "drafted by Alembic, and frozen",
}


def long_modules(of: Iterable[Module]) -> set[str]:
    return {module.path for module in of if module.lines > MODULE_LINES}


def long_functions(of: Iterable[Module]) -> set[str]:
    return {
        f"{module.path}:{node.name}"
        for module in of
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and _lines(node) > FUNCTION_LINES
    }


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Its lines without the docstring and the inner functions, which are counted themselves."""
    spared = [n for n in function.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    if ast.get_docstring(function) is not None:
        spared.append(function.body[0])  # type: ignore[arg-type]
    return _span(function) - sum(_span(node) for node in spared)


def _span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_is_long() -> None:
    """A module that grows is two modules, or has its reason above."""
    assert long_modules(modules()) == set(LONG_MODULES)


def test_no_function_is_long() -> None:
    """A function either names steps or is a step."""
    assert long_functions(modules()) == set(LONG_FUNCTIONS)


def test_a_long_module_and_a_long_function_are_seen() -> None:
    """Control."""
    body = "\n".join(f"    x = {n}" for n in range(MODULE_LINES))
    made = Module("made/up.py", f"async def long() -> None:\n{body}\n")

    assert long_modules([made]) == {"made/up.py"}
    assert long_functions([made]) == {"made/up.py:long"}
