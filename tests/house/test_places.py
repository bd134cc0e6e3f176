"""Time, settings, the console, the network, raw SQL: each is touched in its own place only."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

import pytest
from source import Module, calls, dotted, imported, modules

Law = Callable[[Module], Iterator[int]]


def reads_the_clock(module: Module) -> Iterator[int]:
    clocks = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")
    for name, call in calls(module.tree):
        if name.endswith(clocks):
            yield call.lineno
    yield from _imports(module, "time")


def reads_the_environment(module: Module) -> Iterator[int]:
    for node in ast.walk(module.tree):
        if dotted(node) in ("os.environ", "os.getenv", "os.environb"):
            yield node.lineno  # type: ignore[attr-defined]


def prints(module: Module) -> Iterator[int]:
    for name, call in calls(module.tree):
        if name in ("print", "input", "sys.stdout.write", "sys.stderr.write"):
            yield call.lineno


def makes_http_calls(module: Module) -> Iterator[int]:
    yield from _imports(module, "aiohttp", "httpx", "requests", "urllib.request", "http.client")


def writes_raw_sql(module: Module) -> Iterator[int]:
    for name, call in calls(module.tree):
        if name.split(".")[-1] in ("exec_driver_sql", "executescript", "text") and _is_sql(call):
            yield call.lineno


def catches_everything(module: Module) -> Iterator[int]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler) and (
            node.type is None or dotted(node.type) in ("Exception", "BaseException")
        ):
            yield node.lineno


def looks_across_salons(module: Module) -> Iterator[int]:
    for name, call in calls(module.tree):
        if name.split(".")[-1] == "across_salons":
            yield call.lineno


def _imports(module: Module, *unwanted: str) -> Iterator[int]:
    for name, line in imported(module.tree):
        if any(name == u or name.startswith(u + ".") for u in unwanted):
            yield line


def _is_sql(call: ast.Call) -> bool:
    words = ("select", "insert", "update", "delete", "pragma", "create", "drop", "begin", "set")
    literals = (n.value for n in ast.walk(call) if isinstance(n, ast.Constant))
    return any(isinstance(v, str) and v.lower().lstrip().startswith(words) for v in literals)


# Each law: where the thing belongs, and what it looks like elsewhere.  A place without a
# slash is one module; each exception has its reason beside it.
LAWS: list[tuple[Law, tuple[str, ...], str]] = [
    (reads_the_clock, ("kit/clock.py",), "from datetime import datetime\ndatetime.now()"),
    (reads_the_environment, ("settings.py",), "import os\nos.environ['HOME']"),
    (
        prints,
        (
            "cli/",
            "demo/fakes/__main__.py",  # a program of its own: it says where it listens
        ),
        "print('Hello')",
    ),
    (
        makes_http_calls,
        (
            "kit/http.py",
            "demo/fakes/",  # the other side: it delivers webhooks as the messengers do
            "llm/gigachat.py",  # the SDK lets the errors of its own HTTP client through
        ),
        "def f():\n    import httpx",
    ),
    (
        writes_raw_sql,
        (
            "kit/",
            "migrations/",
        ),
        "conn.execute(text('SELECT 1'))",
    ),
    (
        catches_everything,
        (
            "kit/db/sqlite.py",  # one verb's failure must not stop the thread that writes for all
            "worker.py",  # its loops go on whatever breaks
            "conversations/reader.py",  # what breaks the reading is put aside
            "notifications/bot/hearing.py",  # the same of what salons' people say
            "kit/batching.py",  # one failure is told to each who waits for the batch
        ),
        "try:\n    f()\nexcept Exception:\n    pass",
    ),
    (
        looks_across_salons,
        ("kit/", "businesses/", "conversations/", "booking/", "notifications/", "privacy/"),
        "conn.execute(across_salons(select(clients)))",
    ),
]
NAMES = [law.__name__ for law, _, _ in LAWS]


def broken(law: Law, places: tuple[str, ...], of: Iterable[Module]) -> list[str]:
    return [f"{m.path}:{line}" for m in of if not m.is_in(*places) for line in law(m)]


@pytest.mark.parametrize(("law", "places", "_example"), LAWS, ids=NAMES)
def test_it_happens_in_its_place_only(law: Law, places: tuple[str, ...], _example: str) -> None:
    """One door each."""
    assert broken(law, places, modules()) == []


@pytest.mark.parametrize(("law", "places", "example"), LAWS, ids=NAMES)
def test_elsewhere_it_is_seen(law: Law, places: tuple[str, ...], example: str) -> None:
    """Control: the law finds what it forbids, and not in its own place."""
    assert broken(law, places, [Module("made/up.py", example)])
    assert not broken(law, places, [Module(places[0], example)])
