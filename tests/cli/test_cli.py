"""The operator's commands: what they print, how they fail."""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from operator_console import Operator
from sqlalchemy import Connection

from beautybot.businesses import access, credentials, salons
from beautybot.kit.crypto import Keyring, new_key, parse_keys
from beautybot.kit.db import connect

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def operator(two_salons: Operator) -> Operator:
    """Somebody at the terminal of an installation with two salons."""
    return two_salons


def test_help_is_quick() -> None:
    """Nobody waits for a list of commands."""
    took = []
    for _ in range(3):
        before = _children_s()
        words = [sys.executable, "-m", "beautybot", "--help"]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        took.append(_children_s() - before)

    assert "business" in done.stdout
    assert min(took) < 0.5


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_the_first_command_makes_the_database(newcomer: Operator) -> None:
    """A fresh machine needs no ceremony."""
    outcome = newcomer.types("business", "list", "--json")

    assert (outcome.status, outcome.json) == (0, [])


def test_salons_are_listed_with_their_agent_and_channels(operator: Operator) -> None:
    """For programs as JSON, for people as a table."""
    listed = operator.types("business", "list", "--json")
    shown = operator.types("business", "list")

    assert [(s["slug"], s["name"], s["agent"], s["channels"]) for s in listed.json] == [
        ("lilia", "Лилия", "off", []),
        ("romashka", "Ромашка", "off", []),
    ]
    assert "Ромашка" in shown.out


def test_the_agent_is_switched_and_told_how_to_speak(operator: Operator) -> None:
    """What is not named stays as it was."""
    operator.types("agent", "--business", "romashka", "--on", "--tone", "formal")
    outcome = operator.types(
        "agent", "--business", "romashka", "--restrictions", "Не обсуждай политику", "--json"
    )

    assert outcome.json == {
        "business": "romashka",
        "agent": "on",
        "tone": "formal",
        "restrictions": "Не обсуждай политику",
        "greeting": "",
        "abroad": "no",
    }
    rival = operator.types("agent", "--business", "lilia", "--json")
    assert rival.json["agent"] == "off"


def test_a_login_is_created_and_listed_without_its_password(operator: Operator) -> None:
    """The password comes from standard input and is nowhere printed."""
    created = operator.types(
        *("user", "create", "Anna@Romashka.example", "--business", "romashka"),
        *("--role", "admin", "--password", "-"),
        stdin="a long password\n",
    )
    listed = operator.types("user", "list", "--business", "romashka", "--json")
    rival = operator.types("user", "list", "--business", "lilia", "--json")

    assert created.status == 0, created.err
    assert "a long password" not in created.out + created.err
    assert listed.json == [{"email": "anna@romashka.example", "role": "admin"}]
    assert rival.json == []


def test_settings_are_shown_without_secrets(operator: Operator) -> None:
    """Every one with its source."""
    operator.sets({"ASSISTANTS_API_KEY": "a-very-secret-value"})

    outcome = operator.types("settings", "--json")

    shown = {s["name"]: s for s in outcome.json}
    assert shown["ASSISTANTS_API_KEY"]["source"] == "environment"
    assert shown["TELEGRAM_MODE"] == {
        "name": "TELEGRAM_MODE",
        "value": "webhook",
        "source": "default",
    }
    assert "a-very-secret-value" not in outcome.out


MISTAKES = [
    ("nonsense",),
    ("agent",),
    ("agent", "--business", "no-such-salon"),
    ("agent", "--business", "romashka", "--tone", "rude"),
    ("conversations", "show", "404"),
    ("conversations", "show", "four"),
    ("conversations", "list", "--business", "no-such-salon"),
    ("appointments", "list", "--business", "no-such-salon"),
    ("availability",),
    ("availability", "romashka"),
    ("availability", "romashka", "no-such-service"),
    ("availability", "romashka", "manicure", "--specialist", "nobody"),
    ("availability", "romashka", "manicure", "--from", "2026-03-03", "--to", "2026-03-02"),
    ("connect", "telegram", "--business", "romashka", "--token", "@no-such-file"),
    ("connect", "telegram", "--business", "romashka", "--token", "-"),
    ("restore", "no-such-file"),
    ("backup", "no-such-folder/copy"),
    ("keys", "rotate", "--fast"),
    ("user", "create", "anna", "--business", "romashka", "--password", "-"),
    ("user", "create", "a@b.example", "--business", "nowhere", "--password", "@no-such-file"),
]


@pytest.mark.parametrize("words", MISTAKES, ids=" ".join)
def test_a_mistake_is_one_line_and_status_1(operator: Operator, words: tuple[str, ...]) -> None:
    """Never a traceback, never silence."""
    outcome = operator.types(*words)

    assert outcome.status == 1
    assert outcome.out == ""
    assert outcome.err.startswith("beautybot: ")
    assert len(outcome.err.splitlines()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"DATABASE_URL": "mysql://somewhere"},
        {"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"},
        {"DATABASE_URL": "sqlite:////proc/no/such/folder/x.db"},
        {"TELEGRAM_MODE": "pigeon"},
    ],
    ids=str,
)
def test_a_wrong_setting_is_one_line_and_status_1(
    newcomer: Operator, wrong: dict[str, str]
) -> None:
    """The same for what is set and not typed."""
    newcomer.sets(wrong)

    outcome = newcomer.types("business", "list")

    assert outcome.status == 1
    assert len(outcome.err.splitlines()) == 1
    assert "Traceback" not in outcome.err


def test_a_file_that_is_no_database_is_one_line(newcomer: Operator) -> None:
    """Seen before anything is written."""
    path = Path(newcomer.url.removeprefix("sqlite:///"))
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 1000)

    outcome = newcomer.types("business", "list")

    assert outcome.status == 1
    assert "not a database" in outcome.err
    assert path.read_bytes() == b"this is no database" * 1000


@pytest.mark.parametrize("empty_url", ["postgres"], indirect=True)
def test_tables_that_are_not_up_to_date_say_what_to_do(empty_url: str, newcomer: Operator) -> None:
    """On PostgreSQL nobody changes tables by the way."""
    newcomer.sets({"DATABASE_URL": empty_url})

    before = newcomer.types("business", "list")
    newcomer.types("migrate")
    after = newcomer.types("business", "list", "--json")

    assert "beautybot migrate" in before.err
    assert after.json == []


def test_rotated_keys_open_everything_with_the_new_key_alone(operator: Operator) -> None:
    """Interrupted or repeated, it ends with every secret under the newest key."""
    old, new = new_key(), new_key()
    asyncio.run(_keep_secret(operator.url, Keyring(parse_keys(old))))

    operator.sets({"ENCRYPTION_KEYS": f"{new},{old}"})
    first, second = operator.types("keys", "rotate"), operator.types("keys", "rotate")

    assert first.out.startswith("1 secrets")
    assert second.out.startswith("0 secrets")
    assert asyncio.run(_secrets(operator.url, Keyring(parse_keys(new)))) == {"token": "1:abc"}


async def _keep_secret(url: str, keyring: Keyring) -> None:
    def keep(conn: Connection) -> None:
        salon = salons.by_slug(conn, "romashka")
        account = access.connect(
            conn,
            business_id=salon.id,
            channel="telegram",
            external_id="1",
            display="@romashka_bot",
            details={},
            now=NOW,
        )
        credentials.put(
            conn,
            keyring,
            business_id=salon.id,
            account_id=account.id,
            name="token",
            value="1:abc",
            now=NOW,
        )

    db = connect(url)
    await db.write(keep)
    await db.close()


async def _secrets(url: str, keyring: Keyring) -> dict[str, str]:
    def opened(conn: Connection) -> dict[str, str]:
        salon = salons.by_slug(conn, "romashka")
        (account,) = access.of_business(conn, salon.id)
        return credentials.of_account(conn, keyring, salon.id, account.id)

    db = connect(url)
    try:
        return await db.read(opened)
    finally:
        await db.close()


def test_a_pipe_that_closes_early_is_no_traceback(operator: Operator) -> None:
    """`beautybot … | head -0` is ordinary."""
    script = f"{sys.executable} -m beautybot settings --json | true"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)

    assert "Traceback" not in done.stderr


def test_json_is_the_only_thing_on_standard_output(operator: Operator) -> None:
    """A program reads it without cutting anything off."""
    for words in (("business", "list"), ("settings",), ("conversations", "list")):
        more = ["--business", "romashka"] if words[0] == "conversations" else []
        json.loads(operator.types(*words, *more, "--json").out)
