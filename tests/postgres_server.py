"""
A private PostgreSQL for one run of the tests: in a temporary folder, on a free loopback port.

`python postgres_server.py FOLDER PID` is the keeper: it makes the cluster, runs
the server as long as the process PID lives, then stops it and removes the
folder.  So nothing stays behind, however the test run ends.  Told by SIGUSR1
(`bounce`) it lets the server die and starts it again, as an operator's worst day would.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
SMALL = ("shared_buffers=64MB", "max_connections=200", "unix_socket_directories=")
AS_WE_WANT_IT = (
    *("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"),
    *("--no-sync", "--no-instructions"),
)
READY_S = 60


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres`, newest version first; None without PostgreSQL."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path and shutil.which("initdb") else None


def start(folder: Path, while_alive: int, *, durable: bool = False) -> str:
    """
    Start a keeper and wait for its server; the URL of the server, without a database.

    `durable`: with fsync, for benchmarks; tests do without.
    """
    log = (folder.parent / f"{folder.name}.log").open("ab")
    subprocess.Popen(
        [
            sys.executable,
            __file__,
            str(folder),
            str(while_alive),
            *(["durable"] if durable else []),
        ],
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    log.close()
    ready = folder / "ready"
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        if ready.exists():
            return ready.read_text()
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start: {Path(log.name).read_text()[-2000:]}")


def bounce(folder: Path) -> None:
    """Let the server of a keeper die in the middle of everything, and start again."""
    os.kill(int((folder / "keeper").read_text()), signal.SIGUSR1)


def keep(folder: Path, while_alive: int, *, durable: bool) -> None:
    """Run a server until the process dies or we are told to stop; leave nothing behind."""
    stopping: list[int] = []
    bounces: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stopping.append(number))
    signal.signal(signal.SIGUSR1, lambda number, _frame: bounces.append(number))
    bin_, data = binaries(), folder / "data"
    assert bin_ is not None
    folder.mkdir(exist_ok=True)
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    subprocess.run(
        [bin_ / "initdb", "-D", data, *AS_WE_WANT_IT],
        check=True,
        **_as_postgres(),
    )
    port = _free_port()
    options = [f"port={port}", "listen_addresses=127.0.0.1", *SMALL, *(() if durable else QUICK)]
    words = [bin_ / "postgres", "-D", data, *(part for o in options for part in ("-c", o))]
    server = subprocess.Popen(words, **_as_postgres())
    try:
        _wait_for(bin_, port, server)
        (folder / "keeper").write_text(str(os.getpid()))
        (folder / "partial").write_text(f"postgresql://postgres@127.0.0.1:{port}")
        (folder / "partial").rename(folder / "ready")
        while not stopping and server.poll() is None and _lives(while_alive):
            time.sleep(0.2)
            if bounces:
                bounces.clear()
                server.send_signal(signal.SIGQUIT)  # an immediate stop: it will have to recover
                server.wait()
                server = subprocess.Popen(words, **_as_postgres())
    finally:
        server.send_signal(signal.SIGQUIT)  # its data is thrown away: no need to be gentle
        server.wait()
        shutil.rmtree(folder.parent, ignore_errors=True)


def _as_postgres() -> dict[str, Any]:
    if os.getuid() != 0:  # PostgreSQL refuses to run as root
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": [], "cwd": "/"}


def _wait_for(bin_: Path, port: int, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        # It takes connections before it answers them: ask its own program.
        ready = [bin_ / "pg_isready", "--quiet", "--host=127.0.0.1", f"--port={port}"]
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError("PostgreSQL stopped while it was starting")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]), durable="durable" in sys.argv[3:])
