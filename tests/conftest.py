"""
What every test can ask for.  tests/README.md tells how they are written.

Async tests and fixtures are run by AnyIO's plugin on asyncio's own loop, whose
connects Python sees, so that the guard below can refuse them.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import postgres_server
import pytest
import tenant_law
from sqlalchemy import Engine, event

from beautybot.kit import migrate
from beautybot.kit.db import Database, connect

ENGINES = ("sqlite", "postgresql")
TEMPLATE = "beautybot_template"

_SHARED = pytest.StashKey[Path]()
_CONTROLLER = pytest.StashKey[int]()


class NetworkIsClosed(Exception):
    """A test tried to leave the machine."""


def pytest_configure(config: pytest.Config) -> None:
    """Shut the network, put the tenant law into force, and make a folder the workers share."""
    told = getattr(config, "workerinput", {})
    config.stash[_SHARED] = Path(told.get("shared") or tempfile.mkdtemp(prefix="beautybot-tests-"))
    config.stash[_CONTROLLER] = told.get("controller", os.getpid())
    sys.addaudithook(_stay_on_this_machine)
    event.listen(Engine, "before_execute", tenant_law.check)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist where the shared folder is, and who outlives it."""
    node.workerinput["shared"] = str(node.config.stash[_SHARED])
    node.workerinput["controller"] = os.getpid()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The keeper of the PostgreSQL server sees us end; the rest goes now."""
    event.remove(Engine, "before_execute", tenant_law.check)
    if not hasattr(config, "workerinput") and not (config.stash[_SHARED] / "pg").exists():
        shutil.rmtree(config.stash[_SHARED], ignore_errors=True)


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
        url = postgres_server.start(shared / "pg", while_alive=pytestconfig.stash[_CONTROLLER])
        asyncio.run(_admin(url, f"CREATE DATABASE {TEMPLATE}"))
        asyncio.run(migrate.upgrade(f"{url}/{TEMPLATE}"))
        made.write_text(url)
        return url


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The DATABASE_URL of a migrated, empty database of this test's own, on either engine."""
    if request.param == "sqlite":
        path = tmp_path / "beautybot.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    with _own_database(request.getfixturevalue("postgres"), TEMPLATE) as url:
        yield url


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The DATABASE_URL of a database nobody has migrated yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with _own_database(request.getfixturevalue("postgres"), "template1") as url:
        yield url


@pytest.fixture
async def db(database_url: str, anyio_backend: object) -> AsyncIterator[Database]:
    """A migrated, empty database: the same test runs on SQLite and on PostgreSQL."""
    opened = connect(database_url)
    yield opened
    await opened.close()


@contextmanager
def _own_database(server: str, template: str) -> Iterator[str]:
    name = f"t_{uuid4().hex}"
    asyncio.run(_admin(server, f"CREATE DATABASE {name} TEMPLATE {template}"))
    yield f"{server}/{name}"
    asyncio.run(_admin(server, f"DROP DATABASE {name} WITH (FORCE)"))


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
