"""Settings: one place, one line that names the variable when something is wrong."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from beautybot.kit.crypto import new_key
from beautybot.settings import SECRETS, Settings, SettingsError, describe, load

SECRET = "s3cret-value-that-nobody-may-see"

# What is set, and what the one line must say.
WRONG = [
    ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL must start with sqlite:/// or postgresql://"),
    ({"DATABASE_URL": "postgresql://x/y"}, "ENCRYPTION_KEYS must be set"),
    ({"PUBLIC_URL": "salon.example"}, "PUBLIC_URL must be an http"),
    ({"GRAPH_API_BASE": "ftp://x"}, "GRAPH_API_BASE must be an http"),
    ({"TELEGRAM_API_BASE": "nonsense"}, "TELEGRAM_API_BASE must be an http"),
    ({"TELEGRAM_MODE": "pigeon"}, "TELEGRAM_MODE must be one of webhook, polling"),
    ({"GIGACHAT_BASE_URL": "https://api.giga.chat/api"}, "GIGACHAT_BASE_URL must end with /v1"),
    ({"GIGACHAT_SCOPE": "MINE"}, "GIGACHAT_SCOPE must be one of"),
    ({"GIGACHAT_MAX_STREAMS": "many"}, "GIGACHAT_MAX_STREAMS must be a number"),
    ({"GIGACHAT_MAX_STREAMS": "0"}, "GIGACHAT_MAX_STREAMS must be from 1 to 100"),
    ({"GIGACHAT_CLIENT_ID": "x"}, "GIGACHAT_CLIENT_ID and GIGACHAT_CLIENT_SECRET"),
    ({"OPENAI_BASE_URL": "localhost"}, "OPENAI_BASE_URL must be an http"),
    ({"BURST_WAIT_S": "11"}, "BURST_WAIT_S must be from 0 to 10"),
    ({"BALLAST_MB": "-1"}, "BALLAST_MB must be from 0 to 10000"),
    ({"BURST_WAIT_S": "nan"}, "BURST_WAIT_S must be from 0 to 10"),
    ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL must be one of"),
    ({"LOG_FORMAT": "xml"}, "LOG_FORMAT must be one of"),
    (
        {"WHATSAPP_APP_SECRET_FILE": "/nowhere/at/all"},
        "WHATSAPP_APP_SECRET_FILE must be",
    ),
]


@pytest.mark.parametrize(("given", "line"), WRONG, ids=lambda value: "")
def test_a_wrong_setting_is_one_line_that_names_it(
    given: dict[str, str], line: str, tmp_path: Path
) -> None:
    """The operator reads the line and knows what to change."""
    with pytest.raises(SettingsError) as refused:
        load(given, tmp_path)

    assert str(refused.value).startswith(line)
    assert "\n" not in str(refused.value)


def test_nothing_has_to_be_set(tmp_path: Path) -> None:
    """A fresh machine starts with the defaults."""
    assert load({}, tmp_path) == Settings()


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(
    tmp_path: Path,
) -> None:
    """One order, shown with its source."""
    (tmp_path / ".env").write_text("LOG_LEVEL=DEBUG\nPUBLIC_URL=https://from.file\n")

    settings = load({"LOG_LEVEL": "ERROR"}, tmp_path)
    sources = {s.name: s.source for s in describe({"LOG_LEVEL": "ERROR"}, tmp_path)}

    assert (settings.log_level, settings.public_url) == ("ERROR", "https://from.file")
    assert (sources["LOG_LEVEL"], sources["PUBLIC_URL"]) == ("environment", ".env")
    assert sources["TELEGRAM_MODE"] == "default"


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    """As container platforms hand them over, with a line break at the end."""
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")

    assert load({"ASSISTANTS_API_KEY_FILE": str(path)}, tmp_path).assistants_api_key == SECRET


def test_an_empty_variable_is_not_set(tmp_path: Path) -> None:
    """`TELEGRAM_BOT_TOKEN=` in a copied example means nothing."""
    assert load({"TELEGRAM_BOT_TOKEN": "", "LOG_LEVEL": ""}, tmp_path) == Settings()


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_no_secret_is_shown(name: str, tmp_path: Path) -> None:
    """Neither in the list nor in the object's own words."""
    value = new_key() if name == "encryption_keys" else SECRET
    given = {name.upper(): value}

    shown = next(s.shown for s in describe(given, tmp_path) if s.name == name.upper())

    assert value not in shown
    assert shown.startswith("•••")


def test_a_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    """The database's and the proxies'."""
    given = {
        "DATABASE_URL": f"postgresql://anna:{SECRET}@db/salon",
        "TELEGRAM_PROXY": f"http://anna:{SECRET}@proxy:3128",
        "ENCRYPTION_KEYS": new_key(),
    }

    shown = " ".join(s.shown for s in describe(given, tmp_path)) + repr(load(given, tmp_path))

    assert SECRET not in shown
    assert "anna:•••@db" in shown


def test_everything_that_sounds_secret_is_treated_so() -> None:
    """A new setting with such a name must not be printed by accident."""
    sounds = {
        f.name for f in fields(Settings) if f.name.endswith(("_token", "_secret", "_key", "_keys"))
    }

    assert sounds <= SECRETS
