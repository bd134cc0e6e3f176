"""Whatever is sent to the document's operations, nothing breaks: schemathesis tries."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from starlette.routing import Route
from town import Town

from beautybot.app import build
from beautybot.demo.fakes.server import serving
from beautybot.settings import Settings
from beautybot.web import assistants
from beautybot.web.parts import Parts
from beautybot.web.quotas import Quota

ENDLESS = 1e12
KEY = "a key of the operator"


@pytest.mark.parametrize("key", ["", KEY])
async def test_no_request_breaks_the_server(here: Town, key: str, tmp_path: Path) -> None:
    """With a key of the installation and without one; quotas are out of the way."""
    settings = Settings(public_url="http://127.0.0.1", assistants_api_key=key or None)
    parts = Parts(settings, here.db, here.keyring, here.worker.wakeup, clock=here.hands)
    app = assistants.build(parts)
    app.state.door.reads = app.state.door.writes = app.state.door.salons = Quota(ENDLESS, ENDLESS)
    route = Route(f"{assistants.ROOT}/{{rest:path}}", app)
    async with serving(build(parts, pages=[route])) as base:
        status, told = await _tried(base, key, tmp_path)

    assert status == 0, told[-3000:]
    assert "passed" in told


async def _tried(base: str, key: str, folder: Path) -> tuple[int, str]:
    head = ["--header", f"Authorization: Bearer {key}"] if key else []
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{base}{assistants.ROOT}/openapi.json",
        *("--url", base, "--checks", "not_a_server_error", "--max-examples", "4"),
        *("--phases", "examples,coverage,fuzzing", "--seed", "7", "--no-color", *head),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()
