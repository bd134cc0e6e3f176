"""Steps of the tables' history: dead at any statement nothing is half done, and none takes away."""

from __future__ import annotations

import ast
import asyncio
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

from beautybot.kit import migrate, steps
from beautybot.kit.db import connect

EVERY = 1 if os.environ.get("THOROUGH") == "1" else 40
"""On PostgreSQL one death in so many; all of them with THOROUGH=1 (and `-o patience_s=1800`)."""
EARLIER = "0008"


class Died(BaseException):
    """The process is gone: nothing after this line runs."""


@contextmanager
def each_statement(seen: Callable[[int, Any], None]) -> Iterator[None]:
    """Call `seen` before each statement of a migration, with its number and the connection."""
    count = 0

    def before(conn: Connection, *_rest: Any) -> None:
        nonlocal count
        count += 1
        seen(count, conn)

    event.listen(Engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", before)


def at_an_earlier_step(file: Path) -> None:
    """A database of an earlier version, with a salon in it."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as conn:
        command.upgrade(migrate.config(conn.execution_options(across_salons=True)), EARLIER)
        conn.execute(
            text(
                "INSERT INTO businesses (slug, name, timezone, currency, settings, created_at)"
                " VALUES ('romashka', 'Ромашка', 'Europe/Moscow', 'RUB', '{}', '2026-01-01')"
            )
        )
    engine.dispose()


def remains(file: Path, folder: Path, name: str) -> Path:
    """What a death at this moment leaves: the file and its log as they are on the disk."""
    left = folder / name / file.name
    left.parent.mkdir(parents=True)
    for tail in ("", "-wal"):
        if (of := file.with_name(file.name + tail)).exists():
            shutil.copyfile(of, left.with_name(left.name + tail))
    return left


def step_of(file: Path) -> tuple[str | None, int]:
    """The step a file says it is at, and how many tables it has."""
    with sqlite3.connect(file) as conn:
        listed = conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = [row[0] for row in listed]
        at = None
        if "alembic_version" in tables:
            row = conn.execute("SELECT version_num FROM alembic_version").fetchone()
            at = row[0] if row else None
    conn.close()
    return at, len(tables)


def dead_at_each_statement(file: Path, folder: Path, spoil_at: int = 0) -> dict[str, Path]:
    """Migrate; the different remains of a death before each statement, by their content."""
    found: dict[str, Path] = {}

    def seen(number: int, conn: Connection) -> None:
        raw: Any = conn.connection.driver_connection
        if number == spoil_at:
            raw.execute("COMMIT")
            raw.execute("BEGIN IMMEDIATE")
        left = remains(file, folder, f"at{number}")
        parts = (left.with_name(left.name + tail) for tail in ("", "-wal"))
        mark = hashlib.sha256(b"|".join(p.read_bytes() for p in parts if p.exists())).hexdigest()
        found.setdefault(mark, left)

    with each_statement(seen):
        asyncio.run(migrate.upgrade(f"sqlite:///{file}"))
    return found


@pytest.mark.parametrize("earlier", [False, True])
def test_dead_before_any_statement_on_sqlite(tmp_path: Path, earlier: bool) -> None:
    """The old tables, all of them, and a second run that ends well."""
    file = tmp_path / "beautybot.db"
    if earlier:
        at_an_earlier_step(file)
    before = step_of(file) if earlier else (None, 0)

    found = dead_at_each_statement(file, tmp_path / "dead")

    assert step_of(file)[0] == steps.newest()
    for left in found.values():
        assert step_of(left) == before
        asyncio.run(migrate.upgrade(f"sqlite:///{left}"))
        assert step_of(left) == step_of(file)


def test_a_step_that_commits_on_its_way_is_seen(tmp_path: Path) -> None:
    """Control: with a commit in the middle there are remains that are neither old nor new."""
    file = tmp_path / "beautybot.db"

    found = dead_at_each_statement(file, tmp_path / "dead", spoil_at=40)

    assert {step_of(left) for left in found.values()} - {(None, 0), step_of(file)}


def test_dead_before_any_statement_on_postgresql(postgres_url: str) -> None:
    """The same on a server: the connection is gone, the schema is as it was."""
    url = postgres_url
    wiped = asyncio.run(_in(url, _wipe))
    statements = asyncio.run(_statements(url))
    asyncio.run(_in(url, _wipe))

    for last in range(1, statements + 1, EVERY):
        asyncio.run(_die(url, last))
        assert asyncio.run(_in(url, _tables)) == wiped == []

    assert statements > 100
    assert asyncio.run(migrate.upgrade(url)) == asyncio.run(_in(url, steps.current))


async def _statements(url: str) -> int:
    seen: list[int] = []
    with each_statement(lambda number, _conn: seen.append(number)):
        await migrate.upgrade(url)
    return len(seen)


async def _die(url: str, last: int) -> None:
    db = connect(url)

    def seen(number: int, _conn: Connection) -> None:
        if number == last:
            raise Died

    try:
        with each_statement(seen), pytest.raises(Died):
            await migrate.upgrade(db)
    finally:
        await db.close()


async def _in(url: str, verb: Callable[[Connection], Any]) -> Any:
    db = connect(url)
    try:
        return await db.write(verb)
    finally:
        await db.close()


def _wipe(conn: Connection) -> list[str]:
    conn.execute(text("DROP SCHEMA public CASCADE"))
    conn.execute(text("CREATE SCHEMA public"))
    return _tables(conn)


def _tables(conn: Connection) -> list[str]:
    return inspect(conn).get_table_names()


# -- expand first, contract a release later -------------------------------------

BEFORE_ANY_RELEASE = {"0007": "18: drop_column"}
"""Nobody ran the version before these."""
TAKES_AWAY = ("drop_table", "drop_column", "rename_table", "alter_column")


def takes_away(source: str) -> Iterator[str]:
    """What the version before could not live with while both run: line and reason."""
    upgrade = next(
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    )
    for call in (node for node in ast.walk(upgrade) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name in TAKES_AWAY:
            yield f"{call.lineno}: {name}"
        if name == "add_column" and _must_be_given(call):
            yield f"{call.lineno}: a column that the version before does not fill"


def _must_be_given(add: ast.Call) -> bool:
    column = next(
        node
        for node in ast.walk(add)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "Column"
    )
    given = {word.arg: word.value for word in column.keywords}
    nullable = given.get("nullable")
    no = isinstance(nullable, ast.Constant) and nullable.value is False
    return no and "server_default" not in given


def versions() -> list[Path]:
    return sorted((steps.SCRIPTS / "versions").glob("[0-9]*.py"))


@pytest.mark.parametrize("path", versions(), ids=lambda path: path.stem)
def test_a_step_only_adds(path: Path) -> None:
    """Old and new processes work side by side while a release is rolled out."""
    allowed = BEFORE_ANY_RELEASE.get(path.name[:4])

    assert [why for why in takes_away(path.read_text()) if why != allowed] == []


@pytest.mark.parametrize(
    "line",
    [
        "op.drop_column('salons', 'name')",
        "op.rename_table('salons', 'shops')",
        "batch_op.alter_column('name', nullable=False)",
        "op.add_column('salons', sa.Column('kind', sa.Text(), nullable=False))",
    ],
)
def test_a_step_that_takes_away_is_seen(line: str) -> None:
    """Control: each of these would break the version before."""
    assert len(list(takes_away(f"def upgrade():\n    {line}\n"))) == 1
