"""
What we ship: pinned by hash, without secrets, in a container that may do little.

Offline and by our own patterns.  Not checked here, and by nothing in this
repository: whether a pinned version has a known hole (that needs a database of
advisories from the network), licences, and what an image's base system holds.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Made up for tests and the demo; each is plainly not somebody's.
OURS = re.compile(
    r"demo|token|secret|good|lilia|example|abcdef|AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw|GmG?0PX4ZC",
    re.IGNORECASE,
)
SECRETS = {
    "a Telegram bot's token": re.compile(r"\b\d{8,12}:AA[A-Za-z0-9_-]{33}\b"),
    "a Meta access token": re.compile(r"\bEAA[A-Za-z0-9]{60,}\b"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}"),
    "an AWS key": re.compile(r"\bAKIA[A-Z0-9]{16}\b"),
    "a GitHub token": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}\b"),
    "an OpenAI key": re.compile(r"\bsk-[A-Za-z0-9_-]{32,}\b"),
    "a GigaChat authorization key": re.compile(
        r"(?i)(?:authorization[_ ]key|client_secret)\W{1,4}([A-Za-z0-9+/]{70,}={0,2})"
    ),
}


def secrets(texts: Iterable[tuple[str, str]]) -> list[str]:
    """Where something stands that looks like a secret of somebody's."""
    return [
        f"{name}: {what}"
        for name, text in texts
        for what, pattern in SECRETS.items()
        for found in pattern.findall(text)
        if not OURS.search(found)
    ]


def kept_files() -> list[tuple[str, str]]:
    """Every text file that git keeps."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout: the secret scan has nothing to go by")
    texts = []
    for name in filter(None, listed.stdout.split("\0")):
        try:
            texts.append((name, (ROOT / name).read_text(encoding="utf-8")))
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return texts


def test_no_secret_is_kept() -> None:
    """In no file that git keeps."""
    assert secrets(kept_files()) == []


@pytest.mark.parametrize(
    "text",
    [
        "7123456789:" + "AAFq3x9Zk2LmNo4PqRsTuVwXyZ0123456Qw",
        "EAA" + "Zx9Q" * 20,
        "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBgkq" * 3,
        "AKIA" + "IOSFODNN7QQQQQQQ",
        "ghp_" + "a1B2" * 9,
        "sk-" + "Ab1_" * 10,
        "client_secret: " + "Zm9vYmFy" * 9,
    ],
)
def test_each_kind_of_secret_would_be_seen(text: str) -> None:
    """Control."""
    assert len(secrets([("made/up.txt", text)])) == 1


def unpinned(lock: str) -> list[str]:
    """Requirements of a lock without an exact version and a hash."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", lock.strip())
    return [
        block.split()[0]
        for block in blocks
        if not block.startswith("#")
        and ("==" not in block.split("\n")[0] or "--hash=sha256:" not in block)
    ]


def test_everything_we_install_is_pinned_by_hash() -> None:
    """The lock names exact versions and hashes, and every dependency of the product is in it."""
    lock = (ROOT / "requirements.lock").read_text()
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.split(r"[<>=!~;\[ ]", line)[0].lower() for line in wanted}
    pinned = {
        line.split("==")[0].split("[")[0].lower() for line in lock.split("\n") if "==" in line
    }

    assert unpinned(lock) == []
    assert names <= {name.strip() for name in pinned}


def test_a_requirement_without_a_hash_would_be_seen() -> None:
    """Control."""
    lock = "good==1.0 \\\n    --hash=sha256:aa\nloose>=2\nbare==3.0\n"

    assert unpinned(lock) == ["loose>=2", "bare==3.0"]


def test_the_image_runs_as_nobody_special_and_writes_nowhere() -> None:
    """Not root; in compose.yml a read-only root, no capabilities, no new privileges."""
    image, compose = (ROOT / "Dockerfile").read_text(), (ROOT / "compose.yml").read_text()

    assert re.search(r"^USER beautybot$", image, re.MULTILINE)
    assert "--require-hashes" in image
    for line in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true"):
        assert line in compose


def test_every_test_that_security_names_exists() -> None:
    """A promise whose proof is gone is no promise."""
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / "SECURITY.md").read_text()))

    assert len(named) > 10
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
