"""
What every test can ask for.  tests/README.md tells how they are written.

Async tests and fixtures are run by AnyIO's plugin on asyncio's own loop, whose
connects Python sees, so that the guard below can refuse them.
"""

from __future__ import annotations

import asyncio
import fcntl
import gc
import logging
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import hypothesis
import patience
import postgres_server
import pytest
import structlog
import tenant_law
from sqlalchemy import Engine, event
from world import World, open_salons

from beautybot.kit import log, memory, migrate
from beautybot.kit.db import Database, connect

ENGINES = ("sqlite", "postgres")
TEMPLATE = "beautybot_template"

# The other connections of a database, ended; then every row gone and every id from 1 again.
LET_GO = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
EMPTY = """
DO $$ DECLARE name text; BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL
    LOOP EXECUTE format('ALTER SEQUENCE %I RESTART', name); END LOOP;
END $$
"""

_SHARED = pytest.StashKey[Path]()
_CONTROLLER = pytest.StashKey[int]()


class NetworkIsClosed(Exception):
    """A test tried to leave the machine."""


pytest_addoption = patience.pytest_addoption


def pytest_configure(config: pytest.Config) -> None:
    """Shut the network, put the tenant law into force, and make a folder the workers share."""
    patience.pytest_configure(config)
    told = getattr(config, "workerinput", {})
    config.stash[_SHARED] = Path(told.get("shared") or tempfile.mkdtemp(prefix="beautybot-tests-"))
    config.stash[_CONTROLLER] = told.get("controller", os.getpid())
    hypothesis.settings.register_profile("house", deadline=None, database=None, print_blob=True)
    hypothesis.settings.load_profile("house")
    if os.environ.get("BEAUTYBOT_LIVE") != "1":  # tests/live, by hand and with real credentials
        sys.addaudithook(_stay_on_this_machine)
    event.listen(Engine, "before_execute", tenant_law.check)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist where the shared folder is, and who outlives it."""
    node.workerinput["shared"] = str(node.config.stash[_SHARED])
    node.workerinput["controller"] = os.getpid()


def pytest_collection_finish() -> None:
    """
    Let the garbage collector look seldom at what the whole run keeps, as the server does.

    Modules, parsed sources and collected tests are a million objects: going through
    them took a fifth of the time, and on a busy machine stopped a test for ten seconds.
    """
    gc.collect()
    memory.settle()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The keeper of the PostgreSQL server sees us end; the rest goes now."""
    event.remove(Engine, "before_execute", tenant_law.check)
    if not hasattr(config, "workerinput") and not (config.stash[_SHARED] / "pg").exists():
        shutil.rmtree(config.stash[_SHARED], ignore_errors=True)


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Put the process's logging back: a handler left here writes into a test's closed output."""
    loggers = [logging.getLogger(name) for name in (None, *log.NOISY)]
    handlers, levels = loggers[0].handlers[:], [logger.level for logger in loggers]
    yield
    loggers[0].handlers[:] = handlers
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """One loop for all: asyncio."""
    return "asyncio", {"use_uvloop": False}


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    asyncio.run(migrate.upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> str:
    """The address of this run's own PostgreSQL, its template database migrated."""
    if postgres_server.binaries() is None:
        reason = "PostgreSQL is not installed (apt-get install postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    shared = pytestconfig.stash[_SHARED]
    shared.chmod(0o755)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (made := shared / "template").exists():
            return made.read_text()
        if (ready := shared / "pg" / "ready").exists():  # a worker died while it made the template
            url = ready.read_text()
        else:
            controller = pytestconfig.stash[_CONTROLLER]
            url = postgres_server.start(shared / "pg", while_alive=controller)
        asyncio.run(_admin(url, f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)"))
        asyncio.run(_admin(url, f"CREATE DATABASE {TEMPLATE}"))
        asyncio.run(migrate.upgrade(f"{url}/{TEMPLATE}"))
        made.write_text(url)
        return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The DATABASE_URL of a migrated, empty SQLite file."""
    shutil.copyfile(sqlite_template, path := tmp_path / "beautybot.db")
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_pool(postgres: str) -> list[str]:
    """Clean databases to use again: emptying one takes a hundredth of the time to make one."""
    return []


@pytest.fixture
def postgres_url(postgres: str, postgres_pool: list[str]) -> Iterator[str]:
    """The DATABASE_URL of a migrated, empty PostgreSQL database."""
    url = postgres_pool.pop() if postgres_pool else asyncio.run(_made(postgres, TEMPLATE))
    yield url
    asyncio.run(_emptied(url))
    postgres_pool.append(url)


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The DATABASE_URL of a migrated, empty database: a test with it runs on either engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The DATABASE_URL of a database nobody has migrated yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    yield asyncio.run(_made(request.getfixturevalue("postgres"), "template1"))


@pytest.fixture
async def db(database_url: str, anyio_backend: object) -> AsyncIterator[Database]:
    """A migrated, empty database: the same test runs on SQLite and on PostgreSQL."""
    async with _opened(database_url) as opened:
        yield opened


@pytest.fixture
async def sqlite_db(sqlite_url: str, anyio_backend: object) -> AsyncIterator[Database]:
    """A database for what only SQLite does, or where the engine cannot matter."""
    async with _opened(sqlite_url) as opened:
        yield opened


@pytest.fixture
async def postgres_db(postgres_url: str, anyio_backend: object) -> AsyncIterator[Database]:
    """A database for what only PostgreSQL does."""
    async with _opened(postgres_url) as opened:
        yield opened


@pytest.fixture
async def world(db: Database) -> World:
    """Both salons, open for business, in this test's database."""
    return await db.write(open_salons)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = connect(url)
    try:
        yield database
    finally:
        await database.close()


async def _made(server: str, template: str) -> str:
    name = f"t_{uuid4().hex}"
    await _admin(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"{server}/{name}"


async def _emptied(url: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        await conn.execute(LET_GO)
        await conn.execute(EMPTY)
        await conn.execute("UPDATE alembic_version SET version_num = $1", migrate.newest())
    finally:
        await conn.close()


async def _admin(server: str, statement: str) -> None:
    conn = await asyncpg.connect(f"{server}/postgres")
    try:
        await conn.execute(statement)
    finally:
        await conn.close()


def _stay_on_this_machine(what: str, args: tuple[Any, ...]) -> None:
    if what == "socket.connect":
        sock, address = args
        if sock.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise NetworkIsClosed(f"a test tried to connect to {address}")
    elif what == "socket.getaddrinfo" and not _is_here(args[0]):
        raise socket.gaierror(socket.EAI_NONAME, "the network is closed in tests")


def _is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    return host is None or name in ("", "localhost", "::1", "0.0.0.0") or name.startswith("127.")
