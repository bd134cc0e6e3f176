"""The image and compose.yml: what they promise, and that the product can be run so."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from beautybot.cli.app import app
from beautybot.settings import Settings

ROOT = Path(__file__).parents[1]
OURS = ("migrate", "web", "worker")


def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((ROOT / "compose.yml").read_text())
    return parsed


def image() -> list[list[str]]:
    """The instructions of the image's last stage."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line.split(None, 1) for line in text.splitlines() if line and line[0] != "#"]
    last = max(n for n, words in enumerate(lines) if words[0] == "FROM")
    return lines[last:]


def loose_ends(said: dict[str, Any]) -> Iterator[str]:
    """What a container of ours may do and must not, and what it needs and does not get."""
    for name in OURS:
        service = said["services"][name]
        if service.get("read_only") is not True:
            yield f"{name}: its file system can be written"
        if service.get("cap_drop") != ["ALL"] or "cap_add" in service:
            yield f"{name}: it keeps capabilities"
        if "no-new-privileges:true" not in service.get("security_opt", ()):
            yield f"{name}: it may gain privileges"
        if "ports" in service:
            yield f"{name}: it is reached past the door"
        if not any(place.startswith("/data") for place in service.get("tmpfs", ())):
            yield f"{name}: it has nowhere to stand"
        if service.get("user", "beautybot") in ("root", "0"):
            yield f"{name}: it is root"
        if service.get("privileged") or service.get("network_mode") == "host":
            yield f"{name}: it is no container"


def test_containers_of_ours_can_write_nothing() -> None:
    """Read-only, without capabilities, reached through the door only."""
    assert list(loose_ends(compose())) == []


@pytest.mark.parametrize(
    "change",
    [
        {"read_only": False},
        {"cap_add": ["SYS_ADMIN"]},
        {"security_opt": []},
        {"ports": ["8000:8000"]},
        {"tmpfs": []},
        {"user": "root"},
        {"privileged": True},
    ],
)
def test_a_loose_end_is_seen(change: dict[str, Any]) -> None:
    """Control: each of these, and one is named."""
    spoilt = deepcopy(compose())
    spoilt["services"]["web"] |= change

    assert len(list(loose_ends(spoilt))) == 1


def test_the_image_runs_as_nobody() -> None:
    """A user with a number of its own, named before the command."""
    names = [words[0] for words in image()]
    made = next(words[1] for words in image() if "useradd" in words[1])
    uid = re.search(r"--uid (\d+)", made)

    assert uid and int(uid[1]) > 1000
    assert f"uid={uid[1]}" in str(compose()["services"]["web"]["tmpfs"])
    assert [words[1] for words in image() if words[0] == "USER"] == ["beautybot"]
    assert names.index("USER") < names.index("CMD")


def test_every_command_is_one_the_product_has() -> None:
    """A renamed option would be found by whoever starts it, at night."""
    cmd = next(words[1] for words in image() if words[0] == "CMD")
    commands = [shlex.split(compose()["services"][name]["command"]) for name in OURS]
    commands.append(re.findall(r'"([^"]+)"', cmd))
    group = typer.main.get_command(app)

    for program, name, *words in commands:
        command = group.commands[name]  # type: ignore[attr-defined]
        assert program == "beautybot"
        command.make_context(name, list(words))


def test_every_setting_is_one_the_product_reads() -> None:
    """In both files; what is asked of .env too."""
    in_compose = compose()["services"]["web"]["environment"]
    env = next(words[1] for words in image() if words[0] == "ENV")
    named = {*in_compose, *re.findall(r"\b([A-Z_]+)=", env)} - {"PATH", "PYTHONUNBUFFERED"}

    assert {"DATABASE_URL", "TRUSTED_PROXIES"} <= named
    assert {name.lower() for name in named} <= set(Settings.__dataclass_fields__)


def test_the_tables_come_first_and_the_end_is_waited_for() -> None:
    """Web and worker start on migrated tables, and finish what runs before they are killed."""
    services = compose()["services"]

    for name in ("web", "worker"):
        assert services[name]["depends_on"]["migrate"] == {
            "condition": "service_completed_successfully"
        }
        assert int(services[name]["stop_grace_period"].rstrip("s")) > 10


def test_the_server_takes_the_connections_of_the_processes_the_page_counts() -> None:
    """max_connections in compose.yml holds what docs/howto/scale.md says it holds."""
    most = int(re.search(r"max_connections=(\d+)", compose()["services"]["postgres"]["command"])[1])  # type: ignore[index]
    page = (ROOT / "docs/howto/scale.md").read_text()
    each = int(re.search(r"(\d+) connections a process", page)[1])  # type: ignore[index]
    processes = int(re.search(r"holds (\d+) processes", page)[1])  # type: ignore[index]

    assert each * processes <= most - 3 < each * (processes + 1)
