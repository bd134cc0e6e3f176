"""What the product is made of: pinned, listed, allowed by name, and nothing more in the image."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Every library the product's own modules may import, by the name of its package.
ALLOWED = {
    *("aiohttp", "aiosmtplib", "alembic", "argon2-cffi", "asyncpg", "cryptography", "fastapi"),
    *("gigachat", "httptools", "httpx", "jinja2", "mcp", "msgspec", "openpyxl"),
    *("prometheus-client", "pydantic", "pymorphy3", "pyotp", "python-dotenv", "python-multipart"),
    *("rapidfuzz", "rich", "segno", "sqlalchemy", "starlette", "structlog", "typer", "tzdata"),
    *("uvicorn", "uvloop", "zxcvbn", "click"),
}


@cache
def imported() -> dict[str, set[str]]:
    """Every library that a module of the product imports, and by which modules."""
    known = packages_distributions()
    found: dict[str, set[str]] = {}
    for file in (ROOT / "beautybot").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for name in names:
                top = name.partition(".")[0]
                if top not in sys.stdlib_module_names and top != "beautybot":
                    package = known.get(top, [top])[0].lower().replace("_", "-")
                    found.setdefault(package, set()).add(file.name)
    return found


def locked(name: str) -> dict[str, list[str]]:
    """The packages of a lock, each with its hashes."""
    text = (ROOT / name).read_text("utf-8")
    entries = re.findall(r"(?m)^([a-z0-9][\w.-]*)(?:\[[\w,-]+\])?==(\S+)(.*(?:\n[ \t]+.*)*)", text)
    return {n.lower(): re.findall(r"--hash=sha256:([0-9a-f]{64})", rest) for n, _, rest in entries}


def test_every_import_is_of_a_library_we_chose() -> None:
    """A new one is a decision: it is written down here, in pyproject.toml and in the locks."""
    names = set(imported())

    assert names - ALLOWED == set()
    assert len(names) > 20
    assert names - set(locked("runtime.lock")) == set(), "what is imported is installed"


def test_every_locked_package_is_pinned_by_hash() -> None:
    """Both locks, each package; pip refuses what has another hash."""
    for name in ("requirements.lock", "runtime.lock"):
        lock = locked(name)
        assert len(lock) > 60
        assert [package for package, hashes in lock.items() if not hashes] == []
    assert set(locked("runtime.lock")) < set(locked("requirements.lock"))
    assert "--require-hashes" in (ROOT / "Makefile").read_text("utf-8")


def test_the_bill_of_materials_names_every_package(tmp_path: Path) -> None:
    """make sbom: CycloneDX of what the product runs with, made offline from the lock."""
    bill = tmp_path / "sbom.json"
    done = subprocess.run(
        ["make", "-s", "sbom", f"SBOM={bill}", f"BIN={Path(sys.executable).parent}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(bill.read_text("utf-8"))

    listed = {c["name"].lower(): c for c in told["components"]}
    assert told["bomFormat"] == "CycloneDX"
    assert set(listed) == set(locked("runtime.lock"))
    assert all(c["purl"].startswith("pkg:pypi/") and c["version"] for c in listed.values())
    hashes = [h for c in listed.values() for r in c["externalReferences"] for h in r["hashes"]]
    assert len(hashes) > len(listed)


@pytest.mark.parametrize("unwanted", ["pytest", "playwright", "hypothesis", "mypy", "aiogram"])
def test_the_image_holds_the_product_alone(unwanted: str) -> None:
    """It is installed from runtime.lock, runs as nobody special and takes the package alone."""
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    final = dockerfile.rpartition("\nFROM ")[2]
    compose = (ROOT / "compose.yml").read_text("utf-8")

    assert unwanted not in locked("runtime.lock")
    assert unwanted in locked("requirements.lock"), "control"
    assert "\nUSER beautybot" in final and "COPY . " not in final
    assert "-r runtime.lock" in dockerfile
    assert "read_only: true" in compose and "cap_drop: [ALL]" in compose
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert ignored[0] == "*" and "!.git" not in ignored and "!.env" not in ignored


def test_static_checks_are_in_force() -> None:
    """ruff's security rules run in `make test`; what is switched off is switched off by name."""
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]

    assert "S" in ruff["select"]
    off = {rule for rule in ruff["ignore"] if re.fullmatch(r"S\d+", rule)}
    assert off == {"S101", "S105", "S106", "S107", "S311", "S608"}


def test_what_was_not_looked_at_is_said() -> None:
    """Without a network advisories cannot be asked: the check says so and does not pass for one."""
    done = subprocess.run(
        ["make", "-s", "audit"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0
    assert "not audited" in done.stdout
    assert "no known vulnerabilities" not in done.stdout.lower()
