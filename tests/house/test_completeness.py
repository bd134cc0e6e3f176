"""Nothing half added: what has one part has them all."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

from source import PACKAGE, ROOT

from beautybot.agent.commands import Command
from beautybot.agent.flow import State
from beautybot.channels import registry
from beautybot.settings import Settings
from beautybot.web.dashboard.telling import COMMANDS

AGENT = PACKAGE / "agent"
NAMES = [field.name.upper() for field in fields(Settings)]


def missing(names: list[str], text: str) -> list[str]:
    """The names that a text does not mention as whole words."""
    return [name for name in names if not re.search(rf"\b{name}\b", text)]


def folders(of: Path) -> set[str]:
    return {path.name for path in of.iterdir() if (path / "__init__.py").is_file()}


def stems(of: Path, suffix: str) -> set[str]:
    return {path.stem for path in of.glob(f"*{suffix}") if path.stem != "__init__"}


def dead_links(document: Path) -> list[str]:
    """Links of a page to files that are not there."""
    text = document.read_text(encoding="utf-8")
    targets = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    return [
        f"{document.name}: {target}"
        for target in targets
        if target and "://" not in target and not (document.parent / target).exists()
    ]


def test_every_setting_is_in_the_example_file() -> None:
    """.env.example is the list an operator starts from."""
    assert missing(NAMES, (ROOT / ".env.example").read_text(encoding="utf-8")) == []


def test_every_setting_is_in_the_manual() -> None:
    """An owner's administrator reads there what it does."""
    manual = (ROOT / "docs" / "manual" / "settings.md").read_text(encoding="utf-8")

    assert missing(NAMES, manual) == []


def test_links_between_documents_lead_somewhere() -> None:
    """A page that moved takes its links along."""
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]

    assert [broken for document in documents for broken in dead_links(document)] == []


def test_a_dead_link_is_seen(tmp_path: Path) -> None:
    """Control."""
    page = tmp_path / "page.md"
    page.write_text("[there](page.md#part) [gone](gone.md) [out](https://example.com)")

    assert dead_links(page) == [f"{page.name}: gone.md"]


def test_the_example_file_names_no_setting_that_is_not_there() -> None:
    """A line of the example that does nothing would mislead."""
    named = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M)

    assert sorted(named) == sorted(NAMES)


def test_a_forgotten_setting_is_seen() -> None:
    """Control: a longer name does not stand in for a shorter one."""
    assert missing(["LOG_LEVEL"], "LOG_LEVEL_EXTRA=1") == ["LOG_LEVEL"]


def test_every_state_has_its_module_and_its_phrases() -> None:
    """A state that can be entered can be played and worded, and nothing else pretends to be one."""
    states = {state.value for state in State}

    assert stems(AGENT / "states", ".py") == states
    assert stems(AGENT / "phrases", ".toml") >= states


def test_the_owner_reads_every_command_in_words() -> None:
    """What was understood is shown beside each answer: a new command needs its words there."""
    assert set(COMMANDS) == {command.__name__ for command in get_args(Command)}


def test_every_channel_is_a_folder_with_a_line_in_the_registry() -> None:
    """A channel that exists can be used, and under its own name."""
    channels = registry.build(Settings())

    assert folders(PACKAGE / "channels") == set(channels)
    assert {channel.name for channel in channels.values()} == set(channels)


def test_a_half_added_part_is_seen(tmp_path: Path) -> None:
    """Control: a module without its twin makes the sets differ."""
    (tmp_path / "viber").mkdir()
    (tmp_path / "viber" / "__init__.py").touch()
    (tmp_path / "waiting.py").touch()

    assert folders(tmp_path) == {"viber"}
    assert stems(tmp_path, ".py") == {"waiting"}
